"""Show the dashboard: start Superset on the marts, make the dashboard, end with Ctrl-C.

python -m bi ENVIRONMENT    (the folder with Superset in it: .venv-bi)
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sqlalchemy import URL

from bi.demo import marts
from bi.publish import Superset, publish
from headroom.cli.common import tell_error
from headroom.errors import HeadroomError
from headroom.settings import PROJECT_DIR

FOLDER = PROJECT_DIR / "target" / "bi"
CONFIGURATION = Path(__file__).with_name("superset_config.py")
USER = "admin"
START_SECONDS = 180


def environment_of(metadata: Path) -> dict[str, str]:
    """Give Superset's variables: where its settings and its metadata are."""
    return {
        **os.environ,
        "SUPERSET_CONFIG_PATH": str(CONFIGURATION),
        "HEADROOM_BI_METADATA": str(metadata),
    }


def template(environment: Path) -> Path:
    """Give the metadata of a Superset without a user; made once, because that takes a minute.

    Raises HeadroomError where Superset fails.
    """
    made = environment / "metadata.db"
    if made.exists():
        return made
    print("Making Superset's metadata (once, about a minute)", flush=True)
    part = made.with_suffix(".part")
    part.unlink(missing_ok=True)
    log = FOLDER / "superset.log"
    for arguments in (("db", "upgrade"), ("init",)):
        with log.open("a", encoding="utf-8") as output:
            ended = subprocess.run(
                [environment / "bin" / "superset", *arguments],
                env=environment_of(part),
                stdout=output,
                stderr=output,
                check=False,
            )
        if ended.returncode:
            raise HeadroomError(f"`superset {' '.join(arguments)}` failed", f"{log} says why")
    return part.rename(made)


@contextmanager
def superset(environment: Path, password: str) -> Iterator[Superset]:
    """Start Superset on a copy of the template; end it and forget the copy afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="headroom-bi-") as folder:
        metadata = Path(shutil.copy(template(environment), folder))
        variables = environment_of(metadata) | {"HEADROOM_BI_PASSWORD": password}
        command = [str(environment / "bin" / "gunicorn"), "--bind", f"127.0.0.1:{port}"]
        command += ["--threads", "8", "--timeout", str(START_SECONDS), "superset.app:create_app()"]
        with (FOLDER / "superset.log").open("w", encoding="utf-8") as log:
            # In a separate session: Ctrl-C reaches this process, which ends the server.
            server = subprocess.Popen(
                command, env=variables, stdout=log, stderr=log, start_new_session=True
            )
            try:
                yield Superset(f"http://127.0.0.1:{port}")
            finally:
                server.terminate()
                server.wait()


def wait_for(address: str) -> None:
    """Wait until Superset answers; raise HeadroomError where it does not."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.5)
    raise HeadroomError(
        f"Superset does not answer at {address}", f"{FOLDER / 'superset.log'} says why"
    )


@dataclass(frozen=True)
class Shown:
    """A dashboard that is there: in which Superset, at which path, of which marts."""

    site: Superset
    path: str
    marts: URL
    password: str


@contextmanager
def dashboard(environment: Path) -> Iterator[Shown]:
    """Show the dashboard as long as the block lasts.

    Raises HeadroomError where the marts, Superset or the specification do not allow it.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(9)
    with superset(environment, password) as site, marts(FOLDER) as address:
        wait_for(site.address)
        site.log_in(USER, password)
        path = publish(site, address.render_as_string(hide_password=False))
        yield Shown(site, path, address, password)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def main(environment: Path) -> None:
    """Say where the dashboard is, until Ctrl-C."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        with dashboard(environment) as shown:
            print(f"The dashboard: {shown.site.address}{shown.path}")
            print(f"User {USER}, password {shown.password}. Ctrl-C ends it.", flush=True)
            signal.pause()
    except HeadroomError as error:
        tell_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
