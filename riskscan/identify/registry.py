"""The 24-bit blocks, asked through mac-vendor-lookup and answered from the shipped list alone."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib.resources import files

from mac_vendor_lookup import AsyncMacLookup, VendorNotFoundError


def packed_rows(name: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield prefix and holder from a packed ``PREFIX:HOLDER`` file of ``identify/prefixes``."""
    packed = files("riskscan.identify").joinpath("prefixes", name).read_bytes()
    for line in gzip.decompress(packed).splitlines():
        prefix, _, holder = line.partition(b":")
        yield prefix, holder


class ShippedLookup(AsyncMacLookup):  # type: ignore[misc]  # the package has no types
    """mac-vendor-lookup held to our own file.

    As it comes, it searches the home directory and downloads the registry when it finds no list.
    Here the list is always there, and what would open a connection is gone.
    """

    def find_vendors_list(self) -> None:
        """Name no file outside the package: there is none to look for."""

    async def load_vendors(self) -> None:
        """Read the shipped list. Nothing is awaited, so no event loop is needed."""
        self.prefixes = dict(packed_rows("ma-l.txt.gz"))

    async def update_vendors(self, url: str = "") -> None:
        raise RuntimeError(f"riskscan never fetches MAC prefixes (asked for {url!r})")

    def holder(self, mac: str) -> str | None:
        """Return who holds the 24-bit block of ``mac``, or None."""
        # Its own synchronous class needs an event loop of its own and breaks inside a running one.
        # No await in lookup() ever suspends here, so a single step runs it to its end.
        question = self.lookup(mac)
        try:
            question.send(None)
        except StopIteration as answer:
            return str(answer.value)
        except VendorNotFoundError:
            return None
        question.close()
        raise RuntimeError("mac-vendor-lookup waited for something; it has nothing to wait for")
