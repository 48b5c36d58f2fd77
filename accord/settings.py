"""All settings. Everything the environment may set is read here, typed, with a default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from accord import environment as env
from accord.platform.running import postgres, serving
from accord.platform.safekeeping import secrets

DATA = env.folder("ACCORD_DATA", "var", "The folder of all state: postgres, media, secrets.")
PORT = env.port("ACCORD_PORT", 8200, "The port the web process listens on.")
HOST = env.text("ACCORD_HOST", "127.0.0.1", "The address the web process listens on.")
# Commands follow the Accord that runs, whatever it was told when it started.
_RUNNING = "" if env.is_given("ACCORD_PORT") else serving.address(DATA)
BASE_URL = env.address(
    "ACCORD_URL",
    _RUNNING or f"http://localhost:{PORT}",
    "The address people type; links in mails start with it.",
    shown_default="http://localhost:PORT",
)
COLLECT_PORT = env.port(
    "ACCORD_COLLECT_PORT",
    PORT + 1,
    "The port visitors' events arrive at.",
    shown_default="PORT + 1",
)
COLLECT_URL = env.address(
    "ACCORD_COLLECT_URL",
    f"http://localhost:{COLLECT_PORT}",
    "The address pages load the script from and send events to.",
    shown_default="http://localhost:COLLECT_PORT",
)
COLLECT_RATE = env.number(
    "ACCORD_COLLECT_RATE",
    20_000,
    "Events a second one write key may send in the long run.",
    least=1,
)
PROXIES = env.names(
    "ACCORD_PROXIES", "127.0.0.1", "Reverse proxies whose X-Forwarded headers are believed."
)
DATABASE_URL = env.server("DATABASE_URL", "Your own PostgreSQL; empty starts the embedded one.")
DEBUG = env.flag("ACCORD_DEBUG", False, "Show errors in the browser. Never on a public address.")
EXTRA_HOSTS = env.names("ACCORD_HOSTS", "", "More host names the web process answers to.")
MAIL_URL = env.text(
    "ACCORD_MAIL_URL",
    "console:",
    "Where mail goes: console:, maildir:/folder or smtp://user:password@host:587/?starttls=1.",
)
MAIL_FROM = env.text("ACCORD_MAIL_FROM", "Accord <accord@localhost>", "Sender of Accord's notices.")
EMAIL_BACKEND = "accord.channels.mail_backend.OutboxBackend"
DEFAULT_FROM_EMAIL = MAIL_FROM
WORKERS = env.number("ACCORD_WORKERS", 1, "Worker processes `accord up` runs.", least=1, most=64)
BACKUP_HOURS = env.number("ACCORD_BACKUP_HOURS", 24, "Hours between two backups; 0 for none.")
BACKUP_KEEP = env.number("ACCORD_BACKUP_KEEP", 14, "How many of these backups are kept.", least=1)
IMPORT_MAX_MB = env.number(
    "ACCORD_IMPORT_MAX_MB", 200, "Largest file an import takes, in MB.", least=1
)
LAKE = env.folder(
    "ACCORD_LAKE",
    str(DATA / "lake"),
    "The folder of the lake; one that all machines share.",
    shown_default="DATA/lake",
)
LAKE_MEMORY_MB = env.number(
    "ACCORD_LAKE_MEMORY_MB", 1000, "Memory one question to the lake may take, in MB.", least=100
)

SECRET_KEY = env.text("ACCORD_SECRET_KEY", "", "Signs sessions; empty: kept in the data folder.")
if not SECRET_KEY:
    try:
        SECRET_KEY = secrets.secret(DATA, "secret_key")
    except OSError as error:
        raise env.BadSetting(
            f"Accord cannot write into {DATA}: {error.strerror}. Give the user that runs Accord "
            "the right to write there, or name another folder in ACCORD_DATA."
        ) from None


def _database() -> dict[str, object]:
    url = DATABASE_URL or postgres.cluster(DATA).url()
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "accord", **options},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "platform.User"

_address = urlsplit(BASE_URL)
ALLOWED_HOSTS = [_address.hostname or "localhost", "localhost", "127.0.0.1", *EXTRA_HOSTS]
CSRF_TRUSTED_ORIGINS = [f"{_address.scheme}://{_address.netloc}"]
HTTPS = _address.scheme == "https"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "template_partials",
    "django_htmx",
    "accord.platform",
    "accord.people",
    "accord.channels",
    "accord.marketing",
    "accord.sales",
    "accord.insight",
    "accord.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accord.web.middleware.MemoryMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accord.web.accounts.seen.SeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accord.web.middleware.RefusedMiddleware",
    "accord.web.middleware.UnkeepableMiddleware",
    "accord.web.search.recent.RecentMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "accord.urls"
ASGI_APPLICATION = "accord.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accord.web.context.shell",
            ],
            "builtins": ["accord.web.templatetags.ui", "template_partials.templatetags.partials"],
        },
    }
]

USE_TZ = True
TIME_ZONE = env.zone("ACCORD_TIME_ZONE", "Europe/Berlin", "Time zone of the company.")
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "accord.web.public.dates"
# Of public pages; what colleagues see is English.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [Path(__file__).parent / "web/public/locale"]
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "media")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
]

ACCOUNT_ADAPTER = "accord.web.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "accord.web.accounts.forms.SignInForm",
    "reauthenticate": "accord.web.accounts.forms.AgainForm",
    "change_password": "accord.web.accounts.forms.ChangePasswordForm",
    "reset_password": "accord.web.accounts.forms.ForgottenForm",
    "reset_password_from_key": "accord.web.accounts.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # A set-up link or an invitation came before.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - names a class
ACCOUNT_RATE_LIMITS = {"login": "100/m/ip", "login_failed": "60/10m/ip,10/10m/key"}
PASSWORD_RESET_TIMEOUT = 3600 * 24
MFA_ADAPTER = "accord.web.accounts.adapter.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "accord.web.accounts.forms.CodeForm",
    "reauthenticate": "accord.web.accounts.forms.CodeAgainForm",
    "activate_totp": "accord.web.accounts.forms.FirstCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accord.web.accounts.locks.address_tried"
AXES_LOCKOUT_CALLABLE = "accord.web.accounts.locks.locked"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["login", "oldpassword", "csrfmiddlewaretoken"]
AXES_VERBOSE = False

# The prefix __Host- keeps other hosts of the domain from setting these; browsers want https.
SESSION_COOKIE_NAME = "__Host-accord" if HTTPS else "accord"
CSRF_COOKIE_NAME = "__Host-accord-csrf" if HTTPS else "accord_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LOG_LEVEL = env.choice(
    "ACCORD_LOG_LEVEL",
    "INFO",
    "How much is logged: DEBUG, INFO, WARNING or ERROR.",
    ["DEBUG", "INFO", "WARNING", "ERROR"],
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "accord.platform.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "uvicorn": {"level": "WARNING"},
        # It writes addresses of people into the log.
        "axes": {"level": "CRITICAL"},
    },
}
