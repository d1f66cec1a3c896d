"""Tell a team's webhook how a monthly run ended.

The URL is in an environment variable, and is never printed.
"""

import json
import os
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

WEBHOOK = "ALERT_WEBHOOK"
"""Environment variable with the URL that alerts are posted to."""

SECONDS = 10
"""How long to wait for the webhook."""


def send(payload: Mapping[str, Any]) -> None:
    """Post JSON to the webhook, if there is one; print one line if it cannot be reached."""
    url = os.environ.get(WEBHOOK, "")
    if not url:
        return
    problem = _post(url, json.dumps(payload).encode())
    if problem:
        print(f"warning: alert: {WEBHOOK} was not reached ({problem}). No alert was sent.")


def _post(url: str, body: bytes) -> str | None:
    """Return what went wrong, in words that do not hold the URL."""
    if not url.startswith(("http://", "https://")):
        return "it is not an http or https URL"
    try:
        request = Request(url, body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=SECONDS):
            return None
    except HTTPError as error:
        return f"HTTP status {error.code}"
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        return getattr(reason, "strerror", None) or type(reason).__name__
