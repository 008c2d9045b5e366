"""Settings of the whole program, from the environment; `docs/reference` lists the variables.

Nothing is started here: the command line sees to it that the database runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from veche import module
from veche.project import home as homes

HOME = homes.current()
"""Where this program keeps what is its own."""

PACKAGE = Path(__file__).resolve().parents[1]

DEMO = os.environ.get("VECHE_DEMO") == "1"
"""Set by the supervisor of the demo only; `veche.demo_guard.is_demo` asks for more."""

DEBUG = False
SECRET_KEY = os.environ.get("VECHE_SECRET_KEY") or HOME.secret()
ALLOWED_HOSTS = os.environ.get("VECHE_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]


INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "leaflet",
    "procrastinate.contrib.django",
    "csp",
    "veche.look",
    *module.MODULES,
    "veche.portal",
    # After ours: our templates come first.
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "veche.core.organisations.middleware.AskerMiddleware",
    "veche.core.organisations.middleware.SecondFactorMiddleware",
    "veche.project.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "veche.project.urls"
WSGI_APPLICATION = "veche.project.asgi.django_application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "veche.project.context.town",
                "veche.look.context.page",
                "veche.core.notices.context.bell",
                "veche.city.dispatch.views.banner.mode",
                "veche.portal.demo.panel",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.insert(0, "django.forms")

# --- database ---------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    """What Django needs: ``DATABASE_URL``, else the cluster of the home."""
    base: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {},
        # After the database was started again nobody is given a dead connection.
        "CONN_HEALTH_CHECKS": True,
    }
    url = os.environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        base |= {
            "NAME": unquote(parts.path.lstrip("/")) or "veche",
            "USER": unquote(parts.username or query.pop("user", "")),
            "PASSWORD": unquote(parts.password or query.pop("password", "")),
            "HOST": unquote(parts.hostname or "") or query.pop("host", ""),
            "PORT": str(parts.port or query.pop("port", "") or ""),
        }
        base["OPTIONS"] |= query
    else:
        base |= {
            "NAME": "veche",
            "USER": "veche",
            "PASSWORD": "",
            "HOST": str(HOME.socket),
            "PORT": str(homes.PORT),
        }
    if os.environ.get("VECHE_POOL"):
        # Web processes answer in many threads: they share a pool instead of a connection each.
        size = int(os.environ["VECHE_POOL"])
        base["OPTIONS"]["pool"] = {"min_size": 1, "max_size": size, "timeout": 20}
    return base


DATABASES = {"default": _database()}
# Two test runs in one checkout must not share a database.
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("VECHE_TEST_DATABASE", "test_veche")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the city's log ---------------------------------------------------------------------------

LOG_FOLDER = HOME.sealed
KEY_FOLDER = HOME.keys
ARCHIVE_FOLDER = os.environ.get("VECHE_ARCHIVE") or HOME.path / "archive"
DAY_BYTES = int(os.environ.get("VECHE_DAY_BYTES", "40000000000"))
LOG_NAME = os.environ.get("VECHE_LOG_NAME", "localhost/log/journal")

# --- people -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Person"
LOGIN_URL = "people:sign-in"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "veche.core.people.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
HTTPS = os.environ.get("VECHE_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "veche.project.refusals.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

ACCOUNT_ADAPTER = "veche.core.people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = str
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    name: f"veche.core.people.account_forms.{form}"
    for name, form in (
        ("signup", "SignUpForm"),
        ("request_login_code", "AskCodeForm"),
        ("confirm_login_code", "CodeForm"),
        ("confirm_email_verification_code", "ConfirmAddressForm"),
        ("confirm_password_reset_code", "ResetCodeForm"),
        ("reset_password", "ForgottenForm"),
        ("reset_password_from_key", "NewPasswordForm"),
        ("change_password", "ChangePasswordForm"),
        ("set_password", "SetPasswordForm"),
        ("add_email", "AddressForm"),
        ("change_email", "ChangeAddressForm"),
        ("reauthenticate", "AgainForm"),
    )
}
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MFA_ADAPTER = "veche.core.people.adapters.SecondFactorAdapter"
MFA_FORMS = {
    name: f"veche.core.people.account_forms.{form}"
    for name, form in (
        ("authenticate", "SecondFactorForm"),
        ("reauthenticate", "SecondFactorAgainForm"),
        ("activate_totp", "AppForm"),
        ("add_webauthn", "PasskeyForm"),
        ("edit_webauthn", "RenamePasskeyForm"),
    )
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Browsers let passkeys work without HTTPS on this machine only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SECOND_FACTOR = os.environ.get("VECHE_SECOND_FACTOR", "1") == "1"
"""Whether those who hold a role of the staff must have a second factor; never asked in a demo."""

SOCIALACCOUNT_ADAPTER = "veche.core.people.sign_on.SignOnAdapter"
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SIGN_ON = {
    "name": os.environ.get("VECHE_OIDC_NAME", ""),
    "url": os.environ.get("VECHE_OIDC_URL", "").rstrip("/"),
    "level": os.environ.get("VECHE_OIDC_LEVEL", "email"),
    "level_claim": os.environ.get("VECHE_OIDC_LEVEL_CLAIM", ""),
    "place_claim": os.environ.get("VECHE_OIDC_PLACE_CLAIM", ""),
    "birth_claim": os.environ.get("VECHE_OIDC_BIRTH_CLAIM", ""),
}
_sign_on_secret = os.environ.get("VECHE_OIDC_SECRET_FILE", "")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if SIGN_ON["url"]:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "city",
                "name": SIGN_ON["name"] or urlsplit(SIGN_ON["url"]).hostname,
                "client_id": os.environ.get("VECHE_OIDC_CLIENT", "veche"),
                "secret": Path(_sign_on_secret).read_text().strip() if _sign_on_secret else "",
                "settings": {"server_url": SIGN_ON["url"]},
            }
        ],
    }
    _host = urlsplit(SIGN_ON["url"])
    # Browsers hold the form that leads to the sign-on to this list, redirects included.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(f"{_host.scheme}://{_host.netloc}")

# Tries are counted where every web process sees them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_tries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- languages and time -----------------------------------------------------------------------

LANGUAGE_CODE = os.environ.get("VECHE_LANGUAGE", "ru")
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("zh-hans", "中文")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("VECHE_TIME_ZONE", "Europe/Samara")

# --- files and mail ---------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = HOME.path / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME.files},
    },
    "staticfiles": {"BACKEND": "veche.project.static.Storage"},
}
MEDIA_ROOT = FILES_DIR = HOME.files
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 60 if DEMO else 3600

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes one uploaded file may have; a larger one is left out, the rest of the form is kept."""
LARGEST_BODY = 150 * 1024 * 1024
"""Bytes one request may have; the router answers 413 beyond."""
FILE_UPLOAD_HANDLERS = [
    "veche.project.uploads.TooLargeHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20

_mail = urlsplit(os.environ.get("EMAIL_URL", ""))
if _mail.hostname:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname
    EMAIL_PORT = _mail.port or 587
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls" or EMAIL_PORT == 587
    EMAIL_USE_SSL = _mail.scheme == "smtps"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME.mail
DEFAULT_FROM_EMAIL = os.environ.get("VECHE_EMAIL_FROM", "veche@localhost")
EMAIL_TIMEOUT = 15
ADDRESS = os.environ.get("VECHE_ADDRESS", "").rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0]}" if HTTPS else "http://localhost:8000"
)
"""What stands before a path in letters and calendars, where no request says it."""
MAIL_HOST = DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
"""The domain in the Message-ID of letters."""
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
    *filter(None, os.environ.get("VECHE_PUSH_HOSTS", "").split(",")),
)
"""Push services that may be spoken to; an address anywhere else is refused."""

# --- jobs, maps, what is said about itself ----------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = ["veche.project.tasks"]

LEAFLET_CONFIG = {"TILES": [], "ATTRIBUTION_PREFIX": "", "RESET_VIEW": False}
_CITY = dict(
    part.strip().split("=", 1)
    for part in os.environ.get("VECHE_CITY", "").split(";")
    if "=" in part
)
TOWN_NAMES: dict[str, str] = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}
"""The city's name; `veche.project.context.town` gives it to every page."""
if _CITY:
    TOWN_NAMES = {code: _CITY.get(code) or next(iter(_CITY.values())) for code in TOWN_NAMES}

OCID_PREFIX = os.environ.get("VECHE_OCID_PREFIX", "ocds-000000")
"""What the identifiers of contracting processes begin with; `docs/city/ocds.md` says how a city
gets its own."""

REVOCATION_FETCH = os.environ.get("VECHE_REVOCATION_FETCH") == "1"
"""Whether the worker asks authorities for their lists of revoked certificates."""
REVOCATION_REQUIRED = os.environ.get("VECHE_REVOCATION_REQUIRED") == "1"
"""Whether a signature is refused while no list in force speaks of its certificate."""

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": os.environ.get("VECHE_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
TEST_RUNNER = "django.test.runner.DiscoverRunner"
