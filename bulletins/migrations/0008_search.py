"""What bulletins can be looked for by: entries of tokens, and the index over them.

On SQLite an FTS5 table that keeps nothing of its own (external content, detail=none: which rows hold a token, and no positions), kept
in step by triggers. On PostgreSQL a GIN index over the tokens as a set. Either answers "which entries hold all of these".
"""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = (
    """
    CREATE VIRTUAL TABLE bulletins_searchfts USING fts5(
        tokens, content='bulletins_searchentry', content_rowid='id', detail=none, columnsize=0, tokenize='ascii')""",
    """
    CREATE TRIGGER bulletins_searchentry_insert AFTER INSERT ON bulletins_searchentry
    BEGIN INSERT INTO bulletins_searchfts(rowid, tokens) VALUES (NEW.id, NEW.tokens); END""",
    """
    CREATE TRIGGER bulletins_searchentry_delete AFTER DELETE ON bulletins_searchentry
    BEGIN INSERT INTO bulletins_searchfts(bulletins_searchfts, rowid, tokens) VALUES ('delete', OLD.id, OLD.tokens); END""",
    """
    CREATE TRIGGER bulletins_searchentry_update AFTER UPDATE ON bulletins_searchentry
    BEGIN
        INSERT INTO bulletins_searchfts(bulletins_searchfts, rowid, tokens) VALUES ('delete', OLD.id, OLD.tokens);
        INSERT INTO bulletins_searchfts(rowid, tokens) VALUES (NEW.id, NEW.tokens);
    END""",
)
POSTGRESQL = (
    # Dear by declaration: the planner then asks the index for rows, and never takes every entry apart.
    """
    CREATE FUNCTION search_tokens(text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
    BEGIN
        RETURN string_to_array($1, ' ');
    END $$""",
    "CREATE INDEX search_entry_tokens ON bulletins_searchentry USING gin (search_tokens(tokens))",
)


def install(apps, schema_editor) -> None:
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for event in ("insert", "delete", "update"):
            schema_editor.execute(f"DROP TRIGGER bulletins_searchentry_{event}")
        schema_editor.execute("DROP TABLE bulletins_searchfts")
    else:
        schema_editor.execute("DROP FUNCTION search_tokens(text) CASCADE")


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0007_desk_and_reading_room")]

    operations = [
        # An entry was to be of one part; it is of all parts of a revision that are labelled alike. None was ever written.
        migrations.DeleteModel(name="SearchEntry"),
        migrations.CreateModel(
            name="SearchCompartment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=400, unique=True)),
                ("tier", models.PositiveSmallIntegerField()),
                ("subcommittees", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("tokens", models.TextField()),
                (
                    "compartment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bulletins.searchcompartment",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="bulletins.revision"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("revision", "compartment"), name="one_search_entry_each")
                ],
            },
        ),
        migrations.CreateModel(
            name="AttachmentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ciphertext", models.BinaryField()),
                (
                    "part",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="bulletins.part"
                    ),
                ),
            ],
        ),
        migrations.RunPython(install, remove),
    ]
