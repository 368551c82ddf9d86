from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.http import QueryDict
from django.utils import timezone
from uuid_utils.compat import uuid7

from council.audit.filters import EventFilter, first_id_at
from council.audit.leaf import moment_of
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from tests import cast
from tests.audit.conftest import BULLETIN

pytestmark = pytest.mark.django_db


def found(query):
    asked = EventFilter(QueryDict(query), queryset=AuditEvent.objects.all())
    assert asked.is_valid(), asked.errors
    return list(asked.qs)


def errors_of(query):
    return set(EventFilter(QueryDict(query), queryset=AuditEvent.objects.all()).errors)


def test_without_a_question_everything_comes_newest_first(write):
    events = [write(), write(), write()]
    assert [event.pk for event in found("")] == [event.pk for event in reversed(events)]


def test_action_outcome_and_object_narrow_together(write):
    write("bulletin.print", outcome="deny", reason="caveat")
    write("bulletin.read", outcome="deny", reason="tier")
    hit = write("bulletin.read", outcome="deny", reason="tier", object="b-2")
    write("bulletin.read", object="b-2")
    assert found("action=bulletin.read&outcome=deny")[0] == hit
    assert len(found(f"action=bulletin.read&outcome=deny&object={BULLETIN}")) == 1


def test_a_person_is_found_by_address_name_id_and_actor(write):
    kato = cast.person(cast.organisation(), name="加藤 美咲", email="kato@acme.example")
    hit = write(actor=str(kato.pk))
    write()
    for value in ("KATO@acme.example", "加藤", str(kato.pk), actor_of(str(kato.pk))):
        assert [event.pk for event in found(f"actor={value}")] == [hit.pk]


def test_an_organisation_is_found_by_its_name(write):
    company = cast.organisation(name="翠嶺マテリアル株式会社")
    hit = write(organisation=str(company.pk))
    write()
    assert [event.pk for event in found("actor=翠嶺")] == [hit.pk]


def test_an_organisation_of_its_own_field_is_found_by_name_and_by_id(write):
    company = cast.organisation(name="翠嶺マテリアル株式会社")
    hit = write(organisation=str(company.pk))
    write()
    for value in ("翠嶺", str(company.pk)):
        assert [event.pk for event in found(f"organisation={value}")] == [hit.pk]


def test_person_and_organisation_narrow_together(write):
    company, kato = cast.organisation(name="翠嶺"), cast.person(cast.organisation(name="夕凪"), name="加藤")
    write(actor=str(kato.pk), organisation=str(kato.organisation_id))
    assert found("actor=加藤&organisation=翠嶺") == []
    hit = write(actor=str(kato.pk), organisation=str(company.pk))
    assert [event.pk for event in found("actor=加藤&organisation=翠嶺")] == [hit.pk]


def test_received_finds_both_ways_of_taking_a_file_away(write):
    write("bulletin.read")
    taken = [write("bulletin.download"), write("package.fetch")]
    assert [event.pk for event in found("action=received")] == [event.pk for event in reversed(taken)]


def test_heartbeats_come_only_when_they_are_asked_for(write):
    beat = write("log.heartbeat", actor=None, organisation=None, object="")
    read = write()
    assert [event.pk for event in found("")] == [read.pk]
    assert [event.pk for event in found("action=log.heartbeat")] == [beat.pk]


def test_looks_at_pages_come_only_when_they_are_asked_for(write):
    look = write("page.show")
    read = write()
    assert [event.pk for event in found("")] == [read.pk]
    assert [event.pk for event in found("action=page.show")] == [look.pk]


def test_a_moment_in_the_address_stays_in_the_form():
    form = EventFilter(QueryDict("since=2026-11-21T09:00:00Z&until=2026-11-21"), queryset=AuditEvent.objects.all()).form
    assert 'type="text"' in str(form["since"])
    assert 'value="2026-11-21T09:00:00Z"' in str(form["since"])
    assert 'type="date"' in str(form["until"])


def test_a_name_nobody_has_finds_nothing(write):
    write(actor=None, organisation=None)
    assert found("actor=誰でもない人") == []
    assert found("object=ZZ-0000") == []


def test_since_and_until_take_days_of_japan_with_both_ends(write):
    event = write()
    day = timezone.localdate(event.time)
    assert found(f"since={day}&until={day}") == [event]
    assert found(f"until={day.replace(year=day.year - 1)}") == []
    assert found(f"since={day.replace(year=day.year + 1)}") == []


def test_a_moment_includes_its_own_millisecond(write):
    event = write()
    moment = event.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert found(f"since={moment}&until={moment}") == [event]


def test_an_offset_with_an_unescaped_plus_is_understood(write):
    event = write()
    assert found("since=2020-01-01T09:00:00+09:00") == [event]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=きのう", "since"),
        ("since=2026-02-30", "since"),
        ("until=9999-12-31", "until"),
        ("since=0001-01-01T00:00:00%2B23:00", "since"),
        ("action=bulletin.admire", "action"),
        ("outcome=maybe", "outcome"),
        ("actor=%00", "actor"),
        (f"object={'x' * 121}", "object"),
    ],
)
def test_a_question_that_can_not_be_read_names_its_field(query, field):
    assert errors_of(query) == {field}


def test_the_first_id_of_a_moment_stands_before_every_event_of_it():
    event = uuid7()
    assert first_id_at(moment_of(event)) <= event
    assert moment_of(first_id_at(moment_of(event))) == moment_of(event)


def test_before_1970_is_the_beginning():
    assert first_id_at(datetime(1960, 1, 1, tzinfo=UTC)) == first_id_at(datetime(1970, 1, 1, tzinfo=UTC))
    assert isinstance(first_id_at(datetime(1970, 1, 1, tzinfo=UTC)), UUID)
