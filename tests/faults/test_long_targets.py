"""The long tests are left out of `make test` by one option, and asked for by another."""

import pytest


def test_a_long_test_is_left_out_unless_it_is_asked_for(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("-m") in ("not long", "long")


@pytest.mark.long
def test_this_one_is_long(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("-m") == "long"
