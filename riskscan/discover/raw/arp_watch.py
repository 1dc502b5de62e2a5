"""Whether the network turned silent because it was swept: pure, moments are passed in.

Switches with Dynamic ARP Inspection shut a port down that asks by ARP more than 15 times a second
(Cisco's default for untrusted ports). From then on nobody answers, and it would look as if nobody
were there.
"""

from __future__ import annotations

WINDOW = 3.0
"""Seconds from the start of the sweep in which silence is laid to the sweep."""

_EVERY = 0.4
_ENOUGH = 4
"""Questions to somebody known to be there, all without an answer by anybody."""


class SilenceWatch:
    """Asks somebody known to be there, now and then, while the sweep is young."""

    def __init__(self, begun: float) -> None:
        self._until = begun + WINDOW
        self._next = begun + _EVERY
        self._unanswered = 0

    def is_young(self, now: float) -> bool:
        """Say whether what goes wrong now is likely the doing of the sweep."""
        return now < self._until

    def heard(self) -> None:
        """Note an answer, whoever gave it."""
        self._unanswered = 0

    def is_due(self, now: float) -> bool:
        """Say whether the one known to be there should be asked again."""
        open_question = 0 < self._unanswered < _ENOUGH
        return now >= self._next and (now < self._until or open_question)

    def asked(self, now: float) -> None:
        """Note that it was asked."""
        self._unanswered += 1
        self._next = now + _EVERY

    def is_silent(self, now: float) -> bool:
        """Say whether all questions in a row came to nothing, the last one too."""
        return self._unanswered >= _ENOUGH and now >= self._next
