"""MAC address to holder of its block: 36 bits before 28 before 24, and local addresses first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscan.identify.registry import ShippedLookup

_NARROW = (9, 7)
"""Hex digits of the 36- and the 28-bit blocks, longest first."""


@dataclass(frozen=True, slots=True)
class MacOrigin:
    """What a MAC address alone says."""

    digits: str
    """Twelve upper-case hex digits."""
    holder: str | None
    """Who holds the block in the IEEE registry; None if nobody, or if the address is local."""
    local: bool
    """The second-lowest bit of the first octet is set: chosen by software, often at random."""
    multicast: bool
    """The lowest bit of the first octet is set: no network card has such an address."""


def mac_digits(mac: str | None) -> str | None:
    """Return the twelve upper-case hex digits of a MAC address, or None if it is not one."""
    digits = re.sub(r"[:.\-]", "", mac or "").upper()
    return digits if re.fullmatch(r"[0-9A-F]{12}", digits) else None


def origin(mac: str | None) -> MacOrigin | None:
    """Read a MAC address; None if it is absent or malformed. Works offline, always."""
    digits = mac_digits(mac)
    return None if digits is None else _origin(digits)


@lru_cache(maxsize=4096)
def _origin(digits: str) -> MacOrigin:
    first = int(digits[:2], 16)
    local, multicast = bool(first & 2), bool(first & 1)
    holder = None if local or multicast else _holder(digits)
    return MacOrigin(digits, holder, local, multicast)


def _holder(digits: str) -> str | None:
    narrow = narrow_blocks()
    for length in _NARROW:
        found = narrow.get(digits[:length].encode())
        if found is not None:
            return found.decode()
    return _wide().holder(digits)


@lru_cache(maxsize=1)
def narrow_blocks() -> dict[bytes, bytes]:
    """The 28- and 36-bit blocks, by their 7 or 9 hex digits."""
    from riskscan.identify.registry import packed_rows

    return dict(packed_rows("ma-m-s.txt.gz"))


@lru_cache(maxsize=1)
def _wide() -> ShippedLookup:
    # Imported on first use: mac-vendor-lookup brings an HTTP client that takes 0.2 s to import.
    from riskscan.identify.registry import ShippedLookup

    return ShippedLookup()
