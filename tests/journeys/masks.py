"""What may differ between two runs of the same request and says nothing. At most five, and each with its reason."""

import re

MASKS = [
    # The number of the request itself, which a caller may quote: fresh chance each time.
    (re.compile(rb"urn:request:[0-9a-f-]{36}"), b"urn:request:MASKED"),
    # The digest of an event's private detail, which auditors are shown: salted, and the detail of an approval names what it covers.
    (re.compile(rb'("detail":"|<dt>detail</dt><dd>)sha256:[0-9a-f]{64}'), rb"\1MASKED"),
]


def masked(body: bytes) -> bytes:
    for pattern, instead in MASKS:
        body = pattern.sub(instead, body)
    return body
