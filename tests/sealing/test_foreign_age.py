"""The same files with tools that others wrote. Where a tool is absent, the test says which and is skipped."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from council.sealing import age
from council.sealing.age_keys import Identity, Kind, Recipient, generate_identity
from tests.sealing.packages import CLASSIC, HYBRID, make, payload_of

FOREIGN = Path(__file__).parents[1] / "foreign"
NODE_MODULES = Path(os.environ.get("AGE_NPM", FOREIGN / "node_modules"))
SIZES = [0, 1, 65536, 65537, 200_000]

needs_npm = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE_MODULES / "age-encryption").is_dir(),
    reason="npm's age-encryption is not installed: npm install in tests/foreign, or AGE_NPM=…/node_modules",
)
needs_debian = pytest.mark.skipif(shutil.which("age") is None, reason="Debian's age is not installed")


def node(command, *arguments, data=b""):
    return subprocess.run(
        ["node", FOREIGN / "age.mjs", command, *arguments], input=data, capture_output=True, check=True, timeout=60
    ).stdout


def ours(data, identity):
    file = io.BytesIO(data)
    return b"".join(age.decrypted_chunks(age.open_header(age.split_header(file), identity), file))


def sealed(identity, plain):
    key = os.urandom(16)
    return age.seal_header(key, identity.recipient) + payload_of(key, plain)


@needs_npm
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_npm_opens_what_we_seal(identity, size):
    plain = os.urandom(size)
    assert node("decrypt", identity.text(), data=sealed(identity, plain)) == plain


@needs_npm
@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_we_open_what_npm_seals(identity):
    plain = os.urandom(100_000)
    assert ours(node("encrypt", str(identity.recipient), data=plain), identity) == plain


@needs_npm
def test_npm_and_we_agree_on_keys():
    for kind in Kind:
        identity = generate_identity(kind)
        assert node("recipient", identity.text()).decode() == str(identity.recipient)
    theirs = Identity.parse(node("identity").decode())
    assert Recipient.parse(str(theirs.recipient)) == theirs.recipient


@needs_npm
def test_npm_refuses_what_we_would_refuse():
    whole = sealed(HYBRID, b"x" * 1000)
    with pytest.raises(subprocess.CalledProcessError):
        node("decrypt", HYBRID.text(), data=whole[:-1])


@needs_npm
def test_npm_opens_the_age_file_of_a_package_and_tar_lists_it(tmp_path):
    made = make(HYBRID)
    (tmp_path / "package.tar").write_bytes(node("decrypt", HYBRID.text(), data=made.header + made.payload))
    names = subprocess.run(["tar", "-tf", tmp_path / "package.tar"], capture_output=True, text=True, check=True).stdout
    assert names.splitlines()[0] == "package.json"


@needs_debian
@pytest.mark.parametrize("size", SIZES)
def test_debian_opens_what_we_seal_and_we_what_it_seals(tmp_path, size):
    plain, key = os.urandom(size), tmp_path / "key.txt"
    key.write_text(CLASSIC.text() + "\n")
    run = {"capture_output": True, "check": True, "timeout": 60}
    assert subprocess.run(["age", "-d", "-i", key], input=sealed(CLASSIC, plain), **run).stdout == plain
    theirs = subprocess.run(["age", "-r", str(CLASSIC.recipient)], input=plain, **run).stdout
    assert ours(theirs, CLASSIC) == plain


@needs_debian
def test_debian_and_we_agree_on_keys(tmp_path):
    theirs = subprocess.run(["age-keygen"], capture_output=True, check=True, text=True, timeout=60).stdout
    identity = Identity.parse(theirs.splitlines()[-1])
    assert f"# public key: {identity.recipient}\n" in theirs


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_opens_what_we_seal(size):
    pyrage = pytest.importorskip("pyrage", reason="PyPI's pyrage is not installed")
    plain = os.urandom(size)
    identity = pyrage.x25519.Identity.from_str(CLASSIC.text())
    assert str(identity.to_public()) == str(CLASSIC.recipient)
    assert pyrage.decrypt(sealed(CLASSIC, plain), [identity]) == plain
