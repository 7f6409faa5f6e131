"""Settings. Everything an operator may change comes from an environment variable named GEOAPP_…"""

from __future__ import annotations

import os
import secrets
from glob import glob
from pathlib import Path

import fiona
import shapely

from geoapp.core.database_url import settings_from_url

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("GEOAPP_STATE_DIR", BASE_DIR / "var"))
STATE_DIR.mkdir(parents=True, exist_ok=True)


def _bundled(package_file: str, pattern: str) -> str | None:
    """Return the shared library a wheel brings along, None to let Django look for the system's."""
    site = Path(package_file).parent.parent
    found = sorted(glob(str(site / pattern)))
    return found[0] if found else None


GDAL_LIBRARY_PATH = os.environ.get("GDAL_LIBRARY_PATH") or _bundled(
    fiona.__file__, "fiona.libs/libgdal-*.so*"
)
GEOS_LIBRARY_PATH = os.environ.get("GEOS_LIBRARY_PATH") or _bundled(
    shapely.__file__, "shapely.libs/libgeos_c-*.so*"
)
os.environ.setdefault("GDAL_DATA", str(Path(fiona.__file__).parent / "gdal_data"))
os.environ.setdefault("PROJ_LIB", str(Path(fiona.__file__).parent / "proj_data"))


def _secret_key() -> str:
    """Read the key from the environment, else from a file made on the first start."""
    if key := os.environ.get("GEOAPP_SECRET_KEY"):
        return key
    path = STATE_DIR / "secret_key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("GEOAPP_DEBUG", "") == "1"
ALLOWED_HOSTS = os.environ.get("GEOAPP_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("GEOAPP_TRUSTED_ORIGINS", "").split(",") if o]

GEOAPP_FRAME_SRID = int(os.environ.get("GEOAPP_FRAME_SRID", "4547"))
GEOAPP_CITY = os.environ.get("GEOAPP_CITY", "佛山市")
# The city's way of numbering doors: a file naming/lexicon/numbering_<key>.json.
GEOAPP_NUMBERING = os.environ.get("GEOAPP_NUMBERING", "foshan")
GEOAPP_CITY_CODE = os.environ.get("GEOAPP_CITY_CODE", "440600")
GEOAPP_MAX_UPLOAD_BYTES = int(os.environ.get("GEOAPP_MAX_UPLOAD_BYTES", str(20 * 1024 * 1024)))
GEOAPP_STAGED_DAYS = int(os.environ.get("GEOAPP_STAGED_DAYS", "30"))
# From how many doors on a renaming writes them beforehand, and how long one request prepares before it says how far
# it got.
GEOAPP_PREPARE_FROM = int(os.environ.get("GEOAPP_PREPARE_FROM", "300"))
GEOAPP_PREPARE_SECONDS = float(os.environ.get("GEOAPP_PREPARE_SECONDS", "8"))
# Collection in the field. Accuracy wanted of a position, metres, and the side of the odd numbers where no door tells:
# no national figure was found, so these are UNVERIFIED defaults.
GEOAPP_COLLECT_ACCURACY_M = {
    "urban": float(os.environ.get("GEOAPP_COLLECT_URBAN_M", "5")),
    "rural": float(os.environ.get("GEOAPP_COLLECT_RURAL_M", "10")),
}
GEOAPP_COLLECT_FAR_M = float(os.environ.get("GEOAPP_COLLECT_FAR_M", "60"))
# EPSG codes the OGC API offers beside CRS84; the storage CRS is told only when it is among them.
GEOAPP_OGC_CRS = tuple(c for c in os.environ.get("GEOAPP_OGC_CRS", "4490,4326,4547,3857").split(",") if c)
GEOAPP_WFS_DEFAULT_CRS = os.environ.get("GEOAPP_WFS_DEFAULT_CRS", "4490")
# Where readers outside reach the service: absolute links in messages to departments.
GEOAPP_PUBLIC_URL = os.environ.get("GEOAPP_PUBLIC_URL", "http://127.0.0.1:8000")
# Hosts that may be told of new acts ("host" for the usual port, "host:port" for another); none unless named. Those of
# them that stand at private addresses are named a second time.
GEOAPP_WEBHOOK_HOSTS = [h for h in os.environ.get("GEOAPP_WEBHOOK_HOSTS", "").split(",") if h]
GEOAPP_WEBHOOK_PRIVATE_HOSTS = [h for h in os.environ.get("GEOAPP_WEBHOOK_PRIVATE_HOSTS", "").split(",") if h]
GEOAPP_WEBHOOK_TRIES = int(os.environ.get("GEOAPP_WEBHOOK_TRIES", "8"))
GEOAPP_RATE_PER_MINUTE = int(os.environ.get("GEOAPP_RATE_PER_MINUTE", "600"))
GEOAPP_REQUESTS_AT_ONCE = int(os.environ.get("GEOAPP_REQUESTS_AT_ONCE", "8"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.gis",
    "django.contrib.admin",
    "django_htmx",
    "axes",
    "geoapp.core",
    "boundaries",
    "naming",
    "geoapp.ogc",
    "geoapp.planner",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "geoapp.people.Sessions",
    "geoapp.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "geoapp.people.Forms",
    "geoapp.people.SignedIn",
    "geoapp.people.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "geoapp.middleware.SecurityPolicy",
    "geoapp.middleware.ClearErrors",
    "geoapp.middleware.AccessMatrix",
    "geoapp.people.Partial",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "geoapp.urls"
WSGI_APPLICATION = "geoapp.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "geoapp.planner.context.shell",
            ],
            "builtins": ["geoapp.planner.templatetags.words"],
        },
    }
]

DATABASES = {
    "default": settings_from_url(
        os.environ.get("GEOAPP_DATABASE_URL", f"spatialite:///{BASE_DIR / 'geoapp.sqlite3'}")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "planner:signin"
LOGIN_REDIRECT_URL = "planner:cases"
LOGOUT_REDIRECT_URL = "planner:home"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_LOCKOUT_TEMPLATE = "planner/locked.html"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "geoapp" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = STATE_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "geoapp.planner.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {
        "console": {"class": "logging.StreamHandler"},
        # One JSON line for each request to the open services (geoapp/ogc/journal.py); to a file when one is named.
        "requests": {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": os.environ["GEOAPP_REQUEST_LOG"],
            "encoding": "utf-8",
        }
        if os.environ.get("GEOAPP_REQUEST_LOG")
        else {"class": "logging.NullHandler"},
    },
    "loggers": {"geoapp.requests": {"handlers": ["requests"], "level": "INFO", "propagate": False}},
    "root": {"handlers": ["console"], "level": os.environ.get("GEOAPP_LOG_LEVEL", "WARNING")},
}
