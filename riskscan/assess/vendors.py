"""Which firms show on a network, and which of them may be business associates.

What a firm is to the practice stands in its contract, never on the wire: this names candidates to
ask about, and joins no register.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from riskscan.assess.reading import proof
from riskscan.model import Address, Confidence, Device, Evidence, Knowledge, Observation, Scan
from riskscan.model.maker import Associate, Maker

NAMING = (
    "tls.subject",
    "tls.issuer",
    "http.server",
    "http.title",
    "http.product",
    "tcp.greeting",
    "nmap.product",
    "mdns.service",
)
"""Where a program says what it is; the name of a host or a person never counts."""
_MOST_EVIDENCE = 5
"""Most evidence kept of one firm; the first of it is enough to ask."""


@dataclass(frozen=True, slots=True)
class SeenVendor:
    """A firm that something on the network comes from."""

    maker: Maker
    associate: Associate
    """YES or MAYBE, by the kinds of device that were seen; the contract decides."""
    confidence: Confidence
    """How sure it is that the firm was seen: that of the surest device."""
    addresses: tuple[Address, ...]
    """Where, in the order of the scan."""
    evidence: tuple[Evidence, ...]

    @property
    def name(self) -> str:
        """The firm."""
        return self.maker.name


def seen_vendors(scan: Scan, knowledge: Knowledge) -> tuple[SeenVendor, ...]:
    """Return the firms seen that are, or may be, business associates; surest need first.

    A firm that only sells things is left out. Firms of which nothing is known are, too: a scan
    never shows all of them.
    """
    found: dict[str, list[tuple[Device, Maker, Confidence, tuple[Evidence, ...]]]] = {}
    services = _any_of(
        tuple(name for m in knowledge.makers if m.service for name in (m.name, *m.also))
    )
    for device in scan.devices:
        for maker, sure, evidence in _firms_on(device, knowledge, services):
            found.setdefault(maker.name, []).append((device, maker, sure, evidence))
    vendors = (_joined(each) for each in found.values())
    return tuple(
        sorted(
            (v for v in vendors if v.associate is not Associate.NO),
            key=lambda v: (v.associate is not Associate.YES, v.name.casefold()),
        )
    )


def _joined(
    sightings: list[tuple[Device, Maker, Confidence, tuple[Evidence, ...]]],
) -> SeenVendor:
    """Return one firm from all devices that speak of it; those of a plain sale do not count."""
    maker = sightings[0][1]
    kept = [s for s in sightings if _associate(s[0], maker) is not Associate.NO]
    evidence = dict.fromkeys(e for _, _, _, told in kept for e in told)
    return SeenVendor(
        maker=maker,
        associate=maker.associate if kept else Associate.NO,
        confidence=max((s[2] for s in kept), key=lambda c: c.rank, default=Confidence.LOW),
        addresses=tuple(dict.fromkeys(s[0].address for s in kept)),
        evidence=tuple(evidence)[:_MOST_EVIDENCE],
    )


def _associate(device: Device, maker: Maker) -> Associate:
    if maker.service:
        return maker.associate
    return maker.associate_for(device.identity.device_class)


def _firms_on(
    device: Device, knowledge: Knowledge, services: re.Pattern[str] | None
) -> Iterator[tuple[Maker, Confidence, tuple[Evidence, ...]]]:
    """Yield the maker of a device, and each service that a program on it names."""
    seen = device.identity
    maker = knowledge.maker(seen.vendor)
    if maker is not None:
        yield maker, seen.confidence, seen.evidence[:_MOST_EVIDENCE]
    named: dict[str, list[Observation]] = {}
    for told in device.host.observations if services else ():
        if services and told.key in NAMING:
            for word in services.finditer(told.value):
                named.setdefault(word[0].casefold(), []).append(told)
    for spelling, told_it in named.items():
        service = knowledge.maker(spelling)
        if service is not None and service is not maker:
            says = f"names {service.name}"
            yield service, Confidence.MEDIUM, proof(told_it[:_MOST_EVIDENCE], says)


@lru_cache(maxsize=8)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Match whole names: ``Datto`` and not ``Dattoria``; the longer of two first."""
    if not names:
        return None
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{listed})(?![^\W_])", re.IGNORECASE)
