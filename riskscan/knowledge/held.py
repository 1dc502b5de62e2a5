"""What was fetched or imported since riskscan was installed: one JSON file per feed, mode 0600."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from riskscan.errors import FeedRefused
from riskscan.knowledge.forms import FEEDS, Holding

FILE_CAP = 64 * 2**20
"""Largest file that is read, in bytes; the whole catalogue takes about half a megabyte."""


def folder() -> Path:
    """Return the folder of this user's knowledge; it need not exist.

    ``RISKSCAN_KNOWLEDGE``, else ``riskscan/knowledge`` in ``XDG_DATA_HOME`` or ``~/.local/share``
    (XDG Base Directory Specification).
    """
    if own := os.environ.get("RISKSCAN_KNOWLEDGE"):
        return Path(own)
    shared = Path(os.environ.get("XDG_DATA_HOME", ""))
    base = shared if shared.is_absolute() else Path.home() / ".local" / "share"
    return base / "riskscan" / "knowledge"


def path_of(where: Path, feed: str) -> Path:
    """Return the file of a feed."""
    return where / f"{feed}.json"


def stamp(where: Path) -> tuple[tuple[int, int, int] | None, ...]:
    """Return what changes when a file of the folder does."""
    return tuple(_stamp(path_of(where, feed)) for feed in FEEDS)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def read(where: Path, feed: str) -> Holding | None:
    """Return what is held of a feed, None if nothing is. Raises FeedRefused if it is damaged."""
    try:
        with path_of(where, feed).open("rb") as file:
            raw = file.read(FILE_CAP + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FeedRefused(f"{path_of(where, feed)} cannot be read: {error.strerror}") from error
    return understood(raw, feed)


def understood(raw: bytes, feed: str) -> Holding:
    """Read a held file. Raises FeedRefused if it is too large, damaged or of another feed."""
    if len(raw) > FILE_CAP:
        raise FeedRefused(f"{feed}.json is larger than {FILE_CAP >> 20} MB")
    try:
        holding = Holding.model_validate_json(raw)
    except ValidationError as error:
        raise FeedRefused(f"{feed}.json is damaged") from error
    if holding.feed != feed:
        raise FeedRefused(f"{feed}.json holds {holding.feed}")
    return holding


def write(where: Path, holding: Holding) -> None:
    """Put a feed in the place of what was held; a reader sees the old file or the new one.

    Raises FeedRefused if the folder cannot be written.
    """
    text = holding.model_dump_json(exclude_defaults=True).encode()
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=where)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path_of(where, holding.feed))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _settle(where)
    except OSError as error:
        raise FeedRefused(f"{where} cannot be written: {error.strerror}") from error


def _settle(where: Path) -> None:
    """Have the new name itself survive a power cut."""
    descriptor = os.open(where, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
