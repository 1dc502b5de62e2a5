"""The two published matrices by which levels are combined: looked up, never multiplied.

They are tables G-5 and I-2 of NIST SP 800-30 r1 (tables 3 and 7 of SP 800-66 r2). There is no
single convention, so every report prints the two that were used.
"""

from __future__ import annotations

from riskscan.model import Level


def _rows(text: str) -> dict[Level, dict[Level, Level]]:
    """Read a matrix: one row per level from very high down, one column from very low up."""
    letters = {"VL": 0, "L": 1, "M": 2, "H": 3, "VH": 4}
    rows = [[Level.at(letters[word]) for word in line.split()] for line in text.split("\n")]
    return {
        Level.at(4 - down): {Level.at(across): cell for across, cell in enumerate(row)}
        for down, row in enumerate(rows)
    }


LIKELIHOOD = _rows(
    """\
L M H VH VH
L M M H VH
L L M M H
VL L L M M
VL VL L L L"""
)
"""Overall likelihood: [event starts][event leads to harm] (table G-5)."""

RISK = _rows(
    """\
VL L M H VH
VL L M H VH
VL L M M H
VL L L L M
VL VL VL L L"""
)
"""Level of risk: [likelihood][impact] (table I-2)."""
