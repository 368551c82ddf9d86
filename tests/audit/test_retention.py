"""Which details are over their time: classes as data, and holds before everything."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from council.audit import holds, retention
from council.audit.events import VOCABULARY
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from council.audit.retention import Kind
from tests.audit.conftest import BULLETIN, ORGANISATION, PERSON
from tests.audit.keepers import OPERATOR
from tests.audit.old_events import happened

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def _over(kind: str) -> int:
    each = retention.class_of(kind)
    return retention.count(kind, retention.ended_before(each), retention.held())


def test_every_word_of_the_log_is_in_exactly_one_class_at_every_tier():
    for action in VOCABULARY:
        for tier in (1, 2, 3):
            happened(action, 0, tier=tier)
    for event in AuditEvent.objects.all():
        of = [kind for kind in Kind if AuditEvent.objects.filter(retention.events_of(kind), pk=event.pk).exists()]
        assert len(of) == 1, (event.action, event.tier, of)


@pytest.mark.parametrize(
    ("action", "tier", "kind"),
    [
        ("bulletin.read", 3, Kind.CRITICAL),
        ("session.sign_in", 3, Kind.CRITICAL),
        ("bulletin.read", 2, Kind.CONTENT),
        ("package.release", 1, Kind.CONTENT),
        ("role.grant", 1, Kind.ACCESS),
        ("review.lapse", 1, Kind.ACCESS),
        ("key.revoke", 1, Kind.ACCESS),
        ("session.sign_in", 1, Kind.SESSION),
        ("log.heartbeat", 1, Kind.PORTAL),
        ("audit.list", 1, Kind.PORTAL),
    ],
)
def test_an_event_is_of_the_class_that_its_action_and_tier_say(action, tier, kind):
    event = happened(action, 0, tier=tier)
    assert AuditEvent.objects.filter(retention.events_of(kind), pk=event.pk).exists()


@pytest.mark.parametrize(("years", "over"), [(2.9, 0), (3.1, 1)])
def test_a_detail_is_over_when_the_years_of_its_class_are(years, over):
    happened("session.sign_in", years)
    assert _over(Kind.SESSION) == over


def test_the_years_are_those_of_the_setting(settings):
    happened("session.sign_in", 1.5)
    settings.RETENTION = {"session": 1}
    assert _over(Kind.SESSION) == 1


@pytest.mark.parametrize(
    "said", [{"session": 0}, {"session": "3"}, {"session": True}, {"sessions": 3}, {"session": 101}, []]
)
def test_a_setting_that_makes_no_sense_is_refused_with_its_name(settings, said):
    settings.RETENTION = said
    with pytest.raises(ImproperlyConfigured, match="COUNCIL_RETENTION"):
        retention.classes()


def test_a_retention_ends_with_a_day_in_japan_also_on_the_29th_of_february():
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    ended = retention.ended_before(retention.class_of(Kind.SESSION), leap)
    assert timezone.localtime(ended).isoformat() == "2025-02-28T00:00:00+09:00"


@pytest.mark.parametrize(
    "scope",
    [{"actor": actor_of(PERSON)}, {"org": ORGANISATION}, {"object": BULLETIN}, {}, {"actor": "x", "object": BULLETIN}],
)
def test_what_a_hold_covers_is_not_over_however_old_it_is(scope):
    happened("bulletin.read", 20, actor=PERSON, organisation=ORGANISATION, object=BULLETIN)
    assert _over(Kind.CONTENT) == 1
    holds.place(scope, "調査 第3号", subject=OPERATOR)
    assert _over(Kind.CONTENT) == 0


def test_a_hold_on_one_person_keeps_nothing_of_another():
    happened("bulletin.read", 20, actor=ORGANISATION)
    holds.place({"actor": actor_of(PERSON)}, "調査 第3号", subject=OPERATOR)
    assert _over(Kind.CONTENT) == 1


def test_a_lifted_hold_keeps_nothing():
    happened("bulletin.read", 20, actor=PERSON)
    hold = holds.place({}, "調査 第3号", subject=OPERATOR)
    holds.lift(hold, subject=OPERATOR)
    assert _over(Kind.CONTENT) == 1
