"""A project for an environment that its seeds do not know is refused."""

from pathlib import Path

import pytest

from headroom.environment import SEEDS, chosen_vars, require_environment
from headroom.errors import UsageError
from headroom.settings import PACKAGED_SEEDS


@pytest.fixture
def own_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADROOM_SEEDS", str(tmp_path))
    for seed in SEEDS:
        (tmp_path / f"{seed}.csv").write_bytes((PACKAGED_SEEDS / f"{seed}.csv").read_bytes())
    return tmp_path


def project(folder: Path, environment: str) -> Path:
    (folder / "dbt_project.yml").write_text(f"vars:\n  environment: {environment}\n")
    return folder


def leave_rows(path: Path, count: int) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[: count + 1]))


def test_the_project_s_own_environment_is_known() -> None:
    require_environment()


def test_an_environment_without_rows_is_refused_with_the_names_that_exist(own_seeds: Path) -> None:
    with pytest.raises(UsageError, match=r"'prod'.*deployments\.csv.*production"):
        require_environment(project(own_seeds, "prod"))


@pytest.mark.parametrize(
    ("seed", "advice"), [("deployments", "empty dates"), ("ara_policy_versions", "versions")]
)
def test_a_seed_without_rows_says_so(own_seeds: Path, seed: str, advice: str) -> None:
    leave_rows(own_seeds / f"{seed}.csv", 0)
    with pytest.raises(UsageError, match=rf"{seed}\.csv.*no rows") as refused:
        require_environment(project(own_seeds, "production"))
    assert advice in refused.value.hint


def test_a_change_that_is_not_deployed_yet_is_a_row(own_seeds: Path) -> None:
    path = own_seeds / "deployments.csv"
    leave_rows(path, 0)
    with path.open("a") as file:
        file.write("production,command_hash_fix,,,,,\n")
    require_environment(project(own_seeds, "production"))


def test_the_environment_of_the_process_wins(
    own_seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen_vars() == {}
    monkeypatch.setenv("HEADROOM_ENVIRONMENT", "production")
    monkeypatch.setenv("HEADROOM_REPORTING_TIMEZONE", "Asia/Tokyo")
    assert chosen_vars() == {"environment": "production", "reporting_timezone": "Asia/Tokyo"}
    require_environment(project(own_seeds, "prod"))
    monkeypatch.setenv("HEADROOM_ENVIRONMENT", "staging")
    with pytest.raises(UsageError, match=r"'staging'.*HEADROOM_ENVIRONMENT"):
        require_environment(project(own_seeds, "production"))


@pytest.mark.parametrize("name", ["HEADROOM_ENVIRONMENT", "HEADROOM_REPORTING_TIMEZONE"])
@pytest.mark.parametrize("value", ["it's", "a\nb", "{{ target }}"])
def test_what_sql_would_misread_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name):
        chosen_vars()


def test_a_zone_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_REPORTING_TIMEZONE", "Asia/Tokio")
    with pytest.raises(UsageError, match="not a zone"):
        chosen_vars()
