"""GET /api/v1/me/: who the caller is, what they may see at most, until when."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts import founding_clearances as clearances
from accounts.models import Clearance, OperatorCertification
from tests import cast

TODAY = timezone.localdate()


def ask(who: object) -> dict:
    return Client().get("/api/v1/me/", headers=cast.bearer(who)).json()


def test_a_reader_is_told_everything_about_themselves(world: cast.Council) -> None:
    reader = world.reader_three
    assert ask(reader) == {
        "id": str(reader.pk),
        "email": reader.email,
        "name": "水城 環",
        "organisation": {"id": str(world.company.pk), "name": "翠嶺マテリアル株式会社", "kind": "company"},
        "roles": ["member"],
        "ceiling": 3,
        "subcommittees": [{"id": str(world.materials.pk), "name": "電子部品・素材分科会"}],
        "clearances": [{"agency": "産業基盤保全庁", "last_day": str(TODAY + timedelta(days=300))}],
        "pledge": {"required": None, "accepted": None},
        "until": str(TODAY + timedelta(days=300)),
    }


def test_below_tier_three_no_day_limits_anything(world: cast.Council) -> None:
    answer = ask(world.reader_two)
    assert (answer["ceiling"], answer["until"], answer["clearances"]) == (2, None, [])


def test_the_earlier_of_clearance_and_certification_is_the_limit(world: cast.Council) -> None:
    OperatorCertification.objects.update(last_day=TODAY + timedelta(days=9))
    assert ask(world.reader_three)["until"] == str(TODAY + timedelta(days=9))


def test_the_longest_clearance_carries_the_ceiling(world: cast.Council) -> None:
    last = TODAY + timedelta(days=400)
    clearances.found_clearance(
        world.reader_three, world.other_agency, notified_on=TODAY, last_day=last, recorded_by="速水 啓"
    )
    assert ask(world.reader_three)["until"] == str(last)


def test_a_companys_certification_does_not_limit_the_agency(world: cast.Council) -> None:
    OperatorCertification.objects.update(last_day=TODAY)
    assert ask(world.publisher)["until"] == str(TODAY + timedelta(days=300))


def test_a_clearance_that_ended_is_gone(world: cast.Council) -> None:
    Clearance.objects.update(notified_on=TODAY - timedelta(days=9), last_day=TODAY - timedelta(days=1))
    answer = ask(world.reader_three)
    assert (answer["ceiling"], answer["clearances"], answer["until"]) == (2, [], None)


def test_a_session_is_as_good_as_a_token(world: cast.Council, client: Client) -> None:
    assert cast.sign_in(client, world.reader_two).get("/api/v1/me/").json() == ask(world.reader_two)


def test_nothing_but_reading_is_answered(world: cast.Council, client: Client) -> None:
    bearer = cast.bearer(world.reader_two)
    assert client.post("/api/v1/me/", headers=bearer).status_code in {403, 405}
    assert client.options("/api/v1/me/", headers=bearer).status_code == 403
