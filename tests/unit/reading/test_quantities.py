"""Amounts as Kubernetes and Slurm write them: exact, or refused with the reason."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.reading.quantities import Memory, memory, millicores
from headroom.reading.values import BadValueError


@pytest.mark.parametrize(
    ("written", "mb"),
    [
        ("16Gi", "17179.869184"),
        ("16384Mi", "17179.869184"),
        ("16G", "16000"),
        ("1.5Gi", "1610.612736"),
        ("17179869184", "17179.869184"),
        ("17179869184.", "17179.869184"),
        ("16e9", "16000"),
        ("1E3", "0.001"),
        ("128974848000m", "128.974848"),
        (" 512Ki ", "0.524288"),
        ("+.5G", "500"),
        ("-0", "0"),
        ("4000Mn", "4194.304"),
        ("4Gn", "4294.967296"),
        # One below 2^31 MB: large, but not overflowed.
        ("2147483647M", "2147483647"),
        ("2147483647Mn", "2251799812.636672"),
    ],
)
def test_memory(written: str, mb: str) -> None:
    assert memory("m", written) == Memory(Decimal(mb))


@pytest.mark.parametrize("written", ["2147486648Mn", "2147483648M", "2147486648Mc", "3P", "9E"])
def test_memory_that_ran_over_is_flagged(written: str) -> None:
    assert memory("m", written, 1000) == Memory(None, has_overflow=True)


def test_memory_for_each_cpu_needs_the_cpus() -> None:
    assert memory("m", "1000Mc", 2500) == Memory(Decimal("2621.44"))
    with pytest.raises(BadValueError, match="the number of CPUs is unknown"):
        memory("m", "1000Mc")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("16Qi", "unknown suffix Qi"),
        ("16GB", "unknown suffix GB"),
        ("16K", "unknown suffix K"),
        ("16gi", "unknown suffix gi"),
        ("-1Gi", "negative"),
        ("lots", "not an amount"),
        ("1,5Gi", "not an amount"),
        ("16 Gi", "not an amount"),
        ("1e999", "not an amount"),
        ("١٦Gi", "not an amount"),
        ("", "not an amount"),
    ],
)
def test_what_is_no_memory_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(BadValueError, match=reason):
        memory("memory_request", written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("8", 8000), ("500m", 500), ("0.5", 500), ("1n", 1), ("2k", 2_000_000), ("0", 0)],
)
def test_cpu(written: str, expected: int) -> None:
    assert millicores("cpu", written) == expected


@pytest.mark.parametrize("written", ["8Gi", "1e6", "-2", "four"])
def test_what_is_no_cpu_is_refused(written: str) -> None:
    with pytest.raises(BadValueError):
        millicores("cpu", written)


@given(st.integers(0, 2**20), st.sampled_from(["Ki", "Mi", "Gi"]))
def test_a_unit_is_1024_of_the_one_below(amount: int, unit: str) -> None:
    lower = {"Ki": "", "Mi": "Ki", "Gi": "Mi"}[unit]
    assert memory("m", f"{amount}{unit}") == memory("m", f"{amount * 1024}{lower}")


@given(st.integers(0, 10**8))
def test_thousandths_come_back(amount: int) -> None:
    assert millicores("cpu", f"{amount}m") == amount
    assert millicores("cpu", str(Decimal(amount) / 1000)) == amount


@given(st.text(max_size=30) | st.from_regex(r"-?\d{1,40}\.?\d*e?\d*[A-Za-z]{0,3}", fullmatch=True))
def test_any_text_is_an_amount_that_fits_or_is_refused(written: str) -> None:
    try:
        amount = memory("m", written, 1000).mb
    except BadValueError:
        return
    assert amount is None or 0 <= amount < 10**12
