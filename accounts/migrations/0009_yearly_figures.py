"""The yearly figures as they were closed; the database itself refuses to change or remove one, like lines of the register (0006)."""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = {
    "figures_keep_update": """
        CREATE TRIGGER figures_keep_update BEFORE UPDATE ON accounts_yearlyfigures
        BEGIN SELECT RAISE(ABORT, 'figures of a closed year never change'); END""",
    "figures_keep_delete": """
        CREATE TRIGGER figures_keep_delete BEFORE DELETE ON accounts_yearlyfigures
        BEGIN SELECT RAISE(ABORT, 'figures of a closed year never go'); END""",
    "figures_keep_replace": """
        CREATE TRIGGER figures_keep_replace BEFORE INSERT ON accounts_yearlyfigures
        WHEN EXISTS (
            SELECT 1 FROM accounts_yearlyfigures WHERE id = NEW.id OR (agency_id = NEW.agency_id AND year = NEW.year)
        )
        BEGIN SELECT RAISE(ABORT, 'figures of a closed year never change'); END""",
}
POSTGRESQL = [
    """
    CREATE FUNCTION figures_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'figures of a closed year refuse %', TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """
    CREATE TRIGGER figures_keep_rows BEFORE UPDATE OR DELETE ON accounts_yearlyfigures
    FOR EACH ROW EXECUTE FUNCTION figures_refuse()""",
    """
    CREATE TRIGGER figures_keep_table BEFORE TRUNCATE ON accounts_yearlyfigures
    FOR EACH STATEMENT EXECUTE FUNCTION figures_refuse()""",
]


def install(apps, schema_editor) -> None:
    statements = SQLITE.values() if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")
    else:
        schema_editor.execute("DROP FUNCTION figures_refuse() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_emergencies")]
    operations = [
        migrations.CreateModel(
            name="YearlyFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年")),
                ("recorded", models.PositiveIntegerField(verbose_name="記録した適性評価")),
                ("cleared", models.PositiveIntegerField(verbose_name="年末に有効な適性評価")),
                ("certified", models.PositiveIntegerField(verbose_name="年末の適合事業者")),
                ("employees", models.PositiveIntegerField(verbose_name="その従業者で有効")),
                ("closed_on", models.DateField(verbose_name="確定した日")),
                ("event", models.UUIDField(editable=False)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("agency", "year"), name="each_year_closed_once")],
            },
        ),
        migrations.RunPython(install, remove),
    ]
