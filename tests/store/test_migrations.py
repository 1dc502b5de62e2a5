"""The migrations make the schema that the rows declare, and never lose a row."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from strategies import a_device, a_scan

from riskscan.errors import StoreError, StoreLocked, StoreTooNew
from riskscan.model import ActionStatus, AnswerValue, ControlStatus, Level
from riskscan.store import Store, migrate
from riskscan.store.lock import Lock
from riskscan.store.tables import METADATA

Schema = dict[str, str]

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    with op.batch_alter_table("device", table_kwargs={{"sqlite_strict": True}}) as table:
        table.add_column(sa.Column("nickname", sa.Text()))
        table.alter_column("connections", nullable=True)
    {also}
"""


def schema_of(connection: sqlite3.Connection) -> Schema:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {
        name: "".join(sql.split()) for name, sql in rows.fetchall() if name != "alembic_version"
    }


def test_the_migrations_make_exactly_what_the_rows_declare(tmp_path: Path) -> None:
    Store.open(tmp_path / "migrated.db").close()
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    METADATA.create_all(declared)
    declared.dispose()

    with (
        closing(sqlite3.connect(tmp_path / "migrated.db")) as migrated,
        closing(sqlite3.connect(tmp_path / "declared.db")) as wanted,
    ):
        assert schema_of(migrated) == schema_of(wanted)


def test_every_migration_stands_in_the_list_of_known_revisions() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)

    found = [script.revision for script in scripts.walk_revisions()]

    assert tuple(reversed(found)) == migrate.REVISIONS


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database as riskscan of today writes it, which tomorrow's finds."""
    path = tmp_path / "clinic.db"
    with Store.open(path) as store:
        store.begin(a_scan())
        store.record(a_scan().id, a_device())
    return path


def tomorrow(monkeypatch: pytest.MonkeyPatch, folder: Path, also: str = "") -> None:
    """Give riskscan one more migration, which rebuilds the table that most others hang on."""
    versions = folder / "versions"
    versions.mkdir()
    for first in (migrate.FOLDER / "versions").glob("v*.py"):
        (versions / first.name).write_text(first.read_text())
    (folder / "env.py").write_text((migrate.FOLDER / "env.py").read_text())
    last = migrate.REVISIONS[-1]
    text = NEXT.format(revision="next", down=last, also=also)
    (versions / "vnext.py").write_text(text)
    monkeypatch.setattr(migrate, "FOLDER", folder)
    monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "next"))


@pytest.mark.parametrize("writer", [True, False], ids=["writer", "reader"])
def test_an_older_database_is_upgraded_and_a_private_copy_is_kept(
    old: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    writer: bool,
) -> None:
    with Store.open(old, writer=False) as store:
        before = store.load(a_scan().id)
    tomorrow(monkeypatch, tmp_path_factory.mktemp("scripts"))

    with Store.open(old, writer=writer) as store:
        assert store.load(a_scan().id) == before
    with closing(sqlite3.connect(old)) as raw:
        assert raw.execute("SELECT nickname FROM device").fetchall() == [(None,)]
        assert raw.execute("SELECT count(*) FROM observation").fetchone() == (1,)

    copy = old.with_name("clinic.db.before-next")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    monkeypatch.undo()
    with Store.open(copy) as store:
        assert store.load(a_scan().id) == before


def test_foreign_keys_hold_again_after_an_upgrade(
    old: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow(monkeypatch, tmp_path_factory.mktemp("scripts"))

    with Store.open(old) as store:
        store.record(a_scan().id, a_device())
    with closing(sqlite3.connect(old)) as raw:
        assert raw.execute("SELECT count(*) FROM service").fetchone() == (1,)


def test_an_upgrade_that_orphans_a_row_changes_nothing(
    old: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow(monkeypatch, tmp_path_factory.mktemp("scripts"), also='op.execute("DELETE FROM scan")')

    with pytest.raises(StoreError, match="a row of device has lost its parent"):
        Store.open(old)

    monkeypatch.undo()
    with Store.open(old) as store:
        assert [d.address for d in store.load(a_scan().id).devices] == [a_device().address]


def test_a_reader_of_an_older_database_waits_its_turn_to_upgrade_it(
    old: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow(monkeypatch, tmp_path_factory.mktemp("scripts"))
    lock = Lock.take(old)

    with pytest.raises(StoreLocked):
        Store.open(old, writer=False)

    lock.release()


@pytest.mark.parametrize("writer", [True, False], ids=["writer", "reader"])
def test_a_newer_database_is_refused_and_left_alone(old: Path, writer: bool) -> None:
    with closing(sqlite3.connect(old)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    before = old.read_bytes()

    with pytest.raises(StoreTooNew, match="9999") as caught:
        Store.open(old, writer=writer)

    assert "upgrade riskscan" in (caught.value.hint or "")
    assert old.read_bytes() == before


def as_first_written(
    newer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> Path:
    """Make a database of the first schema with what fits into it from a newer one."""
    (folder / "versions").mkdir()
    for name in ("env.py", "versions/v0001_first_tables.py"):
        (folder / name).write_text((migrate.FOLDER / name).read_text())
    path = tmp_path / "first.db"
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOLDER", folder)
        patched.setattr(migrate, "REVISIONS", ("0001",))
        Store.open(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("ATTACH ? AS newer", (str(newer),))
        tables = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if table != "alembic_version":
                was, now = (
                    [c[1] for c in raw.execute(f"PRAGMA {of}.table_info({table})")]
                    for of in ("main", "newer")
                )
                columns = ", ".join(column for column in was if column in now)
                copied = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}"  # noqa: S608
                raw.execute(copied)
        raw.commit()
    return path


def test_what_the_first_riskscan_wrote_is_read_as_full_scans(
    old: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Store.open(old, writer=False) as store:
        wanted = store.load(a_scan().id)
    first = as_first_written(old, tmp_path, monkeypatch, tmp_path_factory.mktemp("scripts"))

    with Store.open(first) as store:
        assert store.load(a_scan().id) == wanted
    assert wanted.rescan_of is None
    assert [s.as_of for d in wanted.devices for s in d.host.services] == [None]


def test_what_stood_before_there_were_registers_is_kept_word_for_word(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(Path(__file__).with_name("schema_0007.sql").read_text())
    assessed_at = datetime(2026, 11, 21, 13, tzinfo=UTC)
    midnight = datetime(2026, 11, 22, tzinfo=UTC)

    with Store.open(path) as store:
        said = {answer.question: answer for answer in store.answers()}
        known_then = {answer.question: answer for answer in store.answers(until=assessed_at)}
        filed = store.assessment(a_scan().id)
        assert store.registers().entries == ()
        store.add_answers([replace(said["A05"], value=AnswerValue.LATER)], at=midnight)

    assert said["A05"].person == said["A05"].said_by == "Dana Lake, owner"
    assert said["A05"].note == 'he said "control": "A05"'
    assert said["T09"].value is AnswerValue.PARTLY
    # written down with the assessment that rests on it, or else on the day it was given
    assert known_then["A05"] == said["A05"]
    assert known_then["T09"].value is AnswerValue.NO
    assert filed is not None
    [result], [risk], [action] = filed.controls, filed.risks, filed.actions
    assert result.answer == said["A05"]
    assert (result.status, result.evidence, result.lacking) == (ControlStatus.PARTIAL, (), ())
    assert (risk.level, risk.key, risk.asks) == (Level.VERY_HIGH, "", ())
    assert (action.status, action.criterion) == (ActionStatus.PLANNED, "Port 23 is closed.")
    assert filed.findings[0].decision is not None
    assert filed.profile is filed.coverage.estimate is None
