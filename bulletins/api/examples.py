"""Examples of the desk's verbs for the OpenAPI description: what is sent, what comes back, and when it is refused."""

from drf_spectacular.utils import OpenApiExample

from council.api import PROBLEM

_ID = "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11"


def given(name: str, **value: object) -> OpenApiExample:
    """A body that is sent."""
    return OpenApiExample(name, value=value, request_only=True)


def refused(name: str, code: int, title: str, detail: str, kind: str) -> OpenApiExample:
    """A problem document."""
    value = {"type": f"/help/#error-{kind}", "title": title, "status": code, "detail": detail}
    return OpenApiExample(
        name,
        value={**value, "instance": "urn:request:0b5f6e1c-7a34-4c58-9d0e-5f2f3c1a9b77"},
        media_type=PROBLEM,
        response_only=True,
        status_codes=[str(code)],
    )


def conflict(name: str, detail: str) -> OpenApiExample:
    """A refusal because of where the thing stands."""
    return refused(name, 409, "いまの状態ではできません", detail, "conflict")


def _progress(name: str, state: str, **further: object) -> OpenApiExample:
    value = {
        "id": _ID,
        "reference": "TH-7KQ4",
        "kind": "threat",
        "revision": 1,
        "state": state,
        "approvals": {"held": 1, "needed": 1},
        "scheduled_for": None,
        "review_on": None,
        "url": f"https://portal.example/api/v1/bulletins/{_ID}/",
        **further,
    }
    return OpenApiExample(name, value=value, response_only=True, status_codes=["200"])


HANDED_IN = _progress(
    "handed in",
    "in_review",
    approvals={"held": 0, "needed": 1},
    findings=[
        {
            "code": "mail",
            "where": "2 段落",
            "words": "taro@kaisha.example",
            "why": "メールアドレスです。読む人に知らせてよいものか確かめてください。",
        }
    ],
    unread=["図.bin"],
)
_MOMENT = "2026-12-01T09:00:00+09:00"
SCHEDULE = given("schedule", moment=_MOMENT, expected_people=52)
SCHEDULED = _progress("scheduled", "scheduled", scheduled_for=_MOMENT)
UNSCHEDULED = _progress("planned no more", "approved")
NOT_PLANNED = conflict("nothing planned", "公開の予定はありません。")
KEEP = given("keep", review_on="2027-06-01", seen="2026-12-01")
KEPT = _progress("kept", "published", review_on="2027-06-01")
MOVED = conflict("moved meanwhile", "見直しの日は、ほかの人がもう決めています。")
WHY = given("why", why="調査が進み、新しい資料（TH-M2XC）に書き直したため。")
SUPERSEDED = _progress("superseded", "superseded")
DISPOSED = _progress("disposed", "disposed")
CONFLICT = conflict("another state", "いまの状態では、この操作はできません。")
SAVED_SINCE = refused(
    "saved since", 412, "ほかの人が先に変えています",
    "この下書きは、読んだあとに石田 悠介が2026年11月21日（土）21:30に保存しています。取り直してから、もう一度保存してください。",
    "precondition_failed",
)  # fmt: skip
NO_VERSION = refused(
    "no version", 428, "どの保存からの変更かを示してください",
    "If-Match に、読んだ下書きの ETag を入れてください。ほかの人の保存を知らずに消さないためです。", "precondition_required",
)  # fmt: skip
