"""Designations from before the register had lines get their first one, and where it was over by then the last: on the days the row tells."""

from django.db import migrations
from django.utils import timezone

BY = "台帳の移行"


def write(apps, schema_editor) -> None:
    designations, entries = apps.get_model("accounts", "Designation"), apps.get_model("accounts", "RegisterEntry")
    now = timezone.now()
    for row in designations.objects.exclude(pk__in=entries.objects.values("designation")):
        entries.objects.create(
            designation=row, what="designated", on=row.designated_on, until=row.expires_on, by=BY, written_at=now
        )
        if row.cancelled_on:
            entries.objects.create(designation=row, what="cancelled", on=row.cancelled_on, by=BY, written_at=now)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_register_only_grows")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
