import pytest
from django.core import checks

from council.audit.thresholds import RULES, faults_of, thresholds


def test_without_a_setting_every_rule_has_its_defaults(settings):
    settings.AUDIT_THRESHOLDS = {}
    assert {rule: set(limits) for rule, limits in thresholds().items()} == {rule: set(RULES[rule]) for rule in RULES}
    assert thresholds()["bulk_reading"]["bulletins"] == RULES["bulk_reading"]["bulletins"].default


def test_a_setting_changes_what_it_names_and_nothing_else(settings):
    settings.AUDIT_THRESHOLDS = {"bulk_reading": {"bulletins": 50}, "odd_hours": {"on": False}}
    assert thresholds()["bulk_reading"]["bulletins"] == 50
    assert thresholds()["bulk_reading"]["minutes"] == 60
    assert (thresholds()["odd_hours"]["on"], thresholds()["export_spike"]["on"]) == (0, 1)


@pytest.mark.parametrize(
    "given", [{}, {"bulk_reading": {}}, {"bulk_reading": {"on": True, "bulletins": 2}}, {"odd_hours": {"on": 0}}]
)
def test_what_can_be_used_has_no_faults(given):
    assert faults_of(given) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "must be a JSON object of rules"),
        ({"bulk_redaing": {}}, "there is no rule 'bulk_redaing'; the rules are bulk_reading"),
        ({"bulk_reading": 20}, "bulk_reading must be a JSON object of thresholds"),
        ({"bulk_reading": {"bulletin": 20}}, "bulk_reading has no threshold 'bulletin'; it has on, bulletins, minutes"),
        ({"bulk_reading": {"bulletins": 1}}, "bulk_reading.bulletins must be a whole number from 2 to 10000, not 1"),
        ({"bulk_reading": {"bulletins": "20"}}, "not '20'"),
        ({"bulk_reading": {"bulletins": 20.5}}, "not 20.5"),
        ({"odd_hours": {"reads": True}}, "not True"),
        ({"odd_hours": {"from": 3}}, "odd_hours.from must be a whole number from 12 to 23, not 3"),
    ],
)
def test_what_can_not_be_meant_is_said_plainly(given, words):
    (fault,) = faults_of(given)
    assert fault.startswith("COUNCIL_SIGNALS")
    assert words in fault


def test_a_portal_with_such_a_setting_does_not_boot(settings):
    settings.AUDIT_THRESHOLDS = {"nights": {}}
    assert "council.E009" in {message.id for message in checks.run_checks(tags=[checks.Tags.security])}
