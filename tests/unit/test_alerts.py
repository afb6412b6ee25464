"""Alerts: each change told once, to every channel, and again until a channel took it."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from headroom.alerts import channels as channels_module
from headroom.alerts.channels import Message, NotDeliveredError, channels_of
from headroom.alerts.delivery import Due, compose, deliver, is_quiet
from headroom.alerts.state import TROUBLES, Changed, update_alerts
from headroom.errors import UsageError
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse
from tests.support.endpoints import SECRET, status, web_server

NOW = datetime(2025, 12, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MESSAGE = Message("Headroom: 1 new alert", "critical: test t: 3 rows", ())


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(Settings("duckdb", tmp_path / "alerts.duckdb", "flotilla")) as warehouse:
        warehouse.execute("create schema headroom_intermediate")
        yield warehouse


def find(warehouse: Warehouse, *subjects: str, severity: str = "critical") -> None:
    """Let the model of troubles find these."""
    names = [name.replace("'", "''") for name in subjects]
    rows = ", ".join(f"('test', '{name}', '{severity}', '3 rows', 'look')" for name in names)
    nothing = "('', '', '', '', '')"
    where = "true" if subjects else "false"
    warehouse.execute(
        f"create or replace view headroom_intermediate.{TROUBLES[0]} as select * from"
        f" (values {rows or nothing}) as t (trouble_kind, subject, severity, evidence, remedy)"
        f" where {where}"
    )


def told(changes: list[Changed]) -> list[tuple[str, str]]:
    return [(changed.change, changed.trouble.subject) for changed in changes]


class Channel:
    """A channel that takes what it gets, or refuses."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.problem = ""

    def __call__(self, message: Message) -> None:
        if self.problem:
            raise NotDeliveredError(self.problem)
        self.taken.append(message)


def test_an_alert_opens_goes_on_and_is_resolved(warehouse: Warehouse) -> None:
    states = "select subject, resolved_at is not null from headroom_operations.alerts order by 1, 2"
    find(warehouse, "a", "b's")
    assert told(update_alerts(warehouse, now=NOW)) == [("opened", "a"), ("opened", "b's")]
    find(warehouse, "a")
    assert told(update_alerts(warehouse, now=NOW + HOUR)) == [("resolved", "b's")]
    assert warehouse.query(states).rows == [("a", False), ("b's", True)]
    assert told(update_alerts(warehouse, now=NOW + 2 * HOUR)) == []
    find(warehouse, "a", "b's")
    assert told(update_alerts(warehouse, now=NOW + 3 * HOUR)) == [("opened", "b's")]
    assert warehouse.query(states).rows == [("a", False), ("b's", False), ("b's", True)]


def test_without_any_model_of_troubles_there_is_no_alert(warehouse: Warehouse) -> None:
    assert update_alerts(warehouse, ["webhook"], NOW) == []


def test_each_change_is_sent_once_and_together(warehouse: Warehouse) -> None:
    channel = Channel()
    for hour, subjects in enumerate((["a", "b"], ["a", "b"], ["a"], ["a"])):
        find(warehouse, *subjects)
        moment = NOW + hour * HOUR
        update_alerts(warehouse, ["webhook"], moment)
        deliver(warehouse, {"webhook": channel}, moment)
    assert [message.subject for message in channel.taken] == [
        "Headroom: 2 new alerts",
        "Headroom: 1 resolved alert",
    ]
    assert channel.taken[1].text == "resolved: test b (since 2025-12-17 12:00 UTC)"


def test_a_message_that_was_not_taken_stays_due(warehouse: Warehouse) -> None:
    channel = Channel()
    channel.problem = "the webhook answered 500"
    find(warehouse, "a")
    update_alerts(warehouse, ["webhook"], NOW)
    (delivery,) = deliver(warehouse, {"webhook": channel}, NOW)
    assert delivery.problem == channel.problem
    # Not at once again, but later, and until it is taken.
    assert deliver(warehouse, {"webhook": channel}, NOW + timedelta(minutes=1)) == []
    deliver(warehouse, {"webhook": channel}, NOW + HOUR)
    kept = "select attempts, last_problem, sent_at from headroom_operations.alert_messages"
    assert warehouse.query(kept).rows == [(2, channel.problem, None)]
    channel.problem = ""
    deliver(warehouse, {"webhook": channel}, NOW + 30 * HOUR)
    deliver(warehouse, {"webhook": channel}, NOW + 60 * HOUR)
    assert len(channel.taken) == 1


def test_in_quiet_hours_warnings_wait(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_ALERT_QUIET", "11:00-13:00")
    channel = Channel()
    find(warehouse, "w", severity="warning")
    update_alerts(warehouse, ["webhook"], NOW)
    assert deliver(warehouse, {"webhook": channel}, NOW) == []
    find(warehouse, "c")
    update_alerts(warehouse, ["webhook"], NOW)
    deliver(warehouse, {"webhook": channel}, NOW)
    assert ["critical: test c" in message.text for message in channel.taken] == [True]
    deliver(warehouse, {"webhook": channel}, NOW + HOUR)
    assert "test w" in channel.taken[1].text


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [("", False), ("11:00-13:00", True), ("12:01-13:00", False), ("22:00-12:01", True)],
)
def test_quiet_hours(hours: str, quiet: bool) -> None:
    assert is_quiet(NOW, {"HEADROOM_ALERT_QUIET": hours}) == quiet


@pytest.mark.parametrize("hours", ["22-6", "24:00-06:00", "22:00", "nights"])
def test_what_are_no_hours(hours: str) -> None:
    with pytest.raises(UsageError, match="HEADROOM_ALERT_QUIET"):
        is_quiet(NOW, {"HEADROOM_ALERT_QUIET": hours})


def test_a_message_shows_as_many_alerts_as_somebody_reads() -> None:
    due = [
        Due("mail", f"test|{number}", "opened", 0, "", "warning", "test", f"{number}", "x", "y")
        for number in range(25)
    ]
    message = compose(due)
    assert message.subject == "Headroom: 25 new alerts"
    assert message.text.endswith("and 5 more: see operations__alerts")
    assert len(message.alerts) == 20


def send_to(address: str) -> None:
    channels_of({"HEADROOM_ALERT_WEBHOOK": address})["webhook"](MESSAGE)


def test_a_webhook_gets_what_slack_takes() -> None:
    got: list[dict[str, str]] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        got.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
        status(200)(handler)

    with web_server(answer) as address:
        send_to(address)
    assert got == [{"text": f"*{MESSAGE.subject}*\n{MESSAGE.text}"}]


@pytest.mark.parametrize("code", [404, 429, 500])
def test_a_webhook_that_refuses(code: int) -> None:
    with web_server(status(code)) as address, pytest.raises(NotDeliveredError) as raised:
        send_to(address)
    assert str(raised.value) == f"the webhook answered {code}"


def test_a_webhook_that_speaks_something_else() -> None:
    """What it says is not HTTP; the run that sends goes on."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail.example.com ready\r\n")

    with web_server(answer) as address, pytest.raises(NotDeliveredError) as raised:
        send_to(address)
    assert "cannot be reached" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_webhook_that_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels_module, "SECONDS", 0.2)
    woken = threading.Event()
    with web_server(lambda _: (woken.wait(5), None)[1]) as address:
        with pytest.raises(NotDeliveredError, match="did not answer") as raised:
            send_to(address)
        woken.set()
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_webhook_that_is_not_there(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"{scheme}://127.0.0.1:{free.getsockname()[1]}/{SECRET}"
        with pytest.raises(NotDeliveredError, match="refused the connection") as raised:
            send_to(address)
    assert SECRET not in str(raised.value)


def test_a_webhook_without_a_certificate_that_is_trusted() -> None:
    with web_server(status(200)) as address, pytest.raises(NotDeliveredError) as raised:
        send_to(address.replace("http:", "https:"))
    assert "TLS" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_command_gets_json_and_fails_by_its_exit_code(tmp_path: Path) -> None:
    out = tmp_path / "said.json"
    save = f'{sys.executable} -c \'import sys; open("{out}", "w").write(sys.stdin.read())\''
    channels_of({"HEADROOM_ALERT_COMMAND": save})["command"](MESSAGE)
    assert json.loads(out.read_text())["subject"] == MESSAGE.subject
    for command, reason in (("false", "exit code 1"), ("/no/such/command", "cannot be run")):
        with pytest.raises(NotDeliveredError, match=reason):
            channels_of({"HEADROOM_ALERT_COMMAND": command})["command"](MESSAGE)


def test_mail_goes_to_a_server(tmp_path: Path) -> None:
    """The server is Python's own small one, spoken to in its plain form."""
    got: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=take_one_mail, args=(listening, got))
        thread.start()
        environment = {
            "HEADROOM_ALERT_MAIL": "night@example.com",
            "HEADROOM_ALERT_SMTP": f"smtp://127.0.0.1:{listening.getsockname()[1]}",
        }
        channels_of(environment)["mail"](MESSAGE)
        thread.join(5)
    assert "Subject: Headroom: 1 new alert" in got
    assert "critical: test t: 3 rows" in got


def take_one_mail(listening: socket.socket, got: list[str]) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb", buffering=0) as stream:
        stream.write(b"220 ready\r\n")
        while line := stream.readline().decode().strip():
            command = line.split()[0].upper()
            if command == "DATA":
                stream.write(b"354 go on\r\n")
                while (text := stream.readline().decode().rstrip("\r\n")) != ".":
                    got.append(text)
            stream.write(b"221 bye\r\n" if command == "QUIT" else b"250 ok\r\n")


def test_a_mail_server_that_is_not_there_is_said_without_its_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = f"smtp://me:{SECRET}@127.0.0.1:{free.getsockname()[1]}"
        environment = {"HEADROOM_ALERT_MAIL": "a@example.com", "HEADROOM_ALERT_SMTP": server}
        with pytest.raises(NotDeliveredError, match="refused the connection") as raised:
            channels_of(environment)["mail"](MESSAGE)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "environment",
    [
        {"HEADROOM_ALERT_WEBHOOK": f"slack {SECRET}"},
        {"HEADROOM_ALERT_MAIL": "a@example.com"},
        {"HEADROOM_ALERT_MAIL": "a@example.com", "HEADROOM_ALERT_SMTP": f"host:{SECRET}"},
        {"HEADROOM_ALERT_MAIL": "a@example.com", "HEADROOM_ALERT_SMTP": f"smtp://host:{SECRET}"},
        {"HEADROOM_ALERT_MAIL": "a@example.com", "HEADROOM_ALERT_SMTP": f"smtp://[{SECRET}"},
    ],
)
def test_a_wrong_address_is_refused_without_being_printed(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        channels_of(environment)
    assert SECRET not in raised.value.message + raised.value.hint
