"""Settings of the portal. One file; every value comes from the environment through a reader that refuses bad ones."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from council import environment, identity_settings, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

# What this deployment writes is for its owner alone.
os.umask(0o077)

# --- where the deployment keeps its things ----------------------------------------------------------------------------
COUNCIL_DATA = environment.folder("COUNCIL_DATA", BASE_DIR / "var")
COUNCIL_ZONE = environment.choice("COUNCIL_ZONE", "closed", ("connected", "closed"))
PORT = environment.number("PORT", 8000, low=1, high=65535)
COUNCIL_URL = environment.text("COUNCIL_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
COUNCIL_NAME = environment.text("COUNCIL_NAME", "重要技術・供給網 官民協議会")
COUNCIL_CONTACT = environment.text("COUNCIL_CONTACT", "事務局　電話 00-0000-0000（平日 9:00〜18:00）")
# How long a key that two people confirmed waits, so that whoever did not ask for it can object.
KEY_DELAY = timedelta(hours=environment.number("COUNCIL_KEY_DELAY_HOURS", 24, low=0, high=720))
# Numbers of business days, and who is told of a missed deadline: bulletins.deadlines, bulletins.ladder check what they say.
COUNCIL_DEADLINES = environment.structure("COUNCIL_DEADLINES")
COUNCIL_LADDER = environment.structure("COUNCIL_LADDER")
COUNCIL_DEPLOYMENT = environment.choice("COUNCIL_DEPLOYMENT", "production", ("production", "test"))
FAILPOINT = environment.text("FAILPOINT")
DATABASE_URL, REDIS_URL = environment.text("DATABASE_URL"), environment.text("REDIS_URL")
# How long a passkey lets somebody see 機密性2情報 and run other people's affairs, and how long 重要経済安保情報.
STRONG_FOR = timedelta(minutes=environment.number("COUNCIL_STRONG_MINUTES", 240, low=5, high=720))
CRITICAL_FOR = timedelta(minutes=environment.number("COUNCIL_CRITICAL_MINUTES", 15, low=1, high=60))
# Days without signing in after which an account is suspended, for which a way in is open, and after which unsaved words that nobody touches
# go: as many as an account may be idle, so that whoever comes back in time finds them.
IDLE_DAYS = environment.number("COUNCIL_IDLE_DAYS", 90, low=7, high=730)
ENROLMENT_DAYS = environment.number("COUNCIL_ENROLMENT_DAYS", 7, low=1, high=30)
SCRATCH_DAYS = environment.number("COUNCIL_SCRATCH_DAYS", 90, low=30, high=730)
# Years of the law, where they are others by now: {"designation": 5, "designation_in_all": 30, "designation_at_most": 60, …}.
COUNCIL_TERMS = environment.structure("COUNCIL_TERMS") or {}
# Identity providers: [{"id": "gbizid", "kind": "gbizid" | "staff", "issuer": "https://…", "client_id": "…", …}, …], see docs/identity.md.
COUNCIL_IDENTITY = environment.structure("COUNCIL_IDENTITY") or []
# The log signer's own memory: on another disk than the database, so that no backup takes both back.
AUDIT_STATE = Path(environment.text("COUNCIL_AUDIT_STATE", str(COUNCIL_DATA / "audit-signer.json")))
# Who stands by: [{"vkey": "name+id+key", "url": "https://…"}, …], and how many of them have to have seen a checkpoint (0: more than half).
AUDIT_WITNESSES = environment.structure("COUNCIL_WITNESSES") or []
AUDIT_WITNESS_QUORUM = environment.number("COUNCIL_WITNESS_QUORUM", 0, low=0, high=100)
# What counts as a signal of misuse, and how long each class of records is kept: see council/audit/thresholds.py and retention.py.
AUDIT_THRESHOLDS = environment.structure("COUNCIL_SIGNALS") or {}
RETENTION = environment.structure("COUNCIL_RETENTION") or {}
KEYRING_FILE = Path(environment.text("COUNCIL_KEYRING", str(COUNCIL_DATA / "keyring.json")))
# A PKCS#11 module, the label of a token and its PIN: given, the keys are in the token and not in the file.
KEYRING_PKCS11 = environment.text("COUNCIL_KEYRING_PKCS11")
KEYRING_TOKEN, KEYRING_PIN = environment.text("COUNCIL_KEYRING_TOKEN"), environment.text("COUNCIL_KEYRING_PIN")

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.text("SECRET_KEY") or environment.kept_secret(COUNCIL_DATA / "secret_key")
_url = urlsplit(COUNCIL_URL)
ALLOWED_HOSTS = sorted({_url.hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS, CSRF_FAILURE_VIEW = [COUNCIL_URL], "council.pages.not_from_here"

# --- applications -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "council",  # before allauth: its templates take the place of allauth's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "council.audit",
    "accounts",
    "bulletins",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "council.middleware.RequestContextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "council.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SubjectMiddleware",
    "accounts.activity.ActivityMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "council.middleware.RecordedMiddleware",
]
ROOT_URLCONF = "council.urls"
WSGI_APPLICATION = "council.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.portal",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "council.templatetags.portal"],
        },
    },
]

# --- database, cache, broker ------------------------------------------------------------------------------------------
if DATABASE_URL:
    DATABASES = {"default": environment.env.db_url_config(DATABASE_URL)}
    DATABASES["default"].update({"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True})
    # Every query here is short; the JIT compiler would take longer than any of them.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": COUNCIL_DATA / "council.sqlite3",
            "CONN_MAX_AGE": None,
            # IMMEDIATE takes the write lock at BEGIN, so two writers queue instead of failing half way (SQLite, "Transactions").
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 5,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
CACHES = {
    "default": _redis if REDIS_URL else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What the worker tells the web process, on one machine too.
    "shared": _redis
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": COUNCIL_DATA / "cache"},
}

CELERY_BROKER_URL = REDIS_URL or "filesystem://"
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        # Whoever publishes waits for no broker that is away: kombu would try for six seconds, and the sweep finds the work anyway.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "socket_connect_timeout": 2,
    }
else:
    _broker = environment.private_folder(COUNCIL_DATA / "broker" / "messages")
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker),
        "data_folder_out": str(_broker),
        "control_folder": str(environment.private_folder(COUNCIL_DATA / "broker" / "control")),
        "polling_interval": 0.05,
    }
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# How long a task of a dead process is waited for before its message goes back; ten seconds unless told.
CELERY_WORKER_LOST_WAIT = 1.0
# Below half of the visibility timeout, or Redis would hand a running task to a second worker.
CELERY_TASK_TIME_LIMIT = 280
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(COUNCIL_DATA / "scheduler")

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# No guardian backend on purpose: has_perm() answers yes for superusers, and nothing here may ask it (bulletins.access does).
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MFA_ADAPTER = "accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Browsers allow passkeys without TLS on http://localhost alone; the library asks for https unless told.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _url.scheme == "http" and _url.hostname in {"localhost", "127.0.0.1", "::1"}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 8
MFA_RECOVERY_CODES_SHOW_ONCE = True
SOCIALACCOUNT_ADAPTER = "accounts.identities.IdentityAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# --- sessions, cookies, headers ---------------------------------------------------------------------------------------
_https = _url.scheme == "https"
# Knows whose each session is.
SESSION_ENGINE = "accounts.session_store"
# The prefix keeps other hosts of the same domain from setting it; browsers take it with https alone.
DEVICE_COOKIE_NAME = "__Host-device" if _https else "device"
SESSION_COOKIE_AGE = int(timedelta(hours=8).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_SSL_REDIRECT = False  # the reverse proxy answers on port 80
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
# Not "no-referrer": browsers then send "Origin: null" with forms, which the CSRF check refuses.
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **dict.fromkeys(("default-src", "base-uri", "frame-ancestors"), [NONE]),
        **dict.fromkeys(("script-src", "style-src", "font-src", "connect-src"), [SELF]),
        "img-src": [SELF, "data:"],
        # Signing in by an identity provider begins with a form of ours that leads there.
        "form-action": [SELF, *identity_settings.origins(COUNCIL_IDENTITY)],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Django would write uploads above 2.5 MB to the temp folder, in the clear.
FILE_UPLOAD_HANDLERS = ["bulletins.uploads.InMemory"]
FILE_UPLOAD_PERMISSIONS = 0o600

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerAuthentication",
        "accounts.api.authentication.PortalSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["council.api.Declared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["council.api.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "council.api.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "官民協議会 情報共有ポータル API",
    "DESCRIPTION": "Bulletins, the publishing desk and audit events, each cut to what the caller may see.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- language, time, files, mail --------------------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "council" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = COUNCIL_DATA / "static"
MEDIA_ROOT = COUNCIL_DATA / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DEFAULT_FROM_EMAIL = environment.text("COUNCIL_FROM", "portal@kyogikai.example")
EMAIL_FILE_PATH = COUNCIL_DATA / "mail"
EMAIL_TIMEOUT = 30
_tls = environment.choice("COUNCIL_SMTP_TLS", "starttls", ("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = _tls == "starttls", _tls == "tls"
EMAIL_HOST, EMAIL_PORT = environment.host_and_port("COUNCIL_SMTP", {"starttls": 587, "tls": 465, "none": 25}[_tls])
EMAIL_HOST_USER = environment.text("COUNCIL_SMTP_USER")
EMAIL_HOST_PASSWORD = environment.text("COUNCIL_SMTP_PASSWORD")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "council.folder_mail.EmailBackend"

LOGGING = logs.CONSOLE
