"""What a producer makes: the same plaintext for the same content, a manifest that binds, a note to check."""

import dataclasses
import hashlib
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from council.sealing import age, manifest, note, package
from council.sealing.errors import PackageRefused
from council.sealing.manifest import Contents, Manifest, file_names
from tests.draws import drawn
from tests.sealing.packages import BULLETIN, CLASSIC, CONTENTS, HYBRID, MEMBERS, ORGANISATION, PACKAGE, SIGNER, make

VALUES = st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()


def refused(call, *arguments, **options):
    with pytest.raises(PackageRefused) as refusal:
        call(*arguments, **options)
    return refusal.value


def changed(made, **facts):
    return rfc8785.dumps({**json.loads(made.manifest), **facts})


def test_one_payload_serves_every_header():
    key, out = package.new_file_key(), io.BytesIO()
    sealed = package.seal_payload(key, CONTENTS, MEMBERS, out)
    assert (sealed.size, sealed.sha256) == (len(out.getvalue()), hashlib.sha256(out.getvalue()).hexdigest())
    for identity in (CLASSIC, HYBRID):
        file = io.BytesIO(age.seal_header(key, identity.recipient) + out.getvalue())
        plain = age.decrypted_chunks(age.open_header(age.split_header(file), identity), file)
        assert b"".join(plain) == b"".join(package.container(CONTENTS, MEMBERS))


def test_the_size_of_a_payload_is_known_before_it_is_made():
    out = io.BytesIO()
    size = len(b"".join(package.container(CONTENTS, MEMBERS)))
    assert package.seal_payload(package.new_file_key(), CONTENTS, MEMBERS, out).size == age.payload_size(size)


def test_a_manifest_says_what_the_format_lists_in_canonical_json():
    made = make(CLASSIC, not_after=datetime(2027, 3, 31, 15, 0, 0, 999, UTC))
    document = json.loads(made.manifest)
    assert rfc8785.dumps(document) == made.manifest
    assert document["not_after"] == "2027-03-31T15:00:00Z"
    assert document["header"] == hashlib.sha256(made.header).hexdigest()
    assert document["recipient"] == hashlib.sha256(str(CLASSIC.recipient).encode()).hexdigest()
    assert document.keys() == {
        *("format", "v", "package", "version", "organisation", "recipient", "bulletin", "revision"),
        *("tier", "subcommittees", "header", "payload", "not_after", "log_origin"),
    }


def test_a_manifest_is_read_as_it_was_written():
    for until in (None, datetime(2027, 3, 31, tzinfo=UTC)):
        made = make(CLASSIC, not_after=until)
        parsed = Manifest.parse(made.manifest)
        assert rfc8785.dumps(parsed.document()) == made.manifest
        assert (parsed.package, parsed.organisation, parsed.not_after) == (PACKAGE, ORGANISATION, until)


@drawn(100)
@given(st.dictionaries(st.text("abcXYZ_09", min_size=1), VALUES | st.lists(VALUES)))
def test_canonical_json_is_that_of_the_general_library(document):
    assert manifest.canonical(document) == rfc8785.dumps(document)


def test_a_last_day_in_another_zone_is_the_same_moment():
    made = make(CLASSIC, not_after=datetime(2027, 4, 1, tzinfo=timezone(timedelta(hours=9))))
    assert Manifest.parse(made.manifest).not_after == datetime(2027, 3, 31, 15, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        make(CLASSIC, not_after=datetime(2027, 4, 1))


def test_manifest_and_signature_file_are_a_signed_note():
    made = make(CLASSIC)
    whole = made.manifest + made.signature
    assert whole == note.sign(made.manifest + b"\n", SIGNER)
    assert note.verify(whole, SIGNER.verifier).text == made.manifest + b"\n"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("package", "../x"),
        ("package", PACKAGE.upper()),
        ("organisation", None),
        ("organisation", ""),
        ("recipient", "a" * 63),
        ("recipient", "A" * 64),
        ("header", 5),
        ("payload", "é" * 64),
        ("bulletin", "b1"),
        ("revision", 0),
        ("revision", True),
        ("revision", 1.5),
        ("version", -1),
        ("version", "1"),
        ("tier", 0),
        ("tier", 4),
        ("tier", "2"),
        ("subcommittees", "abc"),
        ("subcommittees", [PACKAGE, PACKAGE]),
        ("subcommittees", [PACKAGE, BULLETIN][::-1]),
        ("subcommittees", [["x"]]),
        ("not_after", "2027-03-31"),
        ("not_after", "2027-03-31T15:00:00+00:00"),
        ("not_after", "2027-3-31T15:00:00Z"),
        ("not_after", 5),
        ("not_after", ""),
        ("log_origin", ""),
        ("log_origin", "a\nb"),
        ("log_origin", " a"),
    ],
)
def test_a_manifest_with_a_bad_value_is_refused_by_name(member, value):
    refusal = refused(Manifest.parse, changed(make(CLASSIC), **{member: value}))
    assert (refusal.sentence, refusal.facts) == (manifest.BAD_MEMBER, {"member": member})


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"",
        lambda text: b"[]",
        lambda text: b"null",
        lambda text: text[:-1],
        lambda text: text + b"x",
        lambda text: b"\xff" + text,
        lambda text: text.replace(b'"tier":2', b'"tier": 2'),
        lambda text: text.replace(b'"tier":2', b'"tier":"\\ud800"'),
        lambda text: text.replace(b"portal.example", b"portal\\u002eexample"),
        lambda text: text.replace(b'"v":1', b'"v":2'),
        lambda text: text.replace(b'"v":1', b'"v":true'),
        lambda text: text.replace(b'"v":1', b'"v":1,"v":1'),
        lambda text: text.replace(b'"v":1', b'"v":1,"more":1'),
        lambda text: text.replace(b'"tier":2,', b""),
        lambda text: text.replace(b'"tier":2', b'"tier":2,"tier":1'),
        lambda text: text.replace(b"council-package", b"council-packet"),
        lambda text: text.replace(b'"tier":2', b'"tier":' + b"9" * 5000),
        lambda text: b"[" * 100_000,
        lambda text: text + b" " * 65536,
    ],
)
def test_what_is_no_manifest_is_refused(change):
    assert refused(Manifest.parse, change(make(CLASSIC).manifest)).sentence == manifest.BAD_MANIFEST


@pytest.mark.parametrize("caveats", [("",), ("a\x1b[2J",), ("a\nb",), (5,)])
def test_a_caveat_is_one_printable_line(caveats):
    facts = dataclasses.asdict(CONTENTS)
    refusal = refused(Contents, **{**facts, "caveats": caveats})
    assert refusal.facts == {"member": "caveats"}


def test_the_label_inside_is_as_strict():
    text = rfc8785.dumps(CONTENTS.document())
    assert Contents.parse(text) == CONTENTS
    for bad in (b"", text[:-1], text.replace(b'"v":1', b'"v":1,"x":1'), make(CLASSIC).manifest):
        assert refused(Contents.parse, bad).sentence == manifest.BAD_CONTENTS


@pytest.mark.parametrize(
    ("member", "value"), [("bulletin", PACKAGE), ("revision", 3), ("tier", 1), ("subcommittees", ())]
)
def test_what_differs_inside_is_named(member, value):
    outside = Manifest.parse(make(CLASSIC).manifest)
    outside.compare(CONTENTS)
    refusal = refused(outside.compare, dataclasses.replace(CONTENTS, **{member: value}))
    assert (refusal.sentence, refusal.facts) == (manifest.DIFFERENT_INSIDE, {"member": member})


def test_no_title_and_no_text_stands_outside():
    made = make(CLASSIC)
    outside = made.manifest + made.signature + made.header + made.payload
    assert "変電所".encode() not in outside
    assert "転送禁止".encode() not in outside
    assert file_names(PACKAGE).age == f"{PACKAGE}.age"


def test_the_opener_needs_neither_django_nor_canonical_json():
    program = (
        "import sys\n"
        "for name in ('django', 'celery', 'rfc8785'): sys.modules[name] = None\n"
        "import council.sealing.open\n"
        "import cryptography\n"
        "ours = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(each for each in ours if not each.startswith('_')))\n"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, env=_bare_path())
    assert done.stderr == ""
    assert set(eval(done.stdout)) <= {"council", "cryptography", "cffi", "celery", "django", "rfc8785"}


def _bare_path():
    """Without site-packages' own start-up files, which may import anything."""
    return {"PYTHONPATH": ":".join(each for each in sys.path if each), "PATH": "/usr/bin:/bin"}
