"""What a person wrote about a practice: site.toml as a Site, an answers file as Answers.

Text is parsed here and ends here. A mistake is said with the file, the line and the key, and
with the key that was probably meant.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from ipaddress import IPv4Address, ip_network, summarize_address_range
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from riskscan.errors import ConfigError, ScopeError
from riskscan.model import Address, Answer, AnswerValue, Consent, Network, PracticeSize, Scope, Site

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){2,5}")
_LONGEST_RANGE = 4096
"""Addresses in the longest range that ``discover.parse_scope`` takes."""

_CONTROL = re.compile(r"[APTO]\d\d")
_SHORT = {'"': '"', "\\": "\\", "\n": "n", "\r": "r", "\t": "t"}
"""Characters that TOML escapes with a single letter."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _gentle(text: str) -> str:
    """Return an address, a network or a MAC prefix in the one form that is compared later."""
    mac = text.strip().lower().replace("-", ":")
    if _MAC.fullmatch(mac):
        return mac
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError("is not an address, a network or a MAC prefix of 3 bytes") from None
    return text.strip() if network.version == 4 else str(network)


def _control_id(text: str) -> str:
    if not _CONTROL.fullmatch(text):
        raise ValueError("is not the id of a control, such as A05, P02, T09 or O01")
    return text


Said = Annotated[str, AfterValidator(_not_blank)]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _ConsentText(_Text):
    given_by: Said
    role: str = ""
    on: date | None = None
    patient_connected: str = ""


class _SiteText(_Text):
    practice: Said
    size: PracticeSize = PracticeSize.SMALL
    networks: list[str] = Field(min_length=1)
    exclude: list[str] = []
    gentle: list[Annotated[str, AfterValidator(_gentle)]] = []
    vantage: str = ""
    assessor: str = ""
    consent: _ConsentText | None = None


class _AnswerText(_Text):
    control: Annotated[str, AfterValidator(_control_id)]
    value: AnswerValue
    person: Said
    role: str = ""
    on: date
    note: str = ""
    document: str = ""


class _AnswersText(_Text):
    answer: list[_AnswerText]


_Shape = TypeVar("_Shape", bound=_Text)


def load_site(path: Path, *, allow_public: bool = False, allow_large: bool = False) -> Site:
    """Read a site file.

    Raises ConfigError for what is not understood, and ScopeError for networks that may not be
    scanned as they are written.
    """
    text = _read(path, "make one with: riskscan init")
    site = _parse(path, text, _SiteText)
    return Site(
        practice=site.practice,
        scope=_scope(path, text, site, allow_public=allow_public, allow_large=allow_large),
        size=site.size,
        consent=_consent(site.consent),
        vantage=site.vantage,
        gentle=tuple(site.gentle),
        assessor=site.assessor,
    )


def _consent(text: _ConsentText | None) -> Consent | None:
    if text is None:
        return None
    return Consent(text.given_by, text.on, text.role, text.patient_connected)


def _scope(
    path: Path, text: str, site: _SiteText, *, allow_public: bool, allow_large: bool
) -> Scope:
    from riskscan.discover import parse_scope

    key = "networks"
    try:
        parse_scope(site.networks, allow_public=allow_public, allow_large=allow_large)
        key = "exclude"
        return parse_scope(
            site.networks, site.exclude, allow_public=allow_public, allow_large=allow_large
        )
    except ScopeError as error:
        place = _place(path, text, (key,))
        raise ScopeError(f"{place}: {key}: {error.message}", error.hint) from error


def load_answers(path: Path) -> tuple[Answer, ...]:
    """Read a file of ``[[answer]]`` tables, in its order. Raises ConfigError."""
    text = _read(path, "see the README for what an answers file looks like")
    answers = _parse(path, text, _AnswersText).answer
    return tuple(
        Answer(
            control=a.control,
            value=a.value,
            person=f"{a.person}, {a.role}" if a.role else a.person,
            on=a.on,
            note=a.note,
            document=a.document,
        )
        for a in answers
    )


def _read(path: Path, hint: str) -> str:
    try:
        # utf-8-sig: editors on Windows put a mark in front.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"there is no file {path}", hint) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text in UTF-8", "save it again as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def _parse(path: Path, text: str, shape: type[_Shape]) -> _Shape:
    try:
        return shape.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not TOML: {error}",
            'text stands in "quotes", a list in [brackets], and a # begins a comment',
        ) from error
    except ValidationError as error:
        raise _complaint(path, text, shape, error) from error


def _complaint(path: Path, text: str, shape: type[_Text], error: ValidationError) -> ConfigError:
    """Say the first mistake of a file, and how many more there are."""
    # A misspelt key first: it explains the one that is missing.
    first, *rest = sorted(
        error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden"
    )
    place, key = first["loc"], str(first["loc"][-1])
    hint = None
    match first["type"]:
        case "extra_forbidden":
            said = f"there is no key {key!r} here"
            known = sorted(_keys_beside(shape, place))
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"
        case "missing":
            said = f"{key!r} is missing"
        case _:
            said = f"{_dotted(place)}: {first['msg'].removeprefix('Value error, ')}"
    more = f" (and {len(rest)} more)" if rest else ""
    return ConfigError(f"{_place(path, text, place)}: {said}{more}", hint)


def _keys_beside(shape: type[_Text], place: Sequence[int | str]) -> set[str]:
    tables: dict[object, type[_Text]] = {"consent": _ConsentText, "answer": _AnswerText}
    return set((tables.get(place[0], shape) if len(place) > 1 else shape).model_fields)


def _dotted(place: Sequence[int | str]) -> str:
    return ".".join(str(p + 1) if isinstance(p, int) else p for p in place)


def _place(path: Path, text: str, place: Sequence[int | str]) -> str:
    line = _line_of(text, place)
    return f"{path}, line {line}" if line else str(path)


def _line_of(text: str, place: Sequence[int | str]) -> int | None:
    """Return the line of a key, or of its table where the key is absent; None if neither is."""
    wanted = tuple(place)
    header = None
    for number, table, key in _keys(text):
        here = (*table, key) if key else table
        # ("answer", 1, "on") is a key of a table, ("networks", 1) an item of a list.
        if key and here == wanted[: len(here)]:
            return number
        if not key and here[: len(wanted)] == wanted[: len(here)]:
            header = header or number
    return header


def _keys(text: str) -> Iterator[tuple[int, tuple[int | str, ...], str]]:
    """Yield line, table and key of what begins on each line; the key of a header is empty."""
    table: tuple[int | str, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([A-Za-z_-]+)\s*\]", line):
            name = header[2]
            counts[name] = counts.get(name, -1) + 1
            table = (name, counts[name]) if header[1] == "[[" else (name,)
            yield number, table, ""
        elif pair := re.match(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=", line):
            yield number, table, pair[1]


SITE_TEMPLATE = """\
# What riskscan knows about the practice. Lines that begin with # are notes for you.

practice = {practice}

# Providers in the practice. small: 1 to 10, medium: 11 to 50, large: more.
size = {size}

# The networks to scan: an address, a network or a range.
# Example: ["192.168.1.0/24", "192.168.2.10-40"]
networks = {networks}

# Never touched: addresses, networks, ranges, MAC addresses, or the first three bytes of a MAC.
# Put here whatever is connected to a patient. Example: ["192.168.1.77", "00:09:fb"]
exclude = {exclude}

# Touched, but always as gently as an infusion pump. The same forms, without ranges.
gentle = {gentle}

# Where the scanning machine is plugged in: "front desk", "server closet".
vantage = {vantage}

# Who runs the scan: your name and firm.
assessor = {assessor}

# Who allowed the scan. Do not scan without it.
"""

_CONSENT = """\
[consent]
given_by = {given_by}
role = {role}
{on}
# Which devices are connected to a patient right now, and are they excluded?
patient_connected = {patient_connected}
"""

_NO_CONSENT = """\
# [consent]
# given_by = "Dr. Dana Lake"
# role = "owner"
# on = 2026-11-21
# patient_connected = "none today"
"""


def render_site(site: Site) -> str:
    """Return site.toml with notes for the technician; :func:`load_site` gives the site back."""
    scope = site.scope
    text = SITE_TEMPLATE.format(
        practice=_quoted(site.practice),
        size=_quoted(site.size.value),
        networks=_listed(_typed(scope.include)),
        exclude=_listed([*_typed(scope.exclude), *scope.exclude_macs]),
        gentle=_listed(site.gentle),
        vantage=_quoted(site.vantage),
        assessor=_quoted(site.assessor),
    )
    return text + (_rendered(site.consent) if site.consent else _NO_CONSENT)


def _rendered(consent: Consent) -> str:
    return _CONSENT.format(
        given_by=_quoted(consent.given_by),
        role=_quoted(consent.role),
        on=f"on = {consent.on.isoformat()}" if consent.on else "# on = 2026-11-21",
        patient_connected=_quoted(consent.patient_connected),
    )


def _typed(networks: Sequence[Network]) -> Iterator[str]:
    """Write networks as a person types them: a run of single addresses as one range."""
    for run in _runs(networks):
        if len(run) > 1 and _pieces(run[0][0], run[-1][-1]) == run:
            yield f"{run[0][0]}-{run[-1][-1]}"
        else:
            yield from (str(n[0]) if n.num_addresses == 1 else str(n) for n in run)


def _runs(networks: Sequence[Network]) -> Iterator[list[Network]]:
    """Split where one network does not begin right after the one before it."""
    run: list[Network] = []
    for network in networks:
        if run and (network.version != 4 or int(network[0]) != int(run[-1][-1]) + 1):
            yield run
            run = []
        run.append(network)
    if run:
        yield run


def _pieces(first: Address, last: Address) -> list[Network]:
    """Return what ``discover.parse_scope`` makes of a range: nothing wider than two addresses."""
    pieces: list[Network] = []
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        if int(last) - int(first) >= _LONGEST_RANGE:
            return []
        for network in summarize_address_range(first, last):
            pieces += network.subnets(new_prefix=max(31, network.prefixlen))
    return pieces


def _listed(texts: Iterable[str]) -> str:
    items = [_quoted(text) for text in texts]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= 80 else "[\n    " + ",\n    ".join(items) + ",\n]"


def _quoted(text: str) -> str:
    """Write a TOML string; what cannot be seen is escaped, so that the file shows all it says."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return "\\" + _SHORT[character]
    if character.isprintable():
        return character
    return f"\\U{ord(character):08x}"
