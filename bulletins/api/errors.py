"""What bulletins raise, as the problems of the API. Missing and forbidden are one exception before they come here."""

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from bulletins.access import NotVisible
from bulletins.actions.copies import NoPaper
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Invalid
from council import api
from council.access.policy import Reason


def _sentence(reason: Reason) -> str:
    sentences = {
        Reason.STATE: _("いまの状態では、この操作はできません。"),
        Reason.ROLE: _("この操作をする役割がありません。"),
        Reason.NOT_INVOLVED: _("発信元の組織の担当者だけができる操作です。"),
        Reason.AUTHOR: _("自分が書いた資料の承認や差し戻しはできません。ほかの承認者に頼んでください。"),
        Reason.ALREADY_APPROVED: _("もう承認しています。ほかの承認者の承認を待ってください。"),
        Reason.PLEDGE: _("先に、いまの守秘誓約に同意してください。"),
        Reason.AUDITOR: _("監査人は資料を扱えません。"),
    }
    return sentences.get(reason, _("この操作はできません。"))


def _pointer(where: str) -> list[str]:
    """The steps of a JSON pointer for the place of a fault in a draft, whose parts are counted from one."""
    steps = where.split(".")
    if len(steps) == 3 and steps[0] == "parts":
        name = "attachment" if steps[2] == "file" else steps[2]
        return ["parts", str(int(steps[1]) - 1), name]
    return steps


def _faults(invalid: Invalid) -> exceptions.ValidationError:
    detail: dict = {}
    for where, sentences in invalid.errors.items():
        *steps, last = _pointer(where)
        holder = detail
        for step in steps:
            holder = holder.setdefault(step, {})
        holder[last] = sentences
    return exceptions.ValidationError(detail)


def as_problem(error: Exception) -> Exception:
    """The API's exception for one of the bulletins'; any other comes back as it is."""
    if isinstance(error, NotVisible):
        return exceptions.NotFound()
    if isinstance(error, Refused):
        kind = api.Conflict if error.reason is Reason.STATE else exceptions.PermissionDenied
        return kind(_sentence(error.reason))
    if isinstance(error, NoPaper):
        return exceptions.PermissionDenied(_("この資料には、紙やファイルの写しがありません。画面で読んでください。"))
    if isinstance(error, Conflict):
        return api.Conflict(str(error))
    return _faults(error) if isinstance(error, Invalid) else error


class BulletinsAPIView(APIView):
    """A view whose bodies are bounded JSON, and in which what bulletins raise becomes a problem document."""

    parser_classes = [api.BoundedJSONParser]

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(as_problem(exc))
