"""A clinic of which nobody has said a word, and one that answered everything."""

from __future__ import annotations

import re

import pytest
from assess.pitfall_reading import (
    FULL,
    assessed,
    told,
)

from riskscan.model import (
    Assessment,
)
from riskscan.report import EXPORTERS


@pytest.fixture(scope="module")
def silent() -> Assessment:
    return assessed()


@pytest.fixture(scope="module")
def answered() -> Assessment:
    return assessed(None, *FULL)


@pytest.fixture(scope="module", params=["silent", "answered"])
def html(request: pytest.FixtureRequest) -> str:
    page = EXPORTERS["html"](told(request.getfixturevalue(request.param))).decode()
    return re.sub(r"(?s)<style.*?</style>", "", page)
