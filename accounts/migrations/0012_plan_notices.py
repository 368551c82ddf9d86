"""A kind of notice: a publication that was planned did not happen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_unconfirmed_since"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("published", "新しい情報"),
                    ("reminder", "再通知"),
                    ("escalation", "期限超過の知らせ"),
                    ("recalled", "回収"),
                    ("superseded", "差し替え"),
                    ("key", "鍵の変更"),
                    ("digest", "まとめ"),
                    ("review", "アクセスの見直し"),
                    ("log", "記録の週報"),
                    ("enrolment", "登録の案内"),
                    ("device", "新しい端末"),
                    ("factor", "サインインの手段の変更"),
                    ("leaving", "離脱と守秘の義務"),
                    ("idle", "使われていない登録"),
                    ("clock", "期限の知らせ"),
                    ("designation", "指定の変更"),
                    ("search", "保存した検索"),
                    ("copy", "写しの返却"),
                    ("review_day", "資料の見直し"),
                    ("plan", "公開の予定"),
                ],
                max_length=12,
            ),
        ),
    ]
