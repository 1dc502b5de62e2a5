"""One clinic for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from scanner_place import call_inside

from riskscan.lab import CLINIC, Lab


@pytest.fixture(scope="session")
def clinic() -> Iterator[Lab]:
    with Lab(CLINIC) as lab:
        yield lab


@pytest.fixture
def from_scanner(clinic: Lab) -> Callable[..., Any]:
    """Call a function in a process of its own, in the scanner's place, and return its result."""
    return partial(call_inside, clinic)
