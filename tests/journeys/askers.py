"""Which rows of tests/journeys/routes.py each observer asks for."""

READERS = (
    "front",
    "lists",
    "details",
    "files",
    "copies",
    "packages",
    "returns",
    "logs",
    "timelines",
    "forbidden deeds",
    "deeds",
)
WHO_ASKS_WHAT = {
    "reader_one": READERS,
    "reader_two": READERS,
    "reader_three": READERS,
    "other_reader": READERS,
    "analyst": (*READERS, "keys", "reviews", "clearances", "rosters", "register"),
    "administrator": (
        "front", "lists", "details", "returns", "people", "keys", "events", "logs", "timelines", "audit desk",
    ),
    "other_administrator": ("front", "people", "reviews", "keys", "rosters", "events", "logs", "timelines", "details"),
    "publisher": ("front", "lists", "packages", "desk", "board", "details", "returns", "forbidden deeds"),
    "other_publisher": ("front", "lists", "desk", "board", "details", "forbidden deeds"),
    "junior": ("front", "desk", "board", "details", "files", "forbidden deeds"),
    "officer": (
        "front", "lists", "details", "people", "reviews", "keys", "clearances", "rosters", "register", "desk", "board",
    ),
    "operator": (
        "front", "lists", "details", "people", "reviews", "keys", "desk", "board", "retention", "forbidden deeds",
    ),
    "auditor": (
        "front", "lists", "details", "returns", "reviews", "events", "logs", "timelines", "retention", "desk", "board",
    ),
}  # fmt: skip
