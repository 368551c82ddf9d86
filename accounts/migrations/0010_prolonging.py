"""An entry of a roster may go on from another: the person stands on the roster once, and after its last day once more."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_yearly_figures")]
    operations = [
        migrations.AddField(
            model_name="rosterentry",
            name="prolongs",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.rosterentry",
            ),
        ),
        migrations.RemoveConstraint(model_name="rosterentry", name="on_a_roster_once"),
        migrations.AddConstraint(
            model_name="rosterentry",
            constraint=models.UniqueConstraint(
                condition=Q(ended_at__isnull=True, prolongs__isnull=True),
                fields=("designation", "person"),
                name="on_a_roster_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="rosterentry",
            constraint=models.UniqueConstraint(
                condition=Q(ended_at__isnull=True), fields=("prolongs",), name="prolonged_once"
            ),
        ),
    ]
