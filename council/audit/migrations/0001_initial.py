
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditDetail',
            fields=[
                ('event', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('salt', models.BinaryField()),
                ('ciphertext', models.BinaryField()),
                ('wrap', models.BinaryField()),
                ('epoch', models.PositiveIntegerField()),
                ('algorithm', models.CharField(max_length=40)),
                ('key_id', models.CharField(max_length=64)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('leaf', models.BinaryField()),
                ('time', models.DateTimeField()),
                ('actor', models.CharField(max_length=64)),
                ('org', models.CharField(max_length=36)),
                ('action', models.CharField(max_length=40)),
                ('object', models.CharField(max_length=120)),
                ('revision', models.PositiveBigIntegerField()),
                ('tier', models.PositiveSmallIntegerField()),
                ('outcome', models.CharField(max_length=5)),
                ('reason', models.CharField(max_length=40)),
                ('request', models.CharField(max_length=36)),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['actor', '-id'], name='audit_by_actor'), models.Index(fields=['org', '-id'], name='audit_by_org'), models.Index(fields=['object', '-id'], name='audit_by_object'), models.Index(fields=['action', '-id'], name='audit_by_action'), models.Index(fields=['outcome', '-id'], name='audit_by_outcome')],
            },
        ),
    ]
