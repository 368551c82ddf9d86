"""What codes are computed from rests sealed: a copy of the database signs nobody in, and a rotation of keys leaves everybody their app."""

import json

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection, transaction

from accounts.actions import factors as verbs
from accounts.factors import delete_factors, passkey_host
from accounts.models import FactorSecret
from accounts.strength import Proof
from council import rewrapping
from council.keys import keyring
from council.sealing.errors import OpeningRefused
from tests import cast
from tests.accounts.test_signing_in import SECRET, code


def dumped() -> str:
    """Every column of every row that has to do with factors, as a copy of the database would hold it."""
    rows = []
    with connection.cursor() as cursor:
        for table in ("mfa_authenticator", "accounts_factorsecret"):
            cursor.execute(f"SELECT * FROM {table}")
            rows += [bytes(each) if isinstance(each, memoryview) else each for row in cursor.fetchall() for each in row]
    return repr(rows)


def test_the_secret_of_an_app_is_nowhere_in_the_database(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    assert SECRET not in dumped()
    assert SECRET.encode().hex() not in dumped()
    assert Authenticator.objects.get().wrap().validate_code(code())


def test_nor_are_recovery_codes_or_what_they_follow_from(world: cast.Council) -> None:
    codes = RecoveryCodes.activate(world.reader_two)
    seed = get_adapter().decrypt(codes.instance.data["seed"])
    assert len(seed) == 80
    assert [each for each in (seed, *codes.get_unused_codes()) if each in dumped()] == []


def test_each_secret_is_sealed_for_itself(world: cast.Council) -> None:
    first, second = (get_adapter().encrypt(SECRET) for _ in range(2))
    row, other = FactorSecret.objects.get(pk=first), FactorSecret.objects.get(pk=second)
    FactorSecret.objects.filter(pk=first).update(ciphertext=other.ciphertext, wrap=other.wrap)
    assert bytes(row.ciphertext) != bytes(other.ciphertext)
    with pytest.raises(OpeningRefused):
        get_adapter().decrypt(first)


def test_a_rotation_wraps_them_anew_and_the_old_epoch_can_go(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    store = next(each for each in rewrapping.stores() if each.name == "factor secrets")
    epoch = keyring().rotate()
    assert rewrapping.remaining()["factor secrets"] == 1
    assert rewrapping.rewrap_batch(store).done == 1
    assert rewrapping.remaining()["factor secrets"] == 0
    assert FactorSecret.objects.get().epoch == epoch
    assert Authenticator.objects.get().wrap().validate_code(code())


def test_with_a_factor_its_secret_goes(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    RecoveryCodes.activate(world.reader_two)
    assert delete_factors(Authenticator.objects.filter(user=world.reader_two)) == 2
    assert not FactorSecret.objects.exists()


def test_a_removal_that_is_undone_keeps_the_secret(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    with transaction.atomic():
        delete_factors(Authenticator.objects.all())
        transaction.set_rollback(True)
    assert Authenticator.objects.get().wrap().validate_code(code())


def test_a_passkey_has_no_secret_and_goes_all_the_same(world: cast.Council) -> None:
    kept = get_adapter().encrypt(SECRET)
    Authenticator.objects.create(user=world.reader_two, type="webauthn", data={"name": "電話", "credential": {}})
    assert delete_factors(Authenticator.objects.all()) == 1
    assert [str(row.pk) for row in FactorSecret.objects.all()] == [kept]


def test_whoever_removes_their_app_or_makes_codes_anew_leaves_no_secret_behind(world: cast.Council) -> None:
    person, by = world.reader_two, {"acting_user": world.reader_two, "proof": Proof.FRESH}
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "電話", "credential": {}})
    app, _codes = verbs.add_app(person, SECRET, **by)
    verbs.make_codes(person, **by)
    assert FactorSecret.objects.count() == 2
    verbs.remove_factor(person, app.pk, **by)
    assert FactorSecret.objects.count() == 1


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8000", "localhost"), ("http://127.8.0.1:8000", "localhost"), ("http://[::1]:8000", "localhost"),
        ("http://localhost:8000", "localhost"), ("https://portal.council.example", "portal.council.example"),
        ("https://192.0.2.4", "192.0.2.4"),
    ],
)  # fmt: skip
def test_passkeys_are_made_for_a_name(settings: object, url: str, host: str) -> None:
    settings.COUNCIL_URL = url
    assert passkey_host() == host
    assert get_adapter().get_public_key_credential_rp_entity()["id"] == host


def test_the_inventory_counts_them(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    assert json.dumps([store.name for store in rewrapping.stores()]).count("factor secrets") == 1
