"""Who comes to the auditor's desk: those who may see every event, and nobody who sees those of one organisation."""

from django.http import Http404

from council.access.facts import Ledger, Subject
from council.access.policy import Action, decide
from council.audit.reading import Reader
from council.audit.record import record_refusal


def auditor_of(subject: Subject) -> Reader:
    """Lets auditors in; Http404, with the refusal in the log, for everybody else, administrators too."""
    decision = decide(subject, Action.READ_EVENTS, Ledger(None))
    if not decision:
        record_refusal(
            Action.READ_EVENTS, actor=subject.person, organisation=subject.organisation, reason=str(decision.reason)
        )
        raise Http404
    return Reader(subject, None)
