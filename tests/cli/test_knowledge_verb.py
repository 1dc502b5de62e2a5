"""``riskscan knowledge``: ages are told, refusals have an exit code, and nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from knowledge.feed_server import FeedServer, catalogue, csaf, epss, serving

from riskscan.cli.group import cli

FEEDS = ["end-of-support", "known-exploited", "epss", "medical-advisories", "makers"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RISKSCAN_KNOWLEDGE", str(tmp_path / "held"))
    monkeypatch.setattr(
        "riskscan.cli.knowledge.now", lambda: datetime(2026, 11, 21, 12, tzinfo=UTC)
    )
    return tmp_path / "held"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serving(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        running.serve("/kev", catalogue())
        running.serve("/changes.csv", b"2026/icsma-26-300-01.json,2026-10-27T06:00:00Z\n")
        running.serve("/2026/icsma-26-300-01.json", csaf())
        running.serve("/epss", epss())
        yield running


def riskscan(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["knowledge", *map(str, words)])


def mirrors(server: FeedServer) -> list[str]:
    places = {"known-exploited": "kev", "medical-advisories": "changes.csv", "epss": "epss"}
    return [w for f, p in places.items() for w in ("--source", f"{f}={server.url}/{p}")]


def test_status_tells_age_and_size_and_notes_what_is_old() -> None:
    done = riskscan("status", "--format", "json")
    rows = {row["feed"]: row for row in json.loads(done.stdout)}

    assert done.exit_code == 0
    assert list(rows) == FEEDS
    assert rows["known-exploited"]["age_days"] == 453
    assert rows["known-exploited"]["stale"] is True
    assert rows["epss"]["as_of"] is None
    assert "note: known-exploited is 453 days old; run: riskscan knowledge update" in done.stderr


def test_status_is_quiet_about_what_was_renewed(server: FeedServer) -> None:
    assert riskscan("update", *mirrors(server)).exit_code == 0
    done = riskscan("status")

    assert done.exit_code == 0
    assert "renewed" in done.stdout
    assert "known-exploited" not in done.stderr
    assert "epss" not in done.stderr


def test_a_damaged_file_is_told_in_the_status(folder: Path) -> None:
    folder.mkdir()
    (folder / "epss.json").write_text("{")

    assert "epss.json is damaged" in riskscan("status").stderr


def test_an_update_that_was_refused_ends_with_code_3_and_keeps_the_others(
    server: FeedServer, folder: Path
) -> None:
    server.serve("/kev", catalogue()[:-1])
    done = riskscan("update", *mirrors(server))

    assert done.exit_code == 3
    assert "known-exploited: not taken: the catalogue cannot be read" in done.stderr
    assert "what was held before is still in force" in done.stderr
    assert sorted(file.name for file in folder.iterdir()) == [
        "epss.json",
        "medical-advisories.json",
    ]


@pytest.mark.parametrize("mirror", ["epss", "other=https://127.0.0.1/"])
def test_a_source_that_is_no_feed_is_wrong_usage(mirror: str) -> None:
    assert riskscan("update", "--source", mirror).exit_code == 2


def test_what_is_exported_is_imported_elsewhere(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    riskscan("update", *mirrors(server))
    assert "wrote" in riskscan("export", "-o", tmp_path / "k.zip").stdout
    monkeypatch.setenv("RISKSCAN_KNOWLEDGE", str(tmp_path / "there"))
    done = riskscan("import", tmp_path / "k.zip")

    assert done.exit_code == 0
    assert "known-exploited: 12 facts of 2026-11-20" in done.stdout


def test_a_file_that_is_no_feed_ends_with_code_3(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "\x1b[2Jx.json").write_bytes(b"{}")
    done = riskscan("import", tmp_path / "\x1b[2Jx.json")

    assert done.exit_code == 3
    assert "\x1b" not in done.output
    assert not folder.exists()


def test_the_rule_and_the_practice_sets_grow_old_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def notes(on: datetime) -> list[str]:
        monkeypatch.setattr("riskscan.cli.knowledge.now", lambda: on)
        said = riskscan("status").stderr
        return [line for line in said.splitlines() if "last held against its source" in line]

    assert notes(datetime(2026, 11, 22, tzinfo=UTC)) == []
    old = notes(datetime(2027, 6, 1, tzinfo=UTC))
    assert any("HIPAA Security Rule" in line for line in old)
    assert len(old) == 5
