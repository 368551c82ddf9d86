"""RFC 8785 canonical JSON of plain documents, with the standard library alone."""

import json
from collections.abc import Mapping


def canonical(document: Mapping[str, object]) -> bytes:
    """RFC 8785 of an object whose names are ASCII and whose values are texts, whole numbers, null and lists of them.

    For these the standard library writes the same bytes (the tests compare), in a tenth of the time of the general
    one; ten thousand manifests are made at once, and the opener does without a further package.
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
