"""Whether somebody's first factor still waits for their organisation's word. Those who have one now are taken as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_prolonging")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="unconfirmed_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="確認を待っている日時"),
        ),
    ]
