"""A browser that somebody was not known on is told of, to them alone and at once; a factor that came or went too."""

import hashlib
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts.actions import factors as verbs
from accounts.actions.people import suspend_person
from accounts.devices import browser_in_words
from accounts.models import Device, Notice, User
from accounts.strength import Proof
from accounts.subject import subject_of
from accounts.tasks import forget_ended_sessions
from bulletins.inbox import lines_for
from bulletins.letters import letter
from council.audit.record import actor_of
from tests import cast
from tests.accounts.test_signing_in import SECRET, attempt, events

Kind = Notice.Kind
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1"


def browser(agent: str = FIREFOX) -> Client:
    return Client(headers={"user-agent": agent}, REMOTE_ADDR="192.0.2.7")


def known(person: User) -> Client:
    """The browser of the very first sign-in."""
    client = browser()
    attempt(client, person.email, cast.PASSWORD)
    return client


def test_the_very_first_sign_in_is_told_to_nobody(world: cast.Council) -> None:
    known(world.reader_two)
    assert Device.objects.get().name == "Windows・Firefox"
    assert not Notice.objects.exists()
    assert events("session.new_device") == []


def test_a_new_browser_is_an_event_and_a_notice(world: cast.Council) -> None:
    known(world.reader_two)
    attempt(browser(SAFARI), world.reader_two.email, cast.PASSWORD)
    notice, device = Notice.objects.get(), Device.objects.latest("first_seen_at")
    assert (notice.kind, notice.person_id, notice.about, notice.state) == (
        Kind.DEVICE,
        world.reader_two.pk,
        device.pk,
        "queued",
    )
    assert [event.actor for event in events("session.new_device")] == [actor_of(str(world.reader_two.pk))]


def test_the_same_browser_is_told_of_once(world: cast.Council) -> None:
    client = known(world.reader_two)
    for _time in range(2):
        client.post("/sign-in/out/")
        attempt(client, world.reader_two.email, cast.PASSWORD)
    assert not Notice.objects.exists()
    assert Device.objects.count() == 1


def test_two_people_share_a_browser_and_each_is_told_once(world: cast.Council) -> None:
    known(world.reader_one)
    client = known(world.reader_two)
    for person in (world.reader_one, world.reader_two, world.reader_one):
        client.post("/sign-in/out/")
        attempt(client, person.email, cast.PASSWORD)
    assert [notice.person_id for notice in Notice.objects.all()] == [world.reader_one.pk]


def test_it_goes_out_at_once_whatever_rhythm_was_chosen(world: cast.Council) -> None:
    User.objects.filter(pk=world.reader_two.pk).update(notices=User.Rhythm.WEEKLY)
    known(world.reader_two)
    attempt(browser(SAFARI), world.reader_two.email, cast.PASSWORD)
    notice = Notice.objects.get()
    assert (notice.state, notice.not_before <= timezone.now()) == ("queued", True)


def test_the_mail_says_when_on_what_and_from_where(world: cast.Council) -> None:
    known(world.reader_two)
    attempt(browser(SAFARI), world.reader_two.email, cast.PASSWORD)
    written = letter(Notice.objects.get(), named=True)
    assert written.subject.startswith("【新しい端末】")
    for words in ("iPhone・Safari", "192.0.2.7", "覚えがなければ", "/me/sessions/"):
        assert words in written.body


def test_the_inbox_says_the_same_and_only_when_once_it_is_forgotten(world: cast.Council) -> None:
    known(world.reader_two)
    attempt(browser(SAFARI), world.reader_two.email, cast.PASSWORD)
    line = lines_for(subject_of(world.reader_two))[0]
    assert [value for _label, value in line.facts][1:] == ["iPhone・Safari", "192.0.2.7"]
    assert line.path == "/me/sessions/"
    Device.objects.all().delete()
    assert len(lines_for(subject_of(world.reader_two))[0].facts) == 1


def test_the_cookie_is_random_and_kept_as_a_digest_alone(world: cast.Council) -> None:
    morsel = known(world.reader_two).cookies["device"]
    assert len(morsel.value) == 43
    assert Device.objects.get().digest == hashlib.sha256(morsel.value.encode()).hexdigest()
    assert (morsel["httponly"], morsel["samesite"], morsel["max-age"]) == (
        True,
        "Lax",
        timedelta(days=365).total_seconds(),
    )


def test_strangers_and_failures_get_no_cookie(world: cast.Council) -> None:
    assert "device" not in attempt(browser(), world.reader_two.email, "chigau-kotoba").cookies
    assert "device" not in browser().get("/sign-in/").cookies


def test_a_cookie_that_somebody_made_up_is_not_taken(world: cast.Council) -> None:
    client = browser()
    client.cookies["device"] = "x"
    attempt(client, world.reader_two.email, cast.PASSWORD)
    assert len(client.cookies["device"].value) == 43


def test_a_browser_of_a_year_ago_is_new_again(world: cast.Council) -> None:
    client = known(world.reader_two)
    Device.objects.update(last_seen_at=timezone.now() - timedelta(days=366))
    forget_ended_sessions()
    client.post("/sign-in/out/")
    attempt(client, world.reader_two.email, cast.PASSWORD)
    assert len(events("session.new_device")) == 1


def test_suspending_forgets_the_devices(world: cast.Council) -> None:
    known(world.reader_two)
    suspend_person(world.reader_two, acting_user=world.administrator)
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Windows・Firefox"),
        (SAFARI, "iPhone・Safari"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Linux・Edge"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36", "Android・Chrome"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
            "macOS・Safari",
        ),
        ("curl/8.0", "不明なブラウザ"),
        ("", "不明なブラウザ"),
    ],
)
def test_browsers_are_called_as_people_call_them(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words


def test_each_change_of_a_factor_is_told(world: cast.Council) -> None:
    person, by = world.reader_two, {"acting_user": world.reader_two}
    verbs.add_app(person, SECRET, proof=Proof.PASSWORD, **by)
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "電話", "credential": {}})
    verbs.make_codes(person, proof=Proof.FRESH, **by)
    verbs.remove_factor(person, Authenticator.objects.get(type="totp").pk, proof=Proof.FRESH, **by)
    theirs = Notice.objects.filter(kind=Kind.FACTOR, person=person).order_by("created_at")
    assert [notice.key.split(":")[2] for notice in theirs] == ["unconfirmed", "codes", "removed"]


def test_the_notice_of_a_factor_has_words_everywhere(world: cast.Council) -> None:
    verbs.add_app(world.reader_two, SECRET, proof=Proof.FRESH, acting_user=world.reader_two)
    line, written = lines_for(subject_of(world.reader_two))[0], letter(Notice.objects.get(), named=True)
    assert "サインインの手段が加わりました" in line.asked
    assert (line.path, len(line.facts)) == ("/me/factors/", 1)
    assert written.subject.startswith("【サインインの手段の変更】")
    assert SECRET not in written.body
