"""FORMAT.md against the code, and its vectors against a second derivation written from the page alone."""

import base64
import hashlib
import hmac
import json
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from council.sealing.envelope import ALGORITHM, Binding, Sealed, open_sealed
from council.sealing.keyring import FileKeyring, OpeningRefused, Scope
from council.sealing.token_objects import kek_label, mac_label


def hkdf(secret, info):
    """RFC 5869 for one block of output: extract with an empty salt, then expand once."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, info.encode() + b"\x01", hashlib.sha256)


def kek_from_the_page(keyring, binding, epoch):
    root = next(base64.b64decode(each["root"]) for each in keyring["epochs"] if each["epoch"] == epoch)
    tier = hkdf(root, f'{{"tier":{binding["tier"]},"use":"council.sealing/tier","v":1}}')
    subcommittees = json.dumps(binding["subcommittees"], separators=(",", ":"))
    return hkdf(
        tier,
        f'{{"epoch":{epoch},"subcommittees":{subcommittees},"tier":{binding["tier"]},"use":"council.sealing/kek","v":1}}',
    )


def keyring_at(path, content):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w") as file:
        json.dump(content, file)
    return FileKeyring.load(path)


def binding_of(entry):
    return Binding(**{**entry, "subcommittees": tuple(entry["subcommittees"])})


def sealed_of(entry):
    wrap, ciphertext = (base64.b64decode(entry[name]) for name in ("wrap", "ciphertext"))
    return Sealed(ciphertext, wrap, entry["epoch"], entry["algorithm"], entry["key_id"])


def test_the_published_seals_open(vectors, path):
    keyring = keyring_at(path, vectors["keyring"])
    for entry in vectors["sealed"]:
        assert open_sealed(keyring, binding_of(entry["binding"]), sealed_of(entry)).decode() == entry["plaintext"]
        assert entry["algorithm"] == ALGORITHM


def test_what_the_page_says_must_be_refused_is_refused(vectors, tmp_path):
    assert len(vectors["refused"]) == 15
    for number, case in enumerate(vectors["refused"]):
        keyring = keyring_at(tmp_path / str(number), {**vectors["keyring"], **case.get("keyring", {})})
        entry = vectors["sealed"][case["of"]]
        binding = binding_of({**entry["binding"], **case.get("binding", {})})
        with pytest.raises(OpeningRefused):
            open_sealed(keyring, binding, sealed_of({**entry, **case.get("sealed", {})}))


def test_the_associated_data_is_the_published_text(vectors):
    for entry in vectors["sealed"]:
        binding = binding_of(entry["binding"])
        assert binding.aad(entry["epoch"]).decode() == entry["aad"]
        assert binding.content_aad().decode() == entry["content_aad"]
        assert {**json.loads(entry["content_aad"]), "epoch": entry["epoch"]} == json.loads(entry["aad"])


def test_keys_and_bytes_follow_from_the_page_alone(vectors):
    for entry in vectors["sealed"]:
        kek = kek_from_the_page(vectors["keyring"], entry["binding"], entry["epoch"])
        file_key, sealed = bytes.fromhex(entry["file_key"]), sealed_of(entry)
        nonce, content_nonce = sealed.wrap[:12], sealed.ciphertext[:12]
        assert kek.hex() == entry["kek"]
        assert hkdf(kek, '{"use":"council.sealing/key-id","v":1}')[:16].hex() == entry["key_id"]
        assert nonce + AESGCM(kek).encrypt(nonce, file_key, entry["aad"].encode()) == sealed.wrap
        content = AESGCM(file_key).encrypt(content_nonce, entry["plaintext"].encode(), entry["content_aad"].encode())
        assert content_nonce + content == sealed.ciphertext


def test_macs_are_the_published_ones_and_follow_from_the_page_alone(vectors, path):
    keyring, root = keyring_at(path, vectors["keyring"]), base64.b64decode(vectors["keyring"]["mac_root"])
    for entry in vectors["macs"]:
        key = hkdf(root, f'{{"purpose":"{entry["purpose"]}","use":"council.sealing/mac","v":1}}')
        assert hmac.digest(key, entry["data"].encode(), hashlib.sha256).hex() == entry["mac"]
        assert keyring.mac(entry["purpose"], entry["data"].encode()).hex() == entry["mac"]


def name_from_the_page(**facts):
    said = json.dumps({"v": 1, **facts}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).digest()[:16].hex()


def test_the_labels_of_a_token_are_those_of_the_page(vectors):
    identity = vectors["token"]["identity"]
    for entry in vectors["token"]["keks"]:
        scope = Scope(entry["tier"], tuple(entry["subcommittees"]), entry["epoch"])
        facts = {"tier": scope.tier, "subcommittees": sorted(scope.subcommittees), "epoch": scope.epoch}
        name = name_from_the_page(use="council.sealing/token/kek", keyring=identity, **facts)
        assert entry["label"] == f"council-keyring kek {scope.epoch} {name}" == kek_label(identity, scope)
    for entry in vectors["token"]["macs"]:
        name = name_from_the_page(use="council.sealing/token/mac", keyring=identity, purpose=entry["purpose"])
        assert entry["label"] == f"council-keyring mac {name}" == mac_label(identity, entry["purpose"])
