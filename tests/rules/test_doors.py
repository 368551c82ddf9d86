"""Protected rows are touched by the files named here and by no others."""

import re

from tests.rules import code

# File -> why it may touch rows that no door has looked at yet.
UNRESTRICTED = {
    "bulletins/access.py": "the door itself",
    "bulletins/acknowledged.py": "numbers of revisions from which on an acknowledgement counts; no content",
    "bulletins/related.py": "references of what an author may see, and what visible_to() gave",
    "bulletins/facts.py": "gathers what the door decides on",
    "bulletins/desk.py": "the door of the desk",
    "bulletins/board.py": "the door of the distribution board, and what is under way behind it",
    "bulletins/browse.py": "parts of bulletins that visible_to() gave",
    "bulletins/indexing.py": "makes tokens of what a verb published; shows nothing",
    "bulletins/attached.py": "reads files of what is served into the index; shows nothing",
    "bulletins/search.py": "parts of bulletins that visible_to() gave",
    "bulletins/naming.py": "references for the log, cut by visible_to()",
    "bulletins/leak_sight.py": "parts of a revision that passed the desk, and references that are asked about one by one",
    "bulletins/unusual.py": "sizes of what the same originator published, cut to what the person's label reaches",
    "bulletins/begun.py": "the reference of what the same person's form began",
    "bulletins/approval.py": "what an approval covers, of a revision that passed the desk",
    "bulletins/preview.py": "labels of a revision that passed the desk",
    "bulletins/advance.py": "takes a revision along, by verbs",
    "bulletins/backdate.py": "worlds that are built",
    "bulletins/world.py": "worlds that are built",
    "bulletins/wraps.py": "labels of what is sealed, for wrapping its keys anew; opens nothing",
    "bulletins/mail_marks.py": "caveats that every reader of a bulletin sees, for the mails to those who may be told of it",
    "bulletins/stopped_plans.py": "what waits to be planned anew, cut to what the person's label reaches",
    "bulletins/review_days.py": "what is due for another look, cut to what the person's label reaches",
    "bulletins/actions/compare.py": "two revisions, each of which passed a door of its own",
    "bulletins/actions/draft.py": "writes what a verb was allowed to",
    "bulletins/actions/discard.py": "throws away what a verb was allowed to",
    "bulletins/first_hour.py": "whether the person ever wrote a draft of their own, yes or no",
    "bulletins/placing.py": "parts of a revision that a verb may write",
    "bulletins/actions/close.py": "closes what a verb was allowed to, or what has expired",
    "bulletins/actions/publish.py": "publishes what a verb was allowed to, or what is due",
    "bulletins/actions/read.py": "parts of what get_bulletin_for() gave",
    "bulletins/actions/inspect.py": "parts of what inspect_for() gave",
    "bulletins/actions/view_as.py": "parts of what inspect_for() gave, rendered for one of its members",
    "bulletins/actions/history.py": "revisions of what inspect_for() gave, each within its banner",
    "bulletins/payloads.py": "seals renditions that releasing decided on",
    "bulletins/releasing.py": "decides for the holders of keys, part by part",
    "bulletins/latecomers.py": "locks what distribution found",
    "bulletins/distribution.py": "plans and ends packages of what a verb published or closed",
    "bulletins/models/bulletin.py": "where it is made",
    "bulletins/models/part.py": "where it is made",
    "bulletins/models/revision.py": "where it is made",
}
DEFAULT_MANAGERS = {"_base_manager", "_default_manager"}
# Rows that tell of no content.
HARMLESS = {"bulletins/api/once.py": "answers kept for the person who asked"}
VIEWS = code.python("bulletins/views", "bulletins/api", "bulletins/templatetags")


def test_only_files_with_a_reason_touch_unrestricted_rows():
    touch = {code.name(path) for path in code.python(*code.PACKAGES) if "unrestricted" in path.read_text("utf-8")}
    assert touch == set(UNRESTRICTED)


def test_nobody_goes_round_through_the_default_manager():
    around = {code.name(path) for path in code.python(*code.PACKAGES) if code.attributes(path) & DEFAULT_MANAGERS}
    assert around <= {"bulletins/world.py"}


def test_views_and_api_query_no_rows_of_their_own():
    words = DEFAULT_MANAGERS | {"unrestricted", "objects"}
    assert {code.name(path) for path in VIEWS if code.attributes(path) & words} <= set(HARMLESS)


def test_views_and_api_reach_no_rows_backwards():
    backwards = {"person_grants", "group_grants", "approvals", "nominations", "releases"}
    assert not [code.name(path) for path in VIEWS if code.attributes(path) & backwards]


def test_nobody_below_bulletins_speaks_of_its_tables():
    below = code.python("accounts", "council")
    assert not [code.name(path) for path in below if re.search(r"get_model\(|[\"']bulletins_", path.read_text("utf-8"))]
