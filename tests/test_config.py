"""What a technician writes is understood, or refused with the place and what was meant."""

from __future__ import annotations

import tomllib
from datetime import date
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import HOSTILE, MACS, of

from riskscan.config import load_answers, load_site, render_site
from riskscan.discover import parse_scope
from riskscan.errors import ConfigError, ScopeError
from riskscan.model import Answer, AnswerValue, Consent, PracticeSize, Scope, Site, Zone

WHOLE = """
practice = "Lakeside Family Clinic"
size = "medium"
networks = ["192.168.1.0/24", "192.168.2.10-12"]
exclude = ["192.168.1.77", "00-09-FB"]
gentle = ["192.168.1.20", "00:03:B1", "fd00::7"]
allow_anonymous = ["192.168.1.30", "00-09-FB"]
vantage = "front desk"
zone = "office"
assessor = "Sam Reed, Reed IT"

[consent]
given_by = "Dr. Dana Lake"
role = "owner"
on = 2026-11-20
patient_connected = "the monitor in room 2, excluded"
"""

ANSWERS = """
[[answer]]
control = "A05"
value = "yes"
person = "Dana Lake"
role = "practice manager"
on = 2026-11-21
document = "Appointment, 2026-02-01"

[[answer]]
control = "T09"
value = "not applicable"
person = "Sam Reed"
on = 2026-11-21
note = "nothing leaves the building"
"""


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    return tmp_path / "site.toml"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_site_file_is_a_site(site_file: Path) -> None:
    assert load_site(written(site_file, WHOLE)) == Site(
        practice="Lakeside Family Clinic",
        scope=parse_scope(["192.168.1.0/24", "192.168.2.10-12"], ["192.168.1.77", "00:09:fb"]),
        size=PracticeSize.MEDIUM,
        consent=Consent(
            "Dr. Dana Lake", date(2026, 11, 20), "owner", "the monitor in room 2, excluded"
        ),
        vantage="front desk",
        zone=Zone.OFFICE,
        gentle=("192.168.1.20", "00:03:b1", "fd00::7/128"),
        allow_anonymous=("192.168.1.30", "00:09:fb"),
        assessor="Sam Reed, Reed IT",
    )


def test_practice_and_networks_are_enough(site_file: Path) -> None:
    site = load_site(written(site_file, 'practice = "X"\nnetworks = ["10.0.0.5"]\n'))

    assert site == Site("X", Scope((ip_network("10.0.0.5/32"),)))


def test_a_file_saved_by_a_windows_editor_is_read(site_file: Path) -> None:
    site_file.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())

    assert load_site(site_file).practice == "Lakeside Family Clinic"


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("networks =", "netwroks =", "line 4: there is no key 'netwroks' here", "'networks'"),
        ("role =", "rolle =", "line 14: there is no key 'rolle' here", "'role'"),
        ("vantage =", "zzz =", "line 8: there is no key 'zzz' here", "known keys: allow_anonymous"),
        ('"medium"', '"huge"', "line 3: size: Input should be 'small', 'medium' or", None),
        ("2026-11-20", '"yesterday"', "line 15: consent.on: ", None),
        ("given_by =", "# given_by =", "line 12: 'given_by' is missing", None),
        ("practice =", "# practice =", "toml: 'practice' is missing", None),
        ('"Lakeside Family Clinic"', '"  "', "line 2: practice: must not be empty", None),
        ('"Lakeside Family Clinic"', "7", "line 2: practice: Input should be a valid str", None),
        ('"192.168.1.20"', '"room 2"', "line 6: gentle.1: is not an address, a network", None),
        ('"192.168.1.30"', '"the pump"', "line 7: allow_anonymous.1: is not an address", None),
        ('["192.168.1.0/24", "192.168.2.10-12"]', "[]", "line 4: networks: ", None),
        ('zone = "office"', 'zone = "lobby"', "line 9: zone: Input should be 'guest',", None),
        ('"front desk"', "front desk", "is not TOML: .* line 8", "quotes"),
    ],
)
def test_a_mistake_is_said_with_its_line_and_what_was_meant(
    site_file: Path, old: str, new: str, message: str, hint: str | None
) -> None:
    written(site_file, WHOLE.replace(old, new, 1))

    with pytest.raises(ConfigError, match=message) as caught:
        load_site(site_file)

    assert str(site_file) in caught.value.message
    assert hint is None or hint in (caught.value.hint or "")


def test_one_mistake_is_said_and_the_others_are_counted(site_file: Path) -> None:
    written(site_file, WHOLE.replace("medium", "huge").replace("role", "rolle"))

    with pytest.raises(ConfigError, match=r"rolle.*\(and 1 more\)"):
        load_site(site_file)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"192.168.1.0/24"', '"192.168.1.0/240"', "line 4: networks: not an address"),
        ('"192.168.1.0/24"', '"8.8.8.0/24"', "line 4: networks: 8.8.8.0/24 holds public"),
        ('"192.168.1.0/24"', '"10.0.0.0/8"', "line 4: networks: the targets span"),
        ('"192.168.1.77"', '"192.168.1.777"', "line 5: exclude: not an address"),
    ],
)
def test_a_network_that_may_not_be_scanned_is_refused_by_the_line(
    site_file: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ScopeError, match=message):
        load_site(written(site_file, WHOLE.replace(old, new)))


def test_public_and_large_networks_may_be_allowed(site_file: Path) -> None:
    public = written(site_file, WHOLE.replace("192.168.1.0/24", "8.8.0.0/15"))

    site = load_site(public, allow_public=True, allow_large=True)

    assert ip_network("8.8.0.0/15") in site.scope.include


@pytest.mark.parametrize("load", [load_site, load_answers])
def test_a_file_that_is_absent_or_not_text_is_said_so(load: object, tmp_path: Path) -> None:
    assert callable(load)
    with pytest.raises(ConfigError, match="there is no file"):
        load(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'practice = "Caf\xe9"')
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "latin.toml")


NAMES = HOSTILE.filter(str.strip)
PLACES = st.one_of(
    st.builds("10.{}.{}.0/{}".format, st.integers(0, 9), st.integers(0, 255), st.integers(20, 32)),
    st.builds("192.168.1.{}-{}".format, st.integers(0, 120), st.integers(121, 255)),
    st.builds("fd00::{:x}/{}".format, st.integers(0, 65535), st.integers(120, 128)),
)
SCOPES = st.builds(
    parse_scope,
    st.lists(PLACES, min_size=1, max_size=4),
    st.lists(PLACES | MACS | MACS.map(lambda mac: mac[:8]), max_size=4),
    allow_large=st.just(True),
)
SITES = of(
    Site,
    practice=NAMES,
    scope=SCOPES,
    consent=st.none() | of(Consent, given_by=NAMES),
    gentle=st.lists(st.sampled_from(["10.0.0.7", "10.0.0.0/24", "00:09:fb"])).map(tuple),
    allow_anonymous=st.lists(st.sampled_from(["10.0.0.8", "10.0.0.0/24", "00:09:fb"])).map(tuple),
)


@given(SITES)
def test_a_rendered_site_is_loaded_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, site: Site
) -> None:
    path = tmp_path_factory.getbasetemp() / "rendered.toml"
    path.write_bytes(render_site(site).encode())

    assert load_site(path, allow_large=True) == site


@given(SITES)
def test_a_rendered_site_shows_every_character_it_holds(site: Site) -> None:
    text = render_site(site)

    assert all(line.isprintable() for line in text.split("\n"))
    assert set(tomllib.loads(text)) <= {
        "practice",
        "size",
        "networks",
        "exclude",
        "gentle",
        "allow_anonymous",
        "vantage",
        "zone",
        "assessor",
        "consent",
    }


def test_a_new_site_file_allows_no_anonymous_greeting_and_says_what_that_would_risk() -> None:
    text = render_site(Site("X", parse_scope(["10.0.0.0/24"])))

    assert "allow_anonymous = []" in text
    assert "it can stop" in text.partition("allow_anonymous = []")[0]


def test_a_range_is_rendered_as_it_was_typed() -> None:
    site = Site("X", parse_scope(["192.168.1.10-40", "10.0.0.5"], ["192.168.1.20-21"]))

    text = render_site(site)

    assert 'networks = ["192.168.1.10-192.168.1.40", "10.0.0.5"]' in text
    assert 'exclude = ["192.168.1.20/31"]' in text


def test_the_notes_of_a_site_without_consent_become_one_when_uncommented() -> None:
    text = render_site(Site("X", parse_scope(["10.0.0.0/24"])))
    head, _, notes = text.partition("# [consent]")
    asked = "\n".join(line.removeprefix("# ") for line in ("# [consent]" + notes).splitlines())

    assert tomllib.loads(head + asked)["consent"]["given_by"] == "Dr. Dana Lake"


def test_answers_are_read_in_their_order(tmp_path: Path) -> None:
    path = written(tmp_path / "answers.toml", ANSWERS)

    assert load_answers(path) == (
        Answer(
            "A05",
            AnswerValue.YES,
            "Dana Lake",
            date(2026, 11, 21),
            role="practice manager",
            document="Appointment, 2026-02-01",
        ),
        Answer(
            "T09",
            AnswerValue.NOT_APPLICABLE,
            "Sam Reed",
            date(2026, 11, 21),
            note="nothing leaves the building",
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ('"T09"', '"164.312(e)"', "line 11: answer.2.control: is not the id of a", None),
        ('"not applicable"', '"n/a"', "line 12: answer.2.value: .*'not applicable'", None),
        ('"Sam Reed"', '""', "line 13: answer.2.person: must not be empty", None),
        ("note =", "notes =", "line 15: there is no key 'notes' here", "did you mean 'note'?"),
        ("[[answer]]", "[[answers]]", "line 2: there is no key 'answers' here", "'answer'"),
        ("on = 2026-11-21\nnote", "note", "line 10: answer.2.on: must not be empty", None),
        (ANSWERS, "", "'answer' is missing", None),
    ],
)
def test_a_mistake_in_an_answer_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, message: str, hint: str | None
) -> None:
    text = ANSWERS.replace(old, new)

    with pytest.raises(ConfigError, match=message) as caught:
        load_answers(written(tmp_path / "answers.toml", text))

    assert hint is None or hint in (caught.value.hint or "")
