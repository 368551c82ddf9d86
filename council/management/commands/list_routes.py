"""Every URL pattern × method with the policy that guards it; one without a policy is an error."""

import json
import sys
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandParser
from django.urls import URLPattern, URLResolver, get_resolver

from council.guard import policies_of


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[dict[str, str]]:
    """One row for each pattern and method: path, name, method, policy ("" where none is declared)."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
            continue
        declared = policies_of(pattern.callback) or {"*": ""}
        for method, policy in declared.items():
            yield {"path": path, "name": pattern.name or "", "method": method, "policy": policy}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON array instead of a table")

    def handle(self, *args: object, **options: object) -> None:
        rows = sorted(routes(get_resolver().url_patterns), key=lambda row: (row["path"], row["method"]))
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
        else:
            for row in rows:
                self.stdout.write(f"{row['method']:<7}{row['policy'] or '—':<24}{row['path']}")
        unguarded = [row["path"] for row in rows if not row["policy"]]
        if unguarded:
            self.stderr.write(f"No policy is declared for {', '.join(unguarded)}.")
            sys.exit(1)
