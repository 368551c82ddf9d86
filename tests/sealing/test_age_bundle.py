"""The age bundle of the pages: what is checked in is what its SHA-256, its version and its licences say."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rules.code import ROOT

VENDOR = ROOT / "council/static/js/vendor"
BUNDLE = VENDOR / "age-encryption.js"
SOURCE = ROOT / "tests/foreign/bundle"
PINS = json.loads((SOURCE / "package.json").read_text())["dependencies"]
FOREIGN = json.loads((ROOT / "tests/foreign/package.json").read_text())["dependencies"]

needs_npm = pytest.mark.skipif(
    shutil.which("node") is None or not (SOURCE / "node_modules/esbuild").is_dir(),
    reason="The packages of the bundle are not installed: npm install in tests/foreign/bundle",
)


def test_the_bundle_has_the_digest_that_stands_beside_it():
    expected = f"{hashlib.sha256(BUNDLE.read_bytes()).hexdigest()}  {BUNDLE.name}\n"
    assert Path(f"{BUNDLE}.sha256").read_text() == expected


def test_the_bundle_is_of_the_version_that_is_pinned_and_tested_against():
    version = re.search(r'export const version="([^"]+)";\n$', BUNDLE.read_text())[1]
    assert version == PINS["age-encryption"] == FOREIGN["age-encryption"]


def test_everything_in_the_bundle_is_named_with_its_version_and_its_licence():
    named = re.match(r"/\*! (.*)\. Licences: LICENSES\.md\. \*/", BUNDLE.read_text())[1].split(", ")
    assert named == sorted(f"{name} {version}" for name, version in PINS.items())
    headings = re.findall(
        r"^## (\S+ \S+) \((?:MIT|BSD-3-Clause)\)$", (VENDOR / "LICENSES.md").read_text(), re.MULTILINE
    )
    assert headings == named


def test_every_pin_is_one_exact_version():
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in PINS.values())


def test_the_bundle_asks_for_nothing_that_the_pages_forbid():
    assert not re.search(r"\beval\(|\bFunction\(|\bimport\(|https?://|sourceMappingURL", BUNDLE.read_text())


@needs_npm
def test_the_packages_give_the_same_bundle_again():
    done = subprocess.run(
        ["node", "build.mjs", "--check"], cwd=SOURCE, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
