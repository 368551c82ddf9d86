"""The archive inside a package: one spelling to write, nothing else to read. Foreign tar reads it too."""

import io
import subprocess
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from council.sealing import container
from council.sealing.container import Member, archive, attachment_name, entries, reader_of
from council.sealing.errors import PackageRefused

FIRST = Member("package.json", b"{}")
HTML = Member("bulletin.html", b"<p>x</p>")
HEADING = tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT)


def packed(*members):
    return b"".join(archive(members))


def read(data, **options):
    return [(name, b"".join(pieces)) for name, _, pieces in entries(io.BytesIO(data), **options)]


def refused(call, *arguments, **options):
    with pytest.raises(PackageRefused) as refusal:
        call(*arguments, **options)
    return refusal.value.sentence


def by_tarfile(*infos, format=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for info, content in infos:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def info(name, **facts):
    made = tarfile.TarInfo(name)
    for fact, value in facts.items():
        setattr(made, fact, value)
    return made


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 65536, 200_000])
def test_what_is_written_is_read_back(size):
    members = [FIRST, HTML, Member("attachments/01-変電所.bin", b"\1" * size)]
    assert read(packed(*members)) == [tuple(each) for each in members]
    assert packed(*members) == packed(*members)


def test_the_tar_of_this_machine_reads_it(tmp_path):
    path = tmp_path / "package.tar"
    path.write_bytes(packed(FIRST, HTML, Member("attachments/01-変電所.txt", b"x")))
    subprocess.run(["tar", "-xf", path, "-C", tmp_path], check=True)
    assert (tmp_path / "attachments/01-変電所.txt").read_bytes() == b"x"
    with tarfile.open(path) as tar:
        assert tar.getnames() == ["package.json", "bulletin.html", "attachments/01-変電所.txt"]


def test_an_entry_that_nobody_reads_is_passed_over():
    data = packed(FIRST, Member("bulletin.md", b"x" * 100_000), HTML)
    assert [entry.name for entry in entries(io.BytesIO(data))] == ["package.json", "bulletin.md", "bulletin.html"]


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/passwd",
        "attachments/../x",
        "attachments/a/b",
        "attachments",
        "Attachments",
        "attachments/",
        "/x",
        "other/x",
        ".hidden",
        "-rf",
        "a b",
        "a\\b",
        "a:b",
        "a\nb",
        "C:",
        "CON",
        "con.txt",
        "lpt1.html",
        "ends.",
        "",
        "か\u3099",
        "a\u202egpj.exe",
        "x" * 101,
        "変" * 34,
    ],
)
def test_a_name_that_could_lead_elsewhere_is_neither_written_nor_read(name):
    assert refused(packed, FIRST, Member(name, b"x")) == container.BAD_NAME
    forged = name.encode()[:100].ljust(100, b"\0") + HEADING[100:]
    assert refused(read, packed(FIRST)[:-1024] + forged + bytes(1024)) in (container.BAD_NAME, container.BAD_HEADER)


SPECIAL = {
    "a link": info("x", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a hard link": info("x", type=tarfile.LNKTYPE, linkname="package.json"),
    "a device": info("x", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
    "a pipe": info("x", type=tarfile.FIFOTYPE),
    "a folder": info("x", type=tarfile.DIRTYPE),
    "an old regular file": info("x", type=tarfile.AREGTYPE),
    "an owner": info("x", uid=1000),
    "an owner's name": info("x", uname="root"),
    "a time": info("x", mtime=1),
    "another mode": info("x", mode=0o4755),
}


@pytest.mark.parametrize("why", SPECIAL)
def test_only_plain_files_without_history_are_read(why):
    whole = by_tarfile((info("package.json"), b"{}"), (SPECIAL[why], b""))
    assert refused(read, whole) in (container.BAD_HEADER, container.BAD_NAME)


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_extensions_of_tar_are_refused(format):
    whole = by_tarfile((info("package.json"), b"{}"), (info("x" * 120), b"y"), format=format)
    assert refused(read, whole) in (container.BAD_HEADER, container.BAD_NAME)


def test_no_byte_of_a_heading_can_change():
    whole = packed(FIRST, HTML)
    for place in range(1024, 1536):
        with pytest.raises(PackageRefused):
            read(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])


def test_the_archive_ends_where_it_ends():
    whole = packed(FIRST, HTML)
    for cut in (1, 512, 1024, 1025, 1535, 1700):
        assert refused(read, whole[:-cut]) == container.CUT
    assert refused(read, whole + b"\0") == container.TRAILING
    assert refused(read, whole[:-512] + whole) == container.TRAILING
    assert refused(read, whole[:1030] + b"\0\0" + whole[1032:]) in (container.BAD_NAME, container.BAD_HEADER)


def test_what_fills_up_a_block_is_zero():
    whole = packed(FIRST)
    assert refused(read, whole[:520] + b"x" + whole[521:]) == container.BAD_HEADER


def test_the_first_member_is_the_label_and_comes_once():
    assert refused(packed, HTML) == container.NOT_FIRST
    assert refused(packed, FIRST, FIRST) == container.REPEATED
    assert refused(read, by_tarfile((info("bulletin.html"), b"x"))) == container.NOT_FIRST


@pytest.mark.parametrize("twin", ["bulletin.html", "BULLETIN.html", "ｂulletin.html"])
def test_two_names_that_a_file_system_could_take_for_one_are_refused(twin):
    assert refused(packed, FIRST, HTML, Member(twin, b"")) == container.REPEATED
    assert refused(read, packed(FIRST, HTML), reserved=[twin]) == container.REPEATED


def test_sizes_and_counts_have_limits(monkeypatch):
    huge = info("x")
    huge.size = container.LARGEST_MEMBER + 1
    start = packed(FIRST)[:-1024]
    assert refused(read, start + huge.tobuf(tarfile.USTAR_FORMAT)) == container.TOO_LARGE
    assert refused(packed, FIRST, *(Member(f"x{at}", b"") for at in range(1000))) == container.TOO_LARGE
    monkeypatch.setattr(container, "LARGEST_ARCHIVE", 5)
    assert refused(read, packed(FIRST, HTML)) == container.TOO_LARGE


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("点検 手順.pdf", "attachments/03-点検_手順.pdf"),
        ("../../etc/passwd", "attachments/03-etc_passwd"),
        ("CON", "attachments/03-CON"),
        (".bashrc", "attachments/03-bashrc"),
        ("...", "attachments/03-"),
        ("", "attachments/03-"),
        ("か\u3099.txt", "attachments/03-が.txt"),
        ("a.tar.gz", "attachments/03-a.tar.gz"),
        ("v1. 最終版のとても長い説明", "attachments/03-v1._最終版のとても長い説明"),
    ],
)
def test_attachments_keep_a_readable_name(given, name):
    assert attachment_name(3, given) == name
    assert read(packed(FIRST, Member(name, b"x")))[1] == (name, b"x")


@given(st.text(max_size=200), st.integers(min_value=1, max_value=999))
def test_any_name_becomes_one_that_can_be_read(given, number):
    name = attachment_name(number, given)
    assert read(packed(FIRST, Member(name, b"x")))[1] == (name, b"x")


@given(st.lists(st.binary(max_size=100)), st.integers(min_value=1, max_value=50))
def test_a_stream_of_pieces_reads_like_a_file(pieces, size):
    reader, out = reader_of(iter(pieces)), b""
    while piece := reader.read(size):
        out += piece
    assert out == b"".join(pieces)
