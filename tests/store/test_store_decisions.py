"""What people decided about findings is kept whole, in order, for ever."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskscan.model import Decision, Disposition
from riskscan.store import Store


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("decisions") / "clinic.db"
    Store.open(path).close()
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(decisions=st.lists(strategies.of(Decision), max_size=4))
def test_decisions_are_read_as_they_were_kept_and_in_order(
    database: Path, decisions: list[Decision]
) -> None:
    with Store.open(database) as store:
        before = store.decisions()
        for decision in decisions:
            store.add_decision(decision)
        assert store.decisions() == (*before, *decisions)


def test_the_schema_takes_no_disposition_that_is_none(database: Path) -> None:
    row = "INSERT INTO decision VALUES (NULL, 'F-1', 'x', ?, 'D', '2026-01-01', 'r', NULL, '')"
    with closing(sqlite3.connect(database)) as raw:
        for known in Disposition:
            raw.execute(row, (known.value,))
        with pytest.raises(sqlite3.IntegrityError, match="disposition_is_known"):
            raw.execute(row, ("forgotten",))
