"""The demo council's files: what a reader of them relies on, checked without Django or a database."""

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "bulletins" / "demo"
KINDS = {"flash", "alert", "threat", "scenario", "supply_chain", "technology", "region"}
ROLES = {"member", "administrator", "publisher", "approver", "clearance_officer", "auditor", "operator"}
CAVEATS = {
    "複製禁止",
    "複製要許可",
    "転送禁止",
    "印刷禁止",
    "再利用禁止",
    "関係者限り",
    "暗号化必須",
    "閲覧者限定",
    "読後廃棄",
}
HEADINGS = {
    "threat": ["要約", "手口", "影響", "対処"],
    "scenario": ["前提", "分岐", "兆し", "備え"],
    "supply_chain": ["概要", "HHI", "見通し", "お願い"],
    "technology": ["技術の概要", "成熟度", "流出の経路", "守り方"],
    "region": ["何が起きたか", "影響", "見通し"],
}
BULLETIN_KEYS = {
    "key", "kind", "title", "tier", "floor", "subcommittees", "caveats", "by", "approved_by", "released_to", "state",
    "published_at", "deadline", "parts", "attachments", "correction",
}  # fmt: skip
FILES = sorted(FOLDER.glob("*.json"))
WORLD: dict[str, list[dict]] = {"organisations": [], "subcommittees": [], "people": [], "bulletins": []}
for path in FILES:
    for section, rows in json.loads(path.read_text(encoding="utf-8")).items():
        WORLD[section].extend(rows)  # an unknown top-level key is a KeyError here, as it is an error for the loader
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
ORGANISATIONS = {row["key"]: row for row in WORLD["organisations"]}
SUBCOMMITTEES = {row["key"]: row for row in WORLD["subcommittees"]}
PEOPLE = {row["key"]: row for row in WORLD["people"]}
BULLETINS = {row["key"]: row for row in WORLD["bulletins"]}
each_bulletin = pytest.mark.parametrize("bulletin", WORLD["bulletins"], ids=lambda row: row["key"])
each_person = pytest.mark.parametrize("person", WORLD["people"], ids=lambda row: row["key"])


def approvers(bulletin: dict) -> list[str]:
    given = bulletin.get("approved_by", [])
    return [given] if isinstance(given, str) else given


def check_digit(base: str) -> int:
    """The first digit of a 法人番号 from its twelve others, weights 1, 2, 1, 2 … from the right."""
    weighted = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base)))
    return 9 - weighted % 9


def labels(bulletin: dict) -> set[str]:
    return set(bulletin["subcommittees"]).union(*(part.get("subcommittees", []) for part in bulletin["parts"]))


def body(bulletin: dict) -> str:
    return "\n".join(part["text"] for part in bulletin["parts"])


def test_a_known_corporate_number_passes_the_local_check():
    assert check_digit("000012050002") == 7


def test_the_council_is_large_enough_to_show_every_role():
    kinds = Counter(row["kind"] for row in ORGANISATIONS.values())
    assert kinds["agency"] >= 3
    assert kinds["company"] >= 9
    assert (kinds["thinktank"], kinds["audit"]) == (1, 1)
    assert len(SUBCOMMITTEES) in {3, 4}
    assert len(PEOPLE) >= 28
    assert {role for person in PEOPLE.values() for role in person["roles"]} == ROLES


def test_there_are_bulletins_of_every_kind_tier_and_state():
    states = Counter(row["state"] for row in BULLETINS.values())
    assert len(BULLETINS) >= 64
    assert {row["kind"] for row in BULLETINS.values()} == KINDS
    assert states["draft"] >= 4
    assert states["in_review"] >= 3
    assert states["approved"] >= 2
    assert states["recalled"] >= 3
    assert states["published"] > len(BULLETINS) / 2
    assert 5 <= sum(row["tier"] == 3 and row["state"] == "published" for row in BULLETINS.values()) <= 6


def test_some_bulletins_are_long_have_attachments_or_lower_their_floor():
    assert sum(len(body(row)) >= 2500 for row in BULLETINS.values()) >= 3
    assert sum("attachments" in row for row in BULLETINS.values()) >= 10
    assert sum(row.get("floor") == 1 and row["tier"] == 2 for row in BULLETINS.values()) >= 6


def test_no_key_title_or_address_is_used_twice():
    keys = [row["key"] for rows in WORLD.values() for row in rows]
    for values in (keys, [row["title"] for row in BULLETINS.values()], [row["email"] for row in PEOPLE.values()]):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_every_key_is_short_plain_ascii():
    assert [
        row["key"] for rows in WORLD.values() for row in rows if not re.fullmatch(r"[a-z0-9-]{2,24}", row["key"])
    ] == []


def test_companies_and_the_think_tank_carry_right_corporate_numbers():
    for row in ORGANISATIONS.values():
        if row["kind"] in {"company", "thinktank"}:
            number = row["corporate_number"]
            assert re.fullmatch(r"\d{13}", number)
            assert int(number[0]) == check_digit(number[1:])


def test_every_company_has_an_administrator_and_two_or_three_members():
    for key in (row["key"] for row in ORGANISATIONS.values() if row["kind"] == "company"):
        staff = [person for person in PEOPLE.values() if person["org"] == key]
        administrators = [person for person in staff if "administrator" in person["roles"]]
        assert len(administrators) == 1
        assert 2 <= len(staff) - 1 <= 3


def test_few_company_people_reach_the_third_tier():
    companies = {row["key"] for row in ORGANISATIONS.values() if row["kind"] == "company"}
    assert 1 <= sum(person["tier"] == 3 and person["org"] in companies for person in PEOPLE.values()) <= 6


@each_person
def test_a_person_belongs_to_listed_organisations_and_their_subcommittees(person):
    assert person["org"] in ORGANISATIONS
    assert person["tier"] in {1, 2, 3}
    assert re.fullmatch(r"\S+ \S+", person["name"])
    for key in person["subcommittees"]:
        assert person["org"] in SUBCOMMITTEES[key]["members"]


def test_subcommittee_members_are_listed_organisations():
    assert [key for row in SUBCOMMITTEES.values() for key in row["members"] if key not in ORGANISATIONS] == []


@each_bulletin
def test_a_bulletin_uses_known_words_only(bulletin):
    assert set(bulletin) <= BULLETIN_KEYS
    assert all(set(part) <= {"text", "tier", "subcommittees", "caveats"} for part in bulletin["parts"])
    assert labels(bulletin) <= set(SUBCOMMITTEES)
    for caveat in [*bulletin["caveats"], *(caveat for part in bulletin["parts"] for caveat in part.get("caveats", []))]:
        dated = re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日まで", caveat)
        assert caveat in CAVEATS or date(2026, 12, 31) < date(*map(int, dated.groups())) <= date(2028, 12, 31)


@each_bulletin
def test_a_bulletin_is_released_to_somebody_listed(bulletin):
    released = bulletin["released_to"]
    assert any(released.values())
    assert set(released["organisations"]) <= set(ORGANISATIONS)
    assert set(released["subcommittees"]) <= set(SUBCOMMITTEES)
    assert set(released["people"]) <= set(PEOPLE)


@each_bulletin
def test_the_tier_of_a_bulletin_is_that_of_its_highest_part(bulletin):
    tiers = [part["tier"] for part in bulletin["parts"]]
    assert 2 <= len(tiers) <= 8
    assert max(tiers) == bulletin["tier"]
    assert bulletin.get("floor", bulletin["tier"]) <= bulletin["tier"]
    assert min(tiers) <= bulletin.get("floor", bulletin["tier"])


@each_bulletin
def test_who_writes_and_who_approves_differ_and_share_an_agency_and_the_label(bulletin):
    author, deciders = PEOPLE[bulletin["by"]], [PEOPLE[key] for key in approvers(bulletin)]
    assert "publisher" in author["roles"]
    assert author["key"] not in approvers(bulletin)
    assert all("approver" in person["roles"] and person["org"] == author["org"] for person in deciders)
    for person in [author, *deciders]:
        assert person["tier"] >= bulletin["tier"]
        assert labels(bulletin) <= set(person["subcommittees"])


@each_bulletin
def test_what_has_left_the_desk_was_approved_and_the_third_tier_by_two(bulletin):
    if bulletin["state"] in {"approved", "published", "recalled"}:
        assert len(set(approvers(bulletin))) == (2 if bulletin["tier"] == 3 else 1)


@each_bulletin
def test_the_third_tier_goes_to_very_few_named_and_cleared_people(bulletin):
    if bulletin["tier"] == 3:
        released = bulletin["released_to"]
        assert released["organisations"] == released["subcommittees"] == []
        assert 1 <= len(released["people"]) <= 3
        assert all(PEOPLE[key]["tier"] == 3 for key in released["people"])


@each_bulletin
def test_an_analysis_has_the_headings_its_readers_expect(bulletin):
    if bulletin["state"] == "published":
        text = body(bulletin)
        assert [word for word in HEADINGS.get(bulletin["kind"], []) if word not in text] == []


@each_bulletin
def test_every_part_starts_with_a_heading_and_its_tables_are_even(bulletin):
    for part in bulletin["parts"]:
        assert part["text"].startswith("## ")
        for table in re.findall(r"(?:^\|.*\|$\n?)+", part["text"], re.MULTILINE):
            assert len({line.count("|") for line in table.strip().splitlines()}) == 1


@each_bulletin
def test_headings_are_not_numbered_so_that_a_hidden_part_leaves_no_gap(bulletin):
    assert re.findall(r"^## [0-9０-９].*$", body(bulletin), re.MULTILINE) == []


@each_bulletin
def test_a_concentration_index_fits_the_largest_share_beside_it(bulletin):
    for table in re.findall(r"(?:^\|.*\|$\n?)+", body(bulletin), re.MULTILINE):
        header, _, *rows = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()
        ]
        shares = [place for place, cell in enumerate(header) if "割合" in cell]
        for row in rows if shares and "HHI" in header else []:
            share, index = int(row[shares[0]].partition("％")[0]) / 100, float(row[header.index("HHI")])
            assert share**2 - 0.005 <= index <= share  # squares of shares add up to at most the largest share


@each_bulletin
def test_deadlines_fall_on_working_days_and_publication_is_in_the_past(bulletin):
    if "deadline" in bulletin:
        deadline = datetime.fromisoformat(bulletin["deadline"])
        assert deadline.utcoffset() == timedelta(hours=9)
        assert deadline.weekday() < 5
        assert deadline.date() != date(2026, 11, 23)
    assert ("published_at" in bulletin) == (bulletin["state"] in {"published", "recalled"})
    if "published_at" in bulletin:
        published = datetime.fromisoformat(bulletin["published_at"])
        assert date(2026, 4, 1) <= published.date() <= date(2026, 11, 20)
        assert "deadline" not in bulletin or published < deadline


def test_something_was_corrected_and_says_what_changed():
    corrected = [row for row in BULLETINS.values() if "correction" in row]
    assert corrected
    for row in corrected:
        said = row["correction"]
        assert said["change_summary"].strip()
        assert said["parts"] != row["parts"]
        assert max(part["tier"] for part in said["parts"]) == row["tier"]
        assert row["published_at"] < said["published_at"] <= "2026-11-20"


def test_every_weekday_written_after_a_date_is_right():
    wrong = []
    for month, day, weekday in re.findall(r"(\d{1,2})月(\d{1,2})日（([月火水木金土日])）", TEXT):
        year = 2026 if int(month) >= 4 else 2027
        if "月火水木金土日"[date(year, int(month), int(day)).weekday()] != weekday:
            wrong.append(f"{month}月{day}日（{weekday}）")
    assert wrong == []


def test_attachment_names_are_safe_and_their_text_is_not_empty():
    for attachment in (item for row in BULLETINS.values() for item in row.get("attachments", [])):
        assert re.fullmatch(r"[a-z0-9-]+\.(csv|txt)", attachment["name"])
        assert attachment["text"].strip()


def test_csv_attachments_have_as_many_fields_in_every_row():
    for attachment in (item for row in BULLETINS.values() for item in row.get("attachments", [])):
        if attachment["name"].endswith(".csv"):
            assert len({line.count(",") for line in attachment["text"].strip().splitlines()}) == 1


def test_addresses_telephones_and_networks_are_invented():
    assert [mail for mail in re.findall(r"[\w.-]+@[\w.-]+\w", TEXT) if not mail.endswith(".example")] == []
    assert re.findall(r"\b[\w-]+\.(?:com|jp|net|org|gov|info|io)\b", TEXT) == []
    assert [
        number for number in re.findall(r"\b\d{2,4}-\d{3,4}-\d{4}\b", TEXT) if not number.startswith("00-0000-")
    ] == []
    documentation = ("192.0.2.", "198.51.100.", "203.0.113.")
    addresses = re.findall(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", TEXT)
    assert [address for address in addresses if not address.startswith(documentation)] == []


def test_nothing_of_the_grade_the_portal_refuses_is_in_the_files():
    assert re.findall("機密性[3３]|極秘|秘密文書", TEXT) == []
