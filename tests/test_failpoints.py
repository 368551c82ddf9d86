"""FAILPOINT: off in earnest, and never misspelt in a test."""

import pytest

from council import failpoints
from council.checks import check_failpoint


def found(settings, failpoint, deployment="test"):
    settings.FAILPOINT, settings.COUNCIL_DEPLOYMENT = failpoint, deployment
    return [error.id for error in check_failpoint(None)]


@pytest.mark.parametrize("failpoint", ["", "notice.sent", "notice.sent@3,seal.batch_locked"])
def test_steps_that_exist_may_be_named(settings, failpoint):
    assert found(settings, failpoint) == []


@pytest.mark.parametrize("failpoint", ["notice.sennt", "notice.sent,seal.nothing@2"])
def test_a_step_that_does_not_exist_is_refused(settings, failpoint):
    assert found(settings, failpoint) == ["council.E007"]


def test_a_deployment_that_is_no_test_takes_none(settings):
    assert found(settings, "notice.sent", "production") == ["council.E005"]


def test_nobody_dies_in_a_deployment_that_is_no_test(settings, monkeypatch):
    killed = []
    monkeypatch.setattr(failpoints.os, "kill", lambda *given: killed.append(given))
    settings.FAILPOINT, settings.COUNCIL_DEPLOYMENT = "notice.sent", "production"
    failpoints.passing("notice.sent")
    assert killed == []
