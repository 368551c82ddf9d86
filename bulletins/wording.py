"""What the desk says when something can't be done: one sentence for each reason, here and nowhere else.

Only those who may inspect a revision are told a reason at all. Reasons that would say whether it was a clearance, a
roster or a designation have no sentence of their own.
"""

from django.utils.translation import gettext as _

from council.access.policy import Action, Reason


def _of_the_state(action: Action) -> str:
    sentences = {
        Action.EDIT: _("直せるのは下書きだけです。査読や承認のあとで直すには、承認者に差し戻してもらってください。"),
        Action.SUBMIT: _("査読に出せるのは下書きだけです。"),
        Action.APPROVE: _("承認できるのは査読中の資料だけです。"),
        Action.RETURN: _("差し戻せるのは、査読に出てから公開されるまでの資料だけです。"),
        Action.PUBLISH: _("公開は、承認が済むとできます。"),
        Action.SCHEDULE: _("公開の日時は、承認が済むと決められます。"),
        Action.REVISE: _("改訂できるのは公開中の資料だけです。"),
        Action.RECALL: _("回収できるのは公開中の資料だけです。"),
        Action.DISPOSE: _("廃棄できるのは、回収したか期限が過ぎた資料だけです。"),
    }
    return sentences.get(action, _("いまの段階ではこの操作はできません。"))


def _of_the_role(action: Action) -> str:
    if action in (Action.APPROVE, Action.RETURN):
        return _("承認と差し戻しができるのは、承認者の役割を持つ人です。")
    if action in (Action.RECALL, Action.DISPOSE):
        return _("この操作ができるのは、作成者か承認者の役割を持つ人です。")
    return _("この操作ができるのは、作成者の役割を持つ人です。")


def _of_the_author(action: Action) -> str:
    if action is Action.RETURN:
        return _("作成者は自分の資料を差し戻せません。")
    if action is Action.EDIT:
        return _("承認者の役割も持つ人は、ほかの人の下書きを直せません。")
    return _("作成者は自分の資料を承認できません。")


def told(refused: Exception) -> str:
    """One sentence for whatever a verb raised, for programs that take many steps in a row."""
    action = getattr(refused, "action", None)
    if action is None:
        return str(refused)
    return refusal(action, Reason(refused.args[0]) if refused.args else Reason.NOT_FOUND)


def why_not_there(reason: Reason) -> str:
    """Which rule keeps a bulletin from somebody, for those who may inspect it. Of tier three only that one of its many conditions does."""
    sentences = {
        Reason.SUSPENDED: _("この人の利用は止められています。"),
        Reason.ORGANISATION_SUSPENDED: _("この人の組織の利用は止められています。"),
        Reason.PLEDGE: _("この人は、いまの守秘誓約にまだ同意していません。"),
        Reason.EXPIRED: _("閲覧の期限が過ぎています。"),
        Reason.STATE: _("この版は、いま公開されていません。"),
        Reason.TIER: _("この人か、この人の組織は、この資料の見える下限の格付まで見られません。"),
        Reason.NEED_TO_KNOW: _("この人は、資料に付いた分科会のどれかに属していません。"),
        Reason.NOT_RELEASED: _("公開先に、この人も、この人の組織も分科会も入っていません。"),
        Reason.AUDITOR: _("監査人は、ほかの役割があっても資料の中身を見られません。"),
    }
    return sentences.get(reason, _("重要経済安保情報を取り扱うための条件がそろっていません。"))


def not_reusable() -> str:
    """Why nothing can be copied out of a bulletin."""
    return _("取扱制限（再利用禁止、再利用要許可）があるため、写せません。")


def refusal(action: Action, reason: Reason) -> str:
    """Why the person may not do this, as one plain sentence that also says what would help, where something does."""
    if reason in (Reason.STATE, Reason.EXPIRED):
        return _of_the_state(action)
    if reason is Reason.ROLE:
        return _of_the_role(action)
    if reason is Reason.AUTHOR:
        return _of_the_author(action)
    sentences = {
        Reason.CAVEAT: _("取扱制限（削除禁止、○○まで保存）があるため、廃棄できません。"),
        Reason.ALREADY_APPROVED: _("この資料はもう承認しています。もうひとりの承認者を待っています。"),
        Reason.NOT_INVOLVED: _("この操作ができるのは、資料を作った組織の人です。"),
        Reason.PLEDGE: _("先に守秘誓約への同意が要ります。"),
        Reason.AUDITOR: _("監査人は資料を扱えません。"),
    }
    return sentences.get(reason, _("この操作はできません。"))
