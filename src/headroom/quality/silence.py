"""Silence for a library that talks while it is imported and while it works."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back Great Expectations' warnings and log lines: the gate reports in its own words."""
    logger = logging.getLogger("great_expectations")
    nowhere = logging.NullHandler()
    propagate = logger.propagate
    # Its modules set their own levels, so their records are stopped on the way up instead.
    logger.addHandler(nowhere)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = propagate
        logger.removeHandler(nowhere)
