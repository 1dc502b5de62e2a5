"""What a technician can ask and say about one device of a stored scan."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from strategies import a_scan

from riskscan.cli.group import cli
from riskscan.identify import identify, load_rules, observed
from riskscan.model import Host, Outcome, ProbeResult
from riskscan.store import Store

MAC = "70:b3:d5:53:f0:23"  # Abbott


def host(address: str, mac: str | None, *texts: str) -> Host:
    seen = tuple(observed(text) for text in texts)
    answered = ProbeResult("http", 80, "tcp", Outcome.ANSWERED, seen)
    return Host(ip_address(address), mac, ("arp",), probe_results=(answered,))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A scan of an analyzer, and of a web server behind a router."""
    path, rules = tmp_path / "clinic.db", load_rules()
    hosts = (host("10.0.0.23", MAC), host("10.9.0.1", None, "http.title@80=OpenEMR Login"))
    with Store.open(path) as store:
        scan = replace(a_scan(), rules_revision="old")
        store.begin(scan)
        for each in hosts:
            store.record(scan.id, identify(each, rules))
    return path


def run(database: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--db", str(database)])


def listed(database: Path) -> dict[str, dict[str, object]]:
    rows = json.loads(run(database, "devices", "--format", "json").stdout)
    return {row["address"]: row for row in rows}


SET = ("devices", "set", MAC, "--class", "lab analyzer", "--product", "Piccolo Xpress")


def test_a_device_says_why_it_is_taken_for_what_it_is(database: Path) -> None:
    told = run(database, "devices", "show", "10.9.0.1").stdout

    assert "For Health record or practice-management server (9 points)" in told
    assert "http.title on port 80 = OpenEMR Login [web-health.openemr]" in told


def test_json_of_one_device_holds_the_list_keys_and_the_account(database: Path) -> None:
    told = json.loads(run(database, "devices", "show", MAC, "--format", "json").stdout)

    assert told["class"] == "lab_analyzer"
    assert told["candidates"][0]["class"] == "lab_analyzer"
    assert told["candidates"][0]["evidence"][0]["value"] == MAC


def test_what_a_person_says_stands_at_once_with_name_and_reason(database: Path) -> None:
    done = run(database, *SET, "--location", "bench 2", "--by", "R. Tech", "--note", "type plate")

    assert done.exit_code == 0, done.output
    row = listed(database)["10.0.0.23"]
    assert (row["product"], row["location"], row["confidence"]) == (
        "Piccolo Xpress",
        "bench 2",
        "high",
    )
    assert "R. Tech said on" in run(database, "devices", "show", MAC).stdout


def test_no_fingerprint_overrides_a_correction_and_a_later_word_keeps_the_earlier(
    database: Path,
) -> None:
    run(database, *SET, "--by", "R. Tech")
    run(database, "devices", "set", MAC, "--owner", "Dana Lake", "--by", "D. Other")
    run(database, "identify")

    row = listed(database)["10.0.0.23"]
    assert (row["product"], row["owner"], row["rule"]) == (
        "Piccolo Xpress",
        "Dana Lake",
        "site.correction",
    )
    with Store.open(database, writer=False) as store:
        assert [c.author for c in store.corrections()] == ["R. Tech", "D. Other"]


def test_a_correction_follows_the_device_to_a_new_address(database: Path) -> None:
    run(database, *SET, "--by", "R. Tech")
    with Store.open(database, writer=False) as store:
        corrections = store.corrections()

    from riskscan.identify import corrected

    moved = corrected(identify(host("10.0.0.99", MAC), load_rules()), corrections)
    other = corrected(identify(host("10.0.0.23", None), load_rules()), corrections)
    assert moved.identity.product == "Piccolo Xpress"
    assert other.identity.product is None


def test_a_correction_that_contradicts_keeps_what_was_seen_as_evidence_against(
    database: Path,
) -> None:
    run(database, "devices", "set", MAC, "--class", "scanner", "--by", "R. Tech")

    with Store.open(database, writer=False) as store:
        scan = store.latest()
    assert scan
    identity = scan.devices[0].identity
    assert identity.device_class.value == "scanner"
    assert any(e.observation.value == MAC for e in identity.against)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", MAC, "--class", "labanalyzer", "--by", "T"), "Did you mean lab_analyzer?"),
        (("set", MAC, "--class", "scanner"), "say who you are"),
        (("set", MAC, "--by", "T"), "say at least one of"),
        (("show", "10.0.0.77"), "holds no device '10.0.0.77'"),
    ],
)
def test_what_is_mistyped_is_said_with_a_hint(
    database: Path, words: tuple[str, ...], said: str
) -> None:
    done = run(database, "devices", *words)

    assert done.exit_code in (2, 3)
    assert said in done.output


def test_other_rules_identify_a_stored_scan_anew_without_its_observations_changing(
    database: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text(
        """
[[rule]]
id = "mine.portal"
device_class = "nas_storage"
product = "OpenEMR"
confidence = "high"
says = "our own word for it"
source = "our own"
all = [{ key = "http.title", equals = "OpenEMR Login" }, { key = "http.title", matches = '^Open' }]
examples = [{ observe = { "http.title" = "OpenEMR Login" } }]
"""
    )
    with Store.open(database, writer=False) as store:
        before = store.latest()
    done = run(database, "identify", "--rules", str(rules), "--format", "json")

    with Store.open(database, writer=False) as store:
        after = store.latest()
    assert before and after
    assert [d.host for d in before.devices] == [d.host for d in after.devices]
    assert after.rules_revision != before.rules_revision
    changed = {row["address"]: row for row in json.loads(done.stdout)}
    assert "10.9.0.1" in changed
    assert run(database, "identify").exit_code == 0
    assert listed(database)["10.9.0.1"]["rule"] == "web-health.openemr"
