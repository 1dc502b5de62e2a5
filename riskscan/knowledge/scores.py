"""EPSS: how likely the use of a vulnerability is within 30 days (FIRST.org, one CSV a day).

Its first line gives the model and the day: ``#model_version:v2025.03.14,score_date:2025-09-03T...``
"""

from __future__ import annotations

import csv
import re
import zlib
from datetime import date

from pydantic import ValidationError

from riskscan.errors import FeedRefused
from riskscan.knowledge.forms import SCORES, Holding, ScoreForm

_SOURCE = "EPSS, FIRST.org"
UNPACKED_CAP = 64 * 2**20
"""Most bytes that a packed file may unpack to; a day has about 10 MB."""
_HEAD = re.compile(r"#model_version:[\w.]{1,30},score_date:(\d{4}-\d\d-\d\d)", re.ASCII)
_COLUMNS = ["cve", "epss", "percentile"]


def parse(raw: bytes, wanted: frozenset[str]) -> Holding:
    """Read the CSV, packed with gzip or not, and keep the vulnerabilities that are wanted.

    Raises FeedRefused if it is cut off, malformed or far larger than such a file is.
    """
    lines = _unpacked(raw).decode("ascii", errors="replace").split("\n")
    head = _HEAD.match(lines[0])
    if head is None or len(lines) < 3 or lines[1].strip().split(",") != _COLUMNS:
        raise FeedRefused("the scores do not begin as EPSS does: model, day, three columns")
    if lines[-1] != "":
        raise FeedRefused("the scores are cut off in mid-line")
    rows = list(csv.reader(lines[2:-1]))
    if any(len(row) != len(_COLUMNS) for row in rows):
        raise FeedRefused("a line of the scores does not have three columns")
    try:
        return Holding(
            feed=SCORES,
            as_of=date.fromisoformat(head[1]),
            source=_SOURCE,
            rows=len(rows),
            scores=tuple(
                ScoreForm(cve=cve, probability=float(score), percentile=float(rank))
                for cve, score, rank in rows
                if cve in wanted
            ),
        )
    except (ValidationError, ValueError) as error:
        raise FeedRefused("a score, or the day, is no number of its kind") from error


def _unpacked(raw: bytes) -> bytes:
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    packed = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = packed.decompress(raw, UNPACKED_CAP)
    except zlib.error as error:
        raise FeedRefused("the scores cannot be unpacked") from error
    if packed.unconsumed_tail:
        raise FeedRefused(f"the scores unpack to more than {UNPACKED_CAP >> 20} MB")
    if not packed.eof:
        raise FeedRefused("the scores are cut off")
    return text
