"""When its author last opened an editor over unsaved words: those that nobody touches go after a while."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0009_who_planned")]

    operations = [
        migrations.AddField(model_name="scratch", name="opened_at", field=models.DateTimeField(null=True)),
    ]
