"""Settings of a test run: those of the product, in a folder and databases that nobody else writes to."""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit

_PREFIX = "council-tests-"

# Never the folder of a real deployment, even if the environment names one. What a test starts keeps its parent's.
if _PREFIX not in os.environ.get("COUNCIL_DATA", ""):
    os.environ["COUNCIL_DATA"] = tempfile.mkdtemp(prefix=_PREFIX)
    atexit.register(shutil.rmtree, os.environ["COUNCIL_DATA"], ignore_errors=True)
# Workers that share a run must not share a keyring or a folder of files.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker and not os.environ["COUNCIL_DATA"].endswith(_worker):
    os.environ["COUNCIL_DATA"] = os.path.join(os.environ["COUNCIL_DATA"], _worker)
if os.environ.get("REDIS_URL"):
    # Nor a database of Redis: one clears away what another counts. Those below 8 are the portals' that tests start (tests/portal.py).
    _number = 8 + int((_worker or "gw0").removeprefix("gw")) % 8
    os.environ["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{_number}").geturl()
os.environ.setdefault("COUNCIL_DEPLOYMENT", "test")

from council.settings import *  # noqa: E402, F403
from council.settings import COUNCIL_DATA, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

# A file and not memory: threads and processes of one test meet in it, as they do in a deployment.
_database = DATABASES["default"]
_on_sqlite = _database["ENGINE"].endswith("sqlite3")
_database["TEST"] = {"NAME": str(COUNCIL_DATA / "test.sqlite3") if _on_sqlite else f"test_{os.getpid()}"}

# Argon2 is slow on purpose; the tests sign in thousands of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(exist_ok=True)
