"""The files are private from the first byte, and a file that cannot be used is said so."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from strategies import a_device, a_scan

from riskscan.errors import ScanNotFound, StoreError, StoreLocked
from riskscan.store import Store
from riskscan.store.connection import pragma

SCAN = a_scan().id


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.db"
    with Store.open(path) as store:
        store.begin(a_scan())
        store.record(SCAN, a_device())
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be somebody to whom file modes apply; root is not."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an ordinary user can reach and owns."""
    path = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    try:
        yield path
    finally:
        path.chmod(0o700)
        shutil.rmtree(path)


def test_every_file_and_a_new_folder_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Store.open(tmp_path / "new" / "deep" / "clinic.db") as store:
            store.begin(a_scan())
            made = sorted((tmp_path / "new" / "deep").iterdir())

            assert [path.name for path in made] == [
                "clinic.db",
                "clinic.db-shm",
                "clinic.db-wal",
                "clinic.db.lock",
            ]
            assert {mode_of(path) for path in made} == {0o600}
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "new" / "deep") == mode_of(tmp_path / "new") == 0o700


def test_a_reader_leaves_no_file_that_others_may_read(database: Path) -> None:
    before = os.umask(0)
    try:
        with Store.open(database, writer=False) as store:
            store.load(SCAN)
    finally:
        os.umask(before)

    assert {mode_of(path) for path in database.parent.iterdir()} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_sudo_writes_in_a_users_folder_the_user_can_read(folder: Path) -> None:
    path = folder / "lakeside" / "clinic.db"

    with Store.open(path) as store:
        store.begin(a_scan())
        assert {file.stat().st_uid for file in folder.rglob("*")} == {65534}

    with ordinary_user(), Store.open(path, writer=False) as store:
        assert store.load(SCAN) == a_scan()


@pytest.mark.parametrize("name", ["clinic.db", "clinic.db.lock"])
def test_a_link_is_not_followed_to_make_a_file_elsewhere(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / name).symlink_to(elsewhere)

    with pytest.raises(StoreError):
        Store.open(tmp_path / "clinic.db")

    assert not elsewhere.exists()


def test_the_pragmas_that_keep_a_file_sound_are_set(database: Path) -> None:
    with Store.open(database) as store:
        said = [
            pragma(store._connection, name)
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert said == ["wal", 2, 1]


def test_one_process_writes_at_a_time_and_the_other_is_told_who(database: Path) -> None:
    code = (
        "import sys; from riskscan.store import Store\n"
        "with Store.open(sys.argv[1]): print('open', flush=True); sys.stdin.read()"
    )
    argv = [sys.executable, "-c", code, str(database)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"

        with pytest.raises(StoreLocked, match=f"process {other.pid}") as caught:
            Store.open(database)

        assert f"ps -p {other.pid}" in (caught.value.hint or "")
        other.communicate()
    Store.open(database).close()


def test_the_same_process_cannot_write_twice_either(database: Path) -> None:
    with Store.open(database), pytest.raises(StoreLocked):
        Store.open(database)


def test_a_writer_that_could_not_open_lets_the_next_one_in(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    path.write_bytes(b"not a database at all, but long enough to look like one" * 20)
    with pytest.raises(StoreError):
        Store.open(path)
    path.unlink()

    Store.open(path).close()


def test_readers_see_each_device_as_soon_as_it_is_finished(database: Path) -> None:
    with Store.open(database) as writer, Store.open(database, writer=False) as reader:
        for n in range(30, 40):
            writer.record(SCAN, a_device(f"192.168.1.{n}"))

            assert len(reader.done(SCAN)) == n - 28
            assert len(reader.load(SCAN).devices) == n - 28


def test_a_reader_beside_a_busy_writer_never_sees_half_a_device(database: Path) -> None:
    busy = threading.Event()

    def write() -> None:
        with Store.open(database) as writer:
            for n in range(1, 120):
                writer.record(SCAN, a_device(f"10.0.0.{n}"))
                writer.record(SCAN, a_device())
        busy.set()

    thread = threading.Thread(target=write)
    thread.start()
    looks = 0
    while not busy.is_set() or looks == 0:
        with Store.open(database, writer=False) as reader:
            for device in reader.load(SCAN).devices:
                assert device == a_device(str(device.address))
        looks += 1
    thread.join()

    with Store.open(database, writer=False) as reader:
        assert len(reader.done(SCAN)) == 120


def test_a_reader_cannot_write(database: Path) -> None:
    with Store.open(database, writer=False) as reader:
        with pytest.raises(StoreError, match="may not be"):
            reader.record(SCAN, a_device("10.0.0.1"))

        assert len(reader.done(SCAN)) == 1


@pytest.mark.parametrize("writer", [True, False], ids=["writer", "reader"])
def test_a_missing_file_names_itself_and_the_command_that_makes_one(
    tmp_path: Path, writer: bool
) -> None:
    path = tmp_path / "absent.db"

    with pytest.raises(StoreError, match=r"absent\.db") as caught:
        Store.open(path, create=False, writer=writer)

    assert "riskscan scan" in (caught.value.hint or "")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_never_makes_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        Store.open(tmp_path / "absent.db", writer=False)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path)


@pytest.mark.parametrize("writer", [True, False], ids=["writer", "reader"])
def test_a_text_file_is_refused_and_left_alone(tmp_path: Path, writer: bool) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Dr. Lake,\n" * 200)

    with pytest.raises(StoreError, match="is not a riskscan database"):
        Store.open(path, writer=writer)

    assert path.read_text() == "Dear Dr. Lake,\n" * 200


@pytest.mark.parametrize("writer", [True, False], ids=["writer", "reader"])
def test_the_database_of_another_program_is_refused_and_left_alone(
    tmp_path: Path, writer: bool
) -> None:
    path = tmp_path / "ehr.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES ('0001')")
        other.commit()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="is not a riskscan database"):
        Store.open(path, writer=writer)

    assert path.read_bytes() == before


def test_an_empty_file_is_filled_by_a_writer_and_explained_to_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    path.touch()

    with pytest.raises(StoreError, match="is empty"):
        Store.open(path, writer=False)
    with Store.open(path) as store:
        assert store.scans() == ()


def test_a_damaged_file_is_said_to_be_damaged(database: Path) -> None:
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))

    with (
        pytest.raises(StoreError, match=r"clinic\.db"),
        Store.open(database, writer=False) as store,
    ):
        store.load(SCAN)


@pytest.mark.parametrize("read_before", [False, True])
def test_a_file_that_may_not_be_written_can_still_be_read(folder: Path, read_before: bool) -> None:
    path = folder / "clinic.db"
    with Store.open(path) as store:
        store.begin(a_scan())
    if read_before:  # which leaves an empty -wal and a -shm file
        Store.open(path, writer=False).close()
    for file in folder.iterdir():
        file.chmod(0o400)
    folder.chmod(0o500)

    with ordinary_user():
        with Store.open(path, writer=False) as reader:
            assert reader.load(SCAN) == a_scan()
        with pytest.raises(StoreError, match="may not be"):
            Store.open(path)


def test_a_file_of_somebody_else_is_refused_with_a_hint(folder: Path) -> None:
    path = folder / "clinic.db"
    Store.open(path).close()
    path.chmod(0)

    with ordinary_user(), pytest.raises(StoreError, match="may not be") as caught:
        Store.open(path, writer=False)

    assert "owner" in (caught.value.hint or "")


def test_a_folder_that_may_not_be_written_takes_no_new_database(folder: Path) -> None:
    folder.chmod(0o500)

    with ordinary_user(), pytest.raises(StoreError, match="may not be"):
        Store.open(folder / "clinic.db")


def test_a_program_that_holds_the_file_is_not_waited_for_forever(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskscan.store.connection._TIMEOUT", 0.05)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreLocked, match="held by another program"):
            Store.open(database)


def test_a_scan_that_is_not_there_lists_those_that_are(database: Path) -> None:
    with Store.open(database) as store:
        for call in (store.load, store.done, store.assessment):
            with pytest.raises(ScanNotFound, match="S-nope") as caught:
                call("S-nope")
            assert SCAN in (caught.value.hint or "")
        with pytest.raises(ScanNotFound):
            store.record("S-nope", a_device())
        with pytest.raises(ScanNotFound):
            store.finish(a_scan(id="S-nope"))


def test_closing_twice_is_harmless(database: Path) -> None:
    store = Store.open(database)

    store.close()
    store.close()
