"""Entries as people type them: every register, every field, and what is refused."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import MOMENTS

from riskscan.cli.register_rows import spreadsheet
from riskscan.config import field_help, parse_entry, read_rows, words_of, write_entry
from riskscan.errors import ConfigError
from riskscan.model import (
    REGISTERS,
    Acceptance,
    ActionEntry,
    ActionStatus,
    AddressableDecision,
    Content,
    DeviceException,
    Entry,
    FdaSubmission,
    Known,
    Level,
    ListedDevice,
    ThreatView,
    Vendor,
    Worth,
)

VENDORS = REGISTERS["vendors"]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_LINE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(
    lambda text: " ".join(text.split())
)
"""What fits in a cell: no control characters, and no white space at its ends."""

_NAMING = {
    AddressableDecision: {"control": st.sampled_from(["A06", "T03", "P01"])},
    ThreatView: {"threat": st.sampled_from(["T01", "T13"])},
    Worth: {"device_class": st.sampled_from(["pacs_archive", "workstation"])},
    DeviceException: {"checks": st.sampled_from(["", "cleartext.telnet", "smb.version-1"])},
    Acceptance: {"risk": st.just("K-0a1b2c3d")},
    ListedDevice: {"name": st.just("Exam room PC")},
}
"""Fields that name something that must exist."""


def contents(kind: type[Content]) -> st.SearchStrategy[Content]:
    named = _NAMING.get(kind, {})
    free = {name: strategy for name, strategy in _fields(kind).items() if name not in named}
    return st.builds(kind, **named, **free)


def _fields(kind: type[Content]) -> dict[str, st.SearchStrategy[object]]:
    hints = get_type_hints(kind)
    table: dict[str, st.SearchStrategy[object]] = {}
    for field in fields(kind):
        if hints[field.name] is str:
            required = field.default is MISSING
            table[field.name] = _LINE.filter(bool) if required else _LINE
        elif int in get_args(hints[field.name]):
            table[field.name] = st.none() | st.integers(0, 10**6)
        else:
            table[field.name] = st.from_type(hints[field.name])
    return table


ENTRIES = st.sampled_from(sorted(REGISTERS)).flatmap(
    lambda name: st.builds(
        Entry,
        register=st.just(name),
        id=st.just(f"{REGISTERS[name].prefix}-07"),
        content=contents(REGISTERS[name].content),
        person=st.just("Dana Lake"),
        made_at=MOMENTS,
    )
)


@given(entry=ENTRIES)
def test_an_entry_of_any_register_comes_back_from_its_words(entry: Entry) -> None:
    register = REGISTERS[entry.register]

    assert parse_entry(register, write_entry(entry.content)) == entry.content


@given(entry=ENTRIES)
def test_an_entry_of_any_register_comes_back_from_its_spreadsheet(
    entry: Entry, tmp_path_factory: pytest.TempPathFactory
) -> None:
    register = REGISTERS[entry.register]
    path = tmp_path_factory.mktemp("sheet") / "entries.csv"
    path.write_text(spreadsheet(register, [entry]), encoding="utf-8-sig", newline="")

    (line,) = read_rows(path, register)

    assert line.id == entry.id
    assert parse_entry(register, line.written, onto=entry.content) == entry.content


def test_no_cell_of_a_spreadsheet_is_a_formula() -> None:
    vendor = Vendor(name="=HYPERLINK(1)", service="+1 800", contact="'=1", note="@SUM(A1)")
    entry = Entry("vendors", "VEN-01", vendor, "Dana Lake", NOON)

    cells = spreadsheet(VENDORS, [entry]).splitlines()[1].split(",")

    assert not [cell for cell in cells if cell.lstrip('"')[:1] in {"=", "+", "-", "@"}]


@pytest.mark.parametrize("name", sorted(REGISTERS))
def test_every_field_says_what_it_holds(name: str) -> None:
    for field, says in field_help(REGISTERS[name]).items():
        assert len(says) > 8, field


@pytest.mark.parametrize(
    ("register", "written", "message", "hint"),
    [
        ("vendors", {"nam": "X"}, "vendors have no field 'nam'", "did you mean 'name'"),
        ("vendors", {"service": "billing"}, "a vendor needs name", "Name of the firm"),
        ("vendors", {"name": " "}, "a vendor needs name", "Name of the firm"),
        (
            "vendors",
            {"name": "X", "agreement_on": "3/1/25"},
            "agreement_on cannot be",
            "2026-11-22",
        ),
        ("vendors", {"name": "X", "clauses": "maybe"}, "clauses cannot be 'maybe'", "yes, no, unk"),
        ("systems", {"name": "X", "patients": "-4"}, "patients cannot be '-4'", "whole number"),
        ("systems", {"name": "X" * 1001}, "longer than 1000", None),
        ("addressable", {"control": "A05"}, "A05 is no addressable", "A06"),
        ("threats", {"threat": "T99"}, "no threat 'T99'", "T01"),
        ("worth", {"device_class": "pacs"}, "no class 'pacs'", "pacs_archive"),
        ("exceptions", {"device": "10.0.0.1", "checks": "cleartext.telent"}, "no check", "telnet"),
        ("acceptances", {"risk": "R-003"}, "'R-003' is no key of a risk", "riskscan risks"),
    ],
)
def test_a_mistake_is_said_with_what_was_meant(
    register: str, written: dict[str, str], message: str, hint: str | None
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_entry(REGISTERS[register], written)

    assert message in caught.value.message
    assert hint is None or hint in (caught.value.hint or "")


def test_words_are_read_as_people_write_them() -> None:
    exception = parse_entry(
        REGISTERS["exceptions"],
        {"device": "10.0.0.1", "fda": "Not an FDA device", "ephi": "Y", "supported": "?"},
    )
    assert exception == DeviceException(
        "10.0.0.1",
        fda=FdaSubmission.NOT_A_DEVICE,
        ephi=Known.YES,
        supported=Known.UNKNOWN,
    )
    done = parse_entry(REGISTERS["todo"], {"action": "own.lock", "status": "done", "level": "High"})
    assert done == ActionEntry("own.lock", status=ActionStatus.DONE_UNVERIFIED, level=Level.HIGH)
    assert words_of(REGISTERS["worth"], "integrity") == tuple(str(level) for level in Level)


def test_an_edit_changes_only_what_is_given_and_an_empty_field_empties_it() -> None:
    before = Vendor("Northlight", "PACS", agreement_on=date(2025, 3, 1), note="old")

    after = parse_entry(VENDORS, {"agreement_on": "", "service": "EHR"}, onto=before)

    assert after == Vendor("Northlight", "EHR", note="old")


def test_a_spreadsheet_with_semicolons_and_a_mark_in_front_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vendors.csv"
    path.write_bytes("\ufeffName;Agreement on\r\nNorthlight;2025-03-01\r\n;\r\n".encode())

    (line,) = read_rows(path, VENDORS)

    assert parse_entry(VENDORS, line.written) == Vendor("Northlight", agreement_on=date(2025, 3, 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("name,colour\nX,red\n", "line 1: there is no field 'colour'"),
        ("name,name\nX,Y\n", "line 1: there is a column twice"),
        ("name,note\nX,a,b\n", "line 2: there are 3 cells under 2 headings"),
        ("name,clauses\nX,yes\nY,perhaps\n", "line 3: clauses cannot be 'perhaps'"),
        ('name,note\nX,"open\n', "is not a table"),
    ],
)
def test_a_wrong_spreadsheet_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "vendors.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        read_rows(path, VENDORS)

    assert message in caught.value.message
