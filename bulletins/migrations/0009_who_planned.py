"""Who planned a publication. Of what was planned before, nobody knows but the log: its author, who publishes too, answers for it."""

from django.conf import settings
from django.db import migrations, models


def name_the_authors(apps, schema_editor):
    """Otherwise what is planned now would be stopped for want of somebody who may publish it."""
    revisions = apps.get_model("bulletins", "Revision").unrestricted
    revisions.filter(state="scheduled", scheduled_by=None).update(scheduled_by=models.F("author"))


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("bulletins", "0008_search"),
    ]

    operations = [
        migrations.AddField(
            "revision",
            "scheduled_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(name_the_authors, migrations.RunPython.noop),
    ]
