"""What `headroom report retries` writes for programs: valid, escaped, and what the rows say."""

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml

from headroom.report.retries import written


def job(**said: Any) -> dict[str, Any]:
    """Give a row of `waste__retries`; the others are zero or NULL."""
    counts = ("failed_attempt", "memory", "leak", "infrastructure", "other", "raised")
    row: dict[str, Any] = {f"{name}_count": 0 for name in (*counts, "raised_success")}
    return {
        **row,
        "source": "slurm",
        "job_name": "align",
        "advice": "no retry",
        "doomed_gb_hours": Decimal("1.500000"),
        "usual_request_mb": None,
        "retry_mb": None,
        **said,
    }


HELPED = job(
    advice="more memory", memory_count=3, raised_count=2, raised_success_count=2,
    usual_request_mb=1000, retry_mb=2000,
)  # fmt: skip
LEAKING = job(job_name="leaky", advice="leak", leak_count=4)
LOST = job(job_name="spot", advice="the same again", infrastructure_count=2)
WRONG = job(job_name="wrong", advice="no retry", other_count=5)


def argo(row: dict[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(written([row], "argo"))
    return parsed


def test_argo_retries_with_more_memory_only_what_memory_ended() -> None:
    found = argo(HELPED)
    assert found["retryStrategy"] == {
        "limit": "1",
        "retryPolicy": "Always",
        "expression": "asInt(lastRetry.exitCode) == 137",
    }
    (container,) = yaml.safe_load(found["podSpecPatch"])["containers"]
    memory = "{{=sprig.int(retries) == 0 ? '1000M' : '2000M'}}"
    assert container == {
        "name": "main",
        "resources": {"requests": {"memory": memory}, "limits": {"memory": memory}},
    }


def test_argo_retries_a_lost_node_with_the_same_memory() -> None:
    assert argo(LOST) == {
        "retryStrategy": {
            "limit": "2",
            "retryPolicy": "Always",
            "expression": "lastRetry.status == 'Error'",
        }
    }
    assert argo({**HELPED, "infrastructure_count": 1})["retryStrategy"]["expression"] == (
        "asInt(lastRetry.exitCode) == 137 || lastRetry.status == 'Error'"
    )


@pytest.mark.parametrize("row", [LEAKING, WRONG])
def test_what_would_fail_again_is_not_retried(row: dict[str, Any]) -> None:
    assert argo(row) == {"retryStrategy": {"limit": "0"}}
    assert "errorStrategy = 'finish'" in written([row], "nextflow")
    assert "memory =" not in written([row], "nextflow")


def test_nextflow_has_a_selector_for_each_job() -> None:
    assert written([HELPED, LOST], "nextflow") == (
        "process {\n"
        "    // 3 killed for memory (2 of 2 retries with more memory ended well)\n"
        "    withName: 'align' {\n"
        "        errorStrategy = { task.exitStatus in [137] ? 'retry' : 'finish' }\n"
        "        maxRetries = 1\n"
        "        memory = { task.attempt == 1 ? '1000 MB' : '2000 MB' }\n"
        "    }\n"
        "    // 2 lost with their node\n"
        "    withName: 'spot' {\n"
        "        errorStrategy = { task.exitStatus in [Integer.MAX_VALUE] ? 'retry' : 'finish' }\n"
        "        maxRetries = 2\n"
        "    }\n"
        "}\n"
    )


def test_a_first_attempt_never_gets_more_than_its_retry() -> None:
    assert "'2000 MB' : '2000 MB'" in written([{**HELPED, "usual_request_mb": 9000}], "nextflow")
    assert "'2000 MB' : '2000 MB'" in written([{**HELPED, "usual_request_mb": None}], "nextflow")


@pytest.mark.parametrize("form", ["json", "argo", "nextflow"])
def test_a_name_from_outside_stays_a_name(form: str) -> None:
    name = "a'b\\\n}\nprocess.shell = 'rm'\x1b[2J\u202e"
    text = written([{**HELPED, "job_name": name}], form)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\nprocess.shell" not in text
    if form == "json":
        assert json.loads(text)[0]["job_name"] == name
    if form == "nextflow":
        assert "withName: 'a\\'b\\\\\\\\n}" in text


def test_json_keeps_exact_numbers() -> None:
    assert json.loads(written([HELPED], "json"))[0]["doomed_gb_hours"] == "1.500000"
