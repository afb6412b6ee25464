"""Superset's settings for `make bi`: on the loopback interface, for one user, offline.

Read by Superset's own environment, in which Headroom is not installed.
"""

import os
import secrets
from typing import Any

SECRET_KEY = os.environ.get("HEADROOM_BI_SECRET") or secrets.token_urlsafe(42)
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['HEADROOM_BI_METADATA']}"
APP_NAME = "Headroom"
# The one SQLite file has one writer.
SQLALCHEMY_ENGINE_OPTIONS = {"connect_args": {"timeout": 30}}
RATELIMIT_ENABLED = False
# The page may ask its own server and nobody else; Superset's own list names statistics and maps.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'", "data:"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}


def FLASK_APP_MUTATOR(app: Any) -> None:
    """Make the one user, where a server starts: the template of the metadata has nobody."""
    password = os.environ.get("HEADROOM_BI_PASSWORD")
    if password:
        users = app.appbuilder.sm
        users.add_user(
            "admin", "Headroom", "BI", "admin@localhost", users.find_role("Admin"), password
        )
