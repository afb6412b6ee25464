"""Endpoints of alerts that fail: no run fails, no message is lost or sent twice."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from headroom.alerts import channels
from headroom.settings import PROJECT_DIR, TARGETS
from tests.conftest import MakeProject
from tests.support.endpoints import SECRET, status, web_server

pytestmark = pytest.mark.long
AGAIN = "update headroom_operations.alert_messages set due_at = opened_at where sent_at is null"


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{free.getsockname()[1]}/{SECRET}"


@contextmanager
def slow() -> Iterator[str]:
    """A server that takes the request, and does not answer in time."""
    woken = threading.Event()
    with web_server(lambda _: (woken.wait(30), None)[1]) as address:
        try:
            yield address
        finally:
            woken.set()


@contextmanager
def without_tls() -> Iterator[str]:
    with web_server(status(200)) as address:
        yield address.replace("http:", "https:")


ENDPOINTS = {
    "refused the connection": nobody,
    "did not answer within": slow,
    "answered 500": lambda: web_server(status(500)),
    "answered 429": lambda: web_server(status(429)),
    "certificate that is not trusted": without_tls,
}


@pytest.mark.parametrize("engine", TARGETS)
def test_what_an_endpoint_does_not_take_is_sent_once_it_does(
    engine: str,
    make_project: MakeProject,
    monkeypatch: pytest.MonkeyPatch,
    faults: Callable[[int], None],
) -> None:
    faults(len(ENDPOINTS))
    monkeypatch.setattr(channels, "SECONDS", 0.5)
    got: list[str] = []

    def take(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        got.append(json.loads(body)["text"])
        status(200)(handler)

    with make_project(engine, "test") as project:

        def run(address: str) -> str:
            project.variables["HEADROOM_ALERT_WEBHOOK"] = address
            outcome = project.headroom("run")
            said = outcome.stdout + outcome.stderr
            assert outcome.returncode == 0, said
            assert SECRET not in said
            return " ".join(said.split())

        loaded = project.headroom("load", "failures", str(PROJECT_DIR / "samples" / "failures"))
        assert loaded.returncode == 0, loaded.stderr
        for problem, endpoint in ENDPOINTS.items():
            with endpoint() as address:
                said = run(address)
            assert "2 messages not sent, will be tried again: the webhook" in said
            assert problem in said
            project.execute(AGAIN)
        with web_server(take) as address:
            assert "2 messages sent" in run(address)
            assert "message" not in run(address)
    (text,) = got
    assert text.startswith("*Headroom: 2 new alerts*\n")
