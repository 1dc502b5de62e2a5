"""Values as TOML text that shows all it says."""

from __future__ import annotations

from collections.abc import Iterable

_SHORT = {'"': '"', "\\": "\\", "\n": "n", "\r": "r", "\t": "t"}
"""Characters that TOML escapes with a single letter."""


def listed(texts: Iterable[str]) -> str:
    """Write a list of strings, on one line if it fits."""
    items = [quoted(text) for text in texts]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= 80 else "[\n    " + ",\n    ".join(items) + ",\n]"


def quoted(text: str) -> str:
    """Write a TOML string; what cannot be seen is escaped, so that the file shows all it says."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return "\\" + _SHORT[character]
    if character.isprintable():
        return character
    return f"\\U{ord(character):08x}"
