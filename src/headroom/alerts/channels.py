"""Where alerts are sent: a webhook, mail, a command; the environment names those that are used.

What a channel is made of can be secret (the address of a webhook is): no message, error or table
holds it. An error of a channel says only what kind of refusal it was.
"""

import json
import os
import re
import shlex
import smtplib
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPException
from urllib.parse import unquote, urlsplit

from headroom.errors import UsageError

WEBHOOK = "HEADROOM_ALERT_WEBHOOK"
MAIL = "HEADROOM_ALERT_MAIL"
SMTP = "HEADROOM_ALERT_SMTP"
COMMAND = "HEADROOM_ALERT_COMMAND"
SECONDS = 10


class NotDeliveredError(Exception):
    """A channel did not take a message: the text says why, and no secret."""


@dataclass(frozen=True)
class Message:
    """A message to a channel: a subject, a text, and the same content as rows for a program."""

    subject: str
    text: str
    alerts: tuple[Mapping[str, str], ...]


Send = Callable[[Message], None]


def channels_of(environment: Mapping[str, str] = os.environ) -> dict[str, Send]:
    """Give the channels that the environment names; raise UsageError for a wrong value."""
    channels: dict[str, Send] = {}
    if webhook := environment.get(WEBHOOK):
        if not re.fullmatch(r"https?://[^\s]+", webhook):
            raise UsageError(f"{WEBHOOK} is not an address", "give one that begins with https://")
        channels["webhook"] = lambda message: _post(webhook, message)
    if recipients := environment.get(MAIL):
        server = environment.get(SMTP, "")
        if not _is_mail_server(server):
            raise UsageError(
                f"{MAIL} is set, but {SMTP} is not a mail server",
                f"set {SMTP} to smtp://HOST:PORT, or to smtps://USER:PASSWORD@HOST:PORT",
            )
        channels["mail"] = lambda message: _mail(server, recipients, message)
    if command := environment.get(COMMAND):
        channels["command"] = lambda message: _run(command, message)
    return channels


def _is_mail_server(address: str) -> bool:
    try:
        place = urlsplit(address)
        # The port is read here: it can be another thing than a number.
        return place.scheme in ("smtp", "smtps") and bool(place.hostname) and place.port != 0
    except ValueError:
        return False


def _post(address: str, message: Message) -> None:
    """Send the JSON that Slack, Mattermost and others take."""
    body = json.dumps({"text": f"*{message.subject}*\n{message.text}"}).encode()
    request = urllib.request.Request(  # noqa: S310
        address, body, {"Content-Type": "application/json; charset=utf-8"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            answer.read()
    except urllib.error.HTTPError as error:
        raise NotDeliveredError(f"the webhook answered {error.code}") from None
    except (OSError, ValueError, HTTPException) as error:
        raise NotDeliveredError(f"the webhook {_refusal(error)}") from None


def _mail(server: str, recipients: str, message: Message) -> None:
    place = urlsplit(server)
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = f"headroom@{socket.getfqdn()}"
    mail["To"] = recipients
    mail.set_content(message.text)
    try:
        kind = smtplib.SMTP_SSL if place.scheme == "smtps" else smtplib.SMTP
        with kind(place.hostname or "", place.port or 0, timeout=SECONDS) as connection:
            if place.scheme == "smtp" and "starttls" in _features(connection):
                connection.starttls(context=ssl.create_default_context())
            if place.username:
                connection.login(unquote(place.username), unquote(place.password or ""))
            connection.send_message(mail)
    except smtplib.SMTPResponseException as error:
        raise NotDeliveredError(f"the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPException as error:
        raise NotDeliveredError(
            f"the mail server refused the mail: {type(error).__name__}"
        ) from None
    except (OSError, ValueError) as error:
        raise NotDeliveredError(f"the mail server {_refusal(error)}") from None


def _features(connection: smtplib.SMTP) -> Mapping[str, str]:
    connection.ehlo()
    return connection.esmtp_features


def _run(command: str, message: Message) -> None:
    """Hand JSON to a command's standard input; it fails by its exit code."""
    said = {"subject": message.subject, "text": message.text, "alerts": message.alerts}
    try:
        done = subprocess.run(
            shlex.split(command),
            input=json.dumps(said, default=list),
            text=True,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotDeliveredError(f"the command did not end within {SECONDS} s") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a command"
        raise NotDeliveredError(f"the command cannot be run: {reason}") from None
    if done.returncode:
        raise NotDeliveredError(f"the command ended with exit code {done.returncode}")


def _refusal(error: Exception) -> str:
    """Say of what kind a failure is, without the address that its own text may hold."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"did not answer within {SECONDS} s"
    if isinstance(reason, ssl.SSLError):
        return "has a certificate that is not trusted, or speaks no TLS"
    if isinstance(reason, socket.gaierror):
        return "has a host name that is not known"
    if isinstance(reason, ConnectionRefusedError):
        return "refused the connection"
    return f"cannot be reached ({type(reason).__name__})"
