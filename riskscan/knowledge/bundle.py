"""Knowledge in files: a bundle that one laptop exports and another imports, or feeds as published.

A bundle is a ZIP of ``MANIFEST.sha256`` (``sha256sum -c`` reads it) and one JSON file per feed.
Nothing is ever unpacked to disk: three fixed names are read from it, each up to a cap.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from riskscan.errors import FeedRefused
from riskscan.knowledge import advisories, held
from riskscan.knowledge.current import in_force
from riskscan.knowledge.forms import ADVISORIES, FEEDS, KNOWN_EXPLOITED, SCORES, Holding
from riskscan.knowledge.renewal import CAPS, Outcome, read, take

MANIFEST = "MANIFEST.sha256"
_MANIFEST_CAP = 4096
_LINE = re.compile(r"([0-9a-f]{64})  ([a-z-]{1,40}\.json)", re.ASCII)
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The same facts give the same bundle, byte for byte."""
BUNDLE_CAP = 64 * 2**20


def export(target: Path, where: Path) -> tuple[str, ...]:
    """Write the feeds in force to a bundle of mode 0600; return their names.

    Raises FeedRefused if the file cannot be written.
    """
    parts = {
        f"{feed}.json": holding.model_dump_json(exclude_defaults=True).encode()
        for feed in FEEDS
        if (holding := in_force(where, feed).holding)
    }
    lines = (f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in parts.items())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, raw in {MANIFEST: "".join(lines).encode(), **parts}.items():
            bundle.writestr(zipfile.ZipInfo(name, _BEGINNING), raw, zipfile.ZIP_DEFLATED)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(packed.getvalue())
    except OSError as error:
        raise FeedRefused(f"{target} cannot be written: {error.strerror}") from error
    return tuple(parts)


def take_files(files: Sequence[Path], where: Path, today: date) -> tuple[Outcome, ...]:
    """Import bundles, and feeds as their makers publish them; each file is known by its content.

    A file that is refused leaves the others alone. Of a bundle that is damaged nothing is taken.
    """
    outcomes: list[Outcome] = []
    # The scores come last: the others say which of them are wanted.
    for file, raw in sorted(_contents(files, outcomes), key=lambda each: _kind(each[1]) == SCORES):
        try:
            new = _feeds(raw, where)
        except FeedRefused as error:
            outcomes.append(Outcome(file.name, error.message, refused=True))
        else:
            outcomes.extend(_taken(each, where, today) for each in new)
    return tuple(outcomes)


def _taken(new: Holding, where: Path, today: date) -> Outcome:
    try:
        return take(new, where, today)
    except FeedRefused as error:
        return Outcome(new.feed, error.message, refused=True)


def _contents(files: Sequence[Path], outcomes: list[Outcome]) -> Iterator[tuple[Path, bytes]]:
    for file in files:
        try:
            with file.open("rb") as opened:
                raw = opened.read(BUNDLE_CAP + 1)
        except OSError as error:
            outcomes.append(Outcome(file.name, error.strerror or "cannot be read", refused=True))
            continue
        if len(raw) > BUNDLE_CAP:
            text = f"is larger than {BUNDLE_CAP >> 20} MB"
            outcomes.append(Outcome(file.name, text, refused=True))
            continue
        yield file, raw


def _kind(raw: bytes) -> str:
    """Say what a file is by its first bytes and words; '' for a bundle."""
    if raw.startswith(b"PK"):
        return ""
    if raw.startswith((b"\x1f\x8b", b"#model_version")):
        return SCORES
    return ADVISORIES if b'"csaf_version"' in raw else KNOWN_EXPLOITED


def _feeds(raw: bytes, where: Path) -> tuple[Holding, ...]:
    kind = _kind(raw)
    if not kind:
        return _unpacked(raw)
    if kind != ADVISORIES:
        if len(raw) > CAPS[kind]:
            raise FeedRefused(f"it is larger than {CAPS[kind] >> 20} MB")
        return (read(kind, raw, where),)
    return (_with(raw, where),)


def _with(raw: bytes, where: Path) -> Holding:
    """Add one advisory to those in force."""
    new = advisories.parse(raw)
    present = in_force(where, ADVISORIES).holding
    known = {each.id: each for each in (present.advisories if present else ())}
    old = known.get(new.id)
    if old and old.released and new.released and new.released < old.released:
        raise FeedRefused(f"it is of {new.released}, older than what is held ({old.released})")
    as_of = max(day for day in (new.released, present.as_of if present else None) if day)
    return advisories.collected((*known.values(), new), as_of)


def _unpacked(raw: bytes) -> tuple[Holding, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as bundle:
            sums = _manifest(bundle)
            return tuple(_part(bundle, name, wanted) for name, wanted in sums.items())
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError) as error:
        raise FeedRefused("the bundle is damaged") from error
    except (RuntimeError, ValueError, OSError) as error:  # encrypted, another method, odd headers
        raise FeedRefused("the bundle cannot be unpacked") from error


def _manifest(bundle: zipfile.ZipFile) -> dict[str, str]:
    """Return name to SHA-256. Every other file than those of the manifest is refused."""
    text = _capped(bundle, MANIFEST, _MANIFEST_CAP).decode("ascii", errors="replace")
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    sums = {found[2]: found[1] for found in lines if found}
    allowed = {f"{feed}.json" for feed in FEEDS}
    if not sums or None in lines or len(sums) != len(lines) or not sums.keys() <= allowed:
        raise FeedRefused("the bundle's manifest is not one of riskscan's")
    if sorted(bundle.namelist()) != sorted([MANIFEST, *sums]):
        raise FeedRefused("the bundle holds other files than its manifest names")
    return sums


def _part(bundle: zipfile.ZipFile, name: str, wanted: str) -> Holding:
    raw = _capped(bundle, name, held.FILE_CAP)
    if hashlib.sha256(raw).hexdigest() != wanted:
        raise FeedRefused(f"{name} is not what the bundle's manifest says (SHA-256)")
    return held.understood(raw, name.removesuffix(".json"))


def _capped(bundle: zipfile.ZipFile, name: str, cap: int) -> bytes:
    try:
        if bundle.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FeedRefused(f"{name} is packed in a way that riskscan does not use")
        with bundle.open(name) as file:
            raw = file.read(cap + 1)
    except KeyError as error:
        raise FeedRefused(f"the bundle lacks {name}") from error
    if len(raw) > cap:
        raise FeedRefused(f"{name} unpacks to more than {cap:,} bytes")
    return raw
