"""Facts travel in files: whole, checked, and without a way out of the bundle."""

from __future__ import annotations

import hashlib
import io
import stat
import subprocess
import warnings
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knowledge.feed_server import catalogue, csaf, epss

from riskscan import knowledge
from riskscan.errors import FeedRefused
from riskscan.knowledge import bundle, current

TODAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    where = tmp_path / "here"
    monkeypatch.setenv("RISKSCAN_KNOWLEDGE", str(where))
    return where


def filed(tmp_path: Path, name: str, raw: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(raw)
    return path


def take(folder: Path, *files: Path) -> list[knowledge.Outcome]:
    return list(knowledge.take_files(files, folder, TODAY))


def zipped(files: dict[str, bytes], manifest: str | None = None) -> bytes:
    """Make a bundle; the manifest fits unless one is given."""
    if manifest is None:
        manifest = "".join(f"{hashlib.sha256(b).hexdigest()}  {n}\n" for n, b in files.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("MANIFEST.sha256", manifest)
        for name, body in files.items():
            packed.writestr(name, body)
    return out.getvalue()


def exported(tmp_path: Path, folder: Path) -> bytes:
    """Return the bundle of a laptop that has taken all three feeds."""
    files = (
        filed(tmp_path, "epss.csv.gz", epss()),
        filed(tmp_path, "kev.json", catalogue()),
        filed(tmp_path, "pump.json", csaf()),
    )
    assert [done.changed for done in take(folder, *files)] == [True] * 3
    target = tmp_path / "out.zip"
    knowledge.export(target, folder)
    return target.read_bytes()


def parts(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        return {n: packed.read(n) for n in packed.namelist() if n != "MANIFEST.sha256"}


def test_feeds_are_taken_from_files_as_they_are_published(tmp_path: Path, folder: Path) -> None:
    exported(tmp_path, folder)
    known = knowledge.load()

    assert len(known.exploited) == 12
    assert [score.cve for score in known.scores] == ["CVE-2023-43208"]
    assert "ICSMA-26-300-01" in {advisory.id for advisory in known.advisories}


def test_what_one_laptop_exports_another_has_after_the_import(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = exported(tmp_path, folder)
    known = knowledge.load()
    there = tmp_path / "there"
    monkeypatch.setenv("RISKSCAN_KNOWLEDGE", str(there))
    done = take(there, filed(tmp_path, "k.zip", raw))

    assert [outcome.changed for outcome in done] == [True] * 3
    assert knowledge.load() == known
    assert not any(outcome.changed for outcome in take(there, tmp_path / "k.zip"))


def test_a_bundle_is_private_the_same_each_time_and_checked_by_sha256sum(
    tmp_path: Path, folder: Path
) -> None:
    raw = exported(tmp_path, folder)
    knowledge.export(tmp_path / "again.zip", folder)
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        packed.extractall(unpacked)
    check = ["sha256sum", "--strict", "-c", "MANIFEST.sha256"]

    assert (tmp_path / "again.zip").read_bytes() == raw
    assert stat.S_IMODE((tmp_path / "again.zip").stat().st_mode) == 0o600
    assert subprocess.run(check, cwd=unpacked, check=False, capture_output=True).returncode == 0


def test_an_older_bundle_changes_nothing(tmp_path: Path, folder: Path) -> None:
    raw = exported(tmp_path, folder)
    newer = filed(tmp_path, "newer.json", catalogue(day="2026-11-21"))
    assert take(folder, newer)[0].changed
    held = (folder / "known-exploited.json").read_bytes()
    [outcome, *others] = take(folder, filed(tmp_path, "k.zip", raw))

    assert outcome.refused
    assert "older than what is held" in outcome.text
    assert not any(other.refused for other in others)
    assert (folder / "known-exploited.json").read_bytes() == held


def test_an_older_version_of_an_advisory_is_refused(tmp_path: Path, folder: Path) -> None:
    assert take(folder, filed(tmp_path, "b.json", csaf(day="2026-11-01")))[0].changed
    [outcome] = take(folder, filed(tmp_path, "a.json", csaf(day="2026-10-01")))

    assert outcome.refused


GOOD = {"known-exploited.json": b'{"feed":"known-exploited"}'}


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (zipped({**GOOD, "../evil.json": b"x"}), "manifest is not one"),
        (zipped({**GOOD, "/etc/cron.d/x": b"x"}), "manifest is not one"),
        (zipped({"other-feed.json": b"x"}), "manifest is not one"),
        (zipped(GOOD, manifest=f"{'0' * 64}  known-exploited.json\n"), "not what the bundle's"),
        (zipped({**GOOD, "x": b""}, f"{'0' * 64}  known-exploited.json\n"), "other files"),
        (zipped({}, f"{'0' * 64}  known-exploited.json\n"), "other files"),
        (zipped(GOOD, manifest=""), "manifest is not one"),
        (zipped(GOOD, manifest="x" * 5000), "more than 4,096 bytes"),
        (zipped(GOOD), "damaged"),
        (b"PK\x03\x04 and no more", "damaged"),
    ],
)
def test_a_bad_bundle_changes_nothing_and_says_why(
    tmp_path: Path, folder: Path, raw: bytes, complaint: str
) -> None:
    [outcome] = take(folder, filed(tmp_path, "k.zip", raw))

    assert outcome.refused
    assert complaint in outcome.text
    assert not folder.exists()


def test_a_bundle_that_was_tampered_with_is_refused_whole(tmp_path: Path, folder: Path) -> None:
    files = parts(exported(tmp_path, folder))
    there = tmp_path / "there"
    swapped = {**files, "epss.json": files["epss.json"].replace(b"0.94321", b"0.00001")}
    honest = "".join(f"{hashlib.sha256(b).hexdigest()}  {n}\n" for n, b in files.items())
    [outcome] = take(there, filed(tmp_path, "k.zip", zipped(swapped, honest)))

    assert files != swapped
    assert "epss.json is not what the bundle's manifest says" in outcome.text
    assert not there.exists()


def test_a_bundle_that_unpacks_without_end_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskscan.knowledge.held.FILE_CAP", 2**20)
    [outcome] = take(folder, filed(tmp_path, "k.zip", zipped({"epss.json": b" " * 2**24})))

    assert "unpacks to more than" in outcome.text


def test_a_file_of_another_feed_under_a_known_name_is_refused(tmp_path: Path, folder: Path) -> None:
    files = parts(exported(tmp_path, folder))
    [outcome] = take(
        tmp_path / "there",
        filed(tmp_path, "k.zip", zipped({"epss.json": files["known-exploited.json"]})),
    )

    assert outcome.refused
    assert "holds known-exploited" in outcome.text


def test_one_bad_file_leaves_the_others_alone(tmp_path: Path, folder: Path) -> None:
    bad = filed(tmp_path, "bad.json", b"{}")
    good = filed(tmp_path, "good.json", catalogue())
    gone = tmp_path / "gone.json"
    done = take(folder, bad, gone, good)

    assert sorted(outcome.refused for outcome in done) == [False, True, True]
    assert knowledge.load().feed("known-exploited") != current._load(tmp_path, None).feeds[1]


def test_a_link_is_not_written_through(tmp_path: Path, folder: Path) -> None:
    target = tmp_path / "victim"
    target.write_text("untouched")
    (tmp_path / "k.zip").symlink_to(target)

    with pytest.raises(FeedRefused, match="cannot be written"):
        knowledge.export(tmp_path / "k.zip", folder)
    assert target.read_text() == "untouched"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.integers(1, 20))
def test_no_bytes_crash_the_import(noise: bytes, at: int, length: int) -> None:
    whole = zipped(GOOD)
    broken = whole[:at] + noise[:length] + whole[at + length :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of doubled names
        for raw in (b"PK" + noise, broken):
            try:
                bundle._feeds(raw, Path("/nonexistent"))
            except FeedRefused as refused:
                assert refused.message
