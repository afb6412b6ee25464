"""Faults of a PostgreSQL server while `headroom run` is at work."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests.faults.conftest import Pair, Server
from tests.support.faults import (
    finish,
    place_of,
    restart,
    server_says,
    start,
    wait_until_it_says,
    wait_until_it_writes,
    write,
)
from tests.support.project import Project

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("faults")]
# So many runs do not fit into the least memory of a statement.
MANY = 1500
AGAIN = "Trying again in"
# What a server says for each of these errors.
RAISED = {
    "40001": "could not serialize access due to concurrent update",
    "40P01": "deadlock detected",
    "53100": 'could not extend file "base/16384/16397": No space left on device',
    "53200": "out of memory",
    "57014": "canceling statement due to user request",
}


@contextmanager
def done_twice_a_second(project: Project, sql: str) -> Iterator[list[str]]:
    """Say something to the server again and again; give what it answered."""
    stopped, answers = threading.Event(), []

    def ask() -> None:
        while not stopped.wait(0.5):
            answers.append(server_says(place_of(project), sql))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        stopped.set()
        thread.join()


def test_sessions_that_the_server_ends_are_made_up_for(
    pair: Pair, faults: Callable[[int], None]
) -> None:
    write(pair.disturbed, 11)
    end_others = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with done_twice_a_second(pair.disturbed, end_others) as ended:
        process = start(pair.disturbed, "run", "--deadline", "5m")
        time.sleep(20)
    code, said = finish(process)
    assert code == 0, said
    assert said.count(AGAIN) >= 1
    faults(sum(map(int, ended)))
    pair.require_equal(11)


@pytest.mark.parametrize(("mode", "days"), [("fast", 12), ("immediate", 13)])
def test_a_server_that_is_restarted(pair: Pair, server: Server, mode: str, days: int) -> None:
    write(pair.disturbed, days)
    process = start(pair.disturbed, "run", "--deadline", "5m")
    wait_until_it_writes(pair.disturbed)
    restart(server.data, mode)
    code, said = finish(process)
    assert code == 0, said
    assert AGAIN in said
    pair.require_equal(days)


@contextmanager
def no_free_connection(project: Project) -> Iterator[None]:
    """Take each connection of the server that is free, as long as the block lasts."""
    stopped, first = threading.Event(), threading.Event()

    def take() -> None:
        with ExitStack() as stack:
            while not stopped.is_set():
                try:
                    stack.enter_context(psycopg.connect(**place_of(project)))  # type: ignore[arg-type]
                except psycopg.OperationalError:
                    first.set()
                    stopped.wait(0.05)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        assert first.wait(60)
        yield
    finally:
        stopped.set()
        thread.join()


def test_connections_that_are_exhausted(pair: Pair) -> None:
    write(pair.disturbed, 14)
    process = start(pair.disturbed, "run", "--deadline", "5m")
    wait_until_it_writes(pair.disturbed)
    with no_free_connection(pair.undisturbed):
        said = wait_until_it_says(process, AGAIN)
    code, said = finish(process, said)
    assert code == 0, said
    pair.require_equal(14)


def test_a_server_without_a_free_connection_is_said(pair: Pair) -> None:
    with no_free_connection(pair.undisturbed):
        code, said = finish(start(pair.disturbed, "run"))
    assert code == 5, said
    assert "PostgreSQL does not answer" in said
    pair.require_equal(14)


@pytest.mark.parametrize(
    ("options", "message", "more"),
    [
        ("-c statement_timeout=15", "statement timeout", 10),
        ("-c work_mem=64kB -c temp_file_limit=0", "temporary file size exceeds", MANY),
    ],
)
def test_a_limit_of_the_server(pair: Pair, options: str, message: str, more: int) -> None:
    """A statement that takes too long, and one that spills more than it may."""
    write(pair.disturbed, 15, more)
    code, said = finish(start(pair.disturbed, "run", PGOPTIONS=options))
    assert code == 5, said
    assert message in " ".join(said.split())
    pair.require_equal(15, more)


@pytest.mark.parametrize(
    ("table", "days"),
    [("headroom_staging.base_flotilla__task_pulled", 16), ("marts.flotilla__runs", 17)],
)
def test_errors_that_pass(pair: Pair, table: str, days: int, faults: Callable[[int], None]) -> None:
    """The server raises another one in each try to write a table; then it has no more."""
    faults(len(RAISED))
    write(pair.disturbed, days, MANY)
    raised = " ".join(
        f"when {number} then raise exception '{text}' using errcode = '{state}';"
        for number, (state, text) in enumerate(RAISED.items(), start=1)
    )
    pair.disturbed.execute(
        f"""
        create sequence public.tries;
        create function public.fail() returns trigger language plpgsql as $$
        begin
            case nextval('public.tries') {raised} else return null; end case;
        end $$;
        create trigger fail after insert on {table} execute function public.fail()
        """
    )
    for text in RAISED.values():
        code, said = finish(start(pair.disturbed, "run"))
        assert code == 5, said
        assert text in " ".join(said.split())
    pair.require_equal(days, MANY)
    pair.disturbed.execute("drop function public.fail cascade; drop sequence public.tries")
