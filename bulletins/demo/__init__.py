"""The demo council: files in the world format, and who of its people show what. Its password is made at run time."""

from pathlib import Path

from django.conf import settings

from council.environment import kept_secret

_HERE = Path(__file__).parent
DEMO_FILES = [_HERE / "council.json", *sorted(_HERE.glob("bulletins-*.json"))]


def password() -> str:
    """The password of every person of the demo; made on first use and kept in a 0600 file of the deployment."""
    return kept_secret(settings.COUNCIL_DATA / "demo_password")[:20]


# Key of a person in council.json -> what signing in as them shows.
PERSONAS = {
    "kato": "会社の読者（機密性2まで）。期限を過ぎた確認があります",
    "doi": "会社の読者（機密性1まで）。同じ資料の機密性1の部分だけが見えます",
    "kubota": "会社の読者（重要経済安保情報の名簿に載っている人）",
    "morimoto": "会社の組織管理者。自社の人と記録を見られます",
    "ishida": "行政機関の作成者。下書きと公開ができます",
    "takahashi": "行政機関の承認者。承認待ちの資料があります",
    "okazaki": "行政機関の適性評価担当",
    "manabe": "事務局の運用担当。組織と分科会を管理します",
    "ogawa": "監査人。だれが何をしたかを見ます。内容は見えません",
}
