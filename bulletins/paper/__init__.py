"""Paper: a reader's own rendition as a tagged PDF, and the blocks that it is set from."""
