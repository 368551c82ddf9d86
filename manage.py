#!/usr/bin/env python
"""Django's command line for the portal. What an operator can mend is said in one sentence, with exit code 2."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

from council.sealing.errors import SealingError

ADVICE = "`manage.py doctor` says what is set and what can be reached; --traceback shows where this happened."


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "council.settings")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        return 130
    except (ImproperlyConfigured, OperationalError, ProgrammingError, SealingError, OSError) as error:
        if "--traceback" in sys.argv:
            raise
        first = next(iter(str(error).splitlines()), type(error).__name__)
        sys.stderr.write(f"{first.rstrip('.。')}. {ADVICE}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
