"""What the maker of a product says about putting a weakness right: facts beside a check's text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from riskscan.errors import RuleError
from riskscan.model import Device, DeviceClass, Knowledge, Maker

_FILE = "remediation.toml"
_MOST_TOLD = 3
"""Most products that one action speaks of; the findings have each its own."""
Line = Annotated[str, StringConstraints(min_length=2, max_length=500, pattern=r"^[^\n]+$")]


class Advice(BaseModel):
    """One or two sentences for one product, with the document that they come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: Annotated[tuple[str, ...], Field(min_length=1)]
    vendor: Line | None = None
    product: Line | None = None
    os: Line | None = None
    classes: tuple[DeviceClass, ...] = ()
    text: Line
    source: Line

    @property
    def subject(self) -> str:
        """Name what it is about: ``Orthanc``, ``HP``."""
        return " ".join(part for part in (self.vendor, self.product, self.os) if part)

    def fits(self, device: Device) -> bool:
        """Say whether a device is of this maker, product, system and kind."""
        seen = device.identity
        return (
            _begins(seen.vendor, self.vendor)
            and _begins(seen.product, self.product)
            and _begins(seen.os_family, self.os)
            and (not self.classes or seen.device_class in self.classes)
        )


def advice_for(check: str, device: Device) -> Advice | None:
    """Return what is known for a check on a device; None if nothing is, as for most.

    Raises :class:`RuleError` if the shipped file is malformed.
    """
    return next((each for each in _by_check().get(check, ()) if each.fits(device)), None)


def maker_of(device: Device, knowledge: Knowledge) -> Maker | None:
    """Return whose updates put a device right; None if that firm is not known.

    On a computer with Windows that is Microsoft, whoever built it; on a medical device it is its
    maker, whatever it runs.
    """
    seen = device.identity
    is_windows = _begins(seen.os_family, "Windows") and not seen.device_class.is_medical
    return knowledge.maker("Microsoft" if is_windows else seen.vendor)


def for_makers(check: str, devices: Iterable[Device], knowledge: Knowledge) -> str:
    """Return in one text what is known for a check on some devices; '' if nothing is.

    First what makers say of this weakness, then where they publish on security.
    """
    listed = tuple(devices)
    found = (advice_for(check, device) for device in listed)
    told = list(dict.fromkeys(each for each in found if each))
    said = "".join(f" On {each.subject}: {each.text}" for each in told[:_MOST_TOLD])
    return said + _pages(listed, knowledge)


def _pages(devices: Iterable[Device], knowledge: Knowledge) -> str:
    """Name where the makers publish on security, with the newest day of looking it up."""
    makers = dict.fromkeys(m for d in devices if (m := maker_of(d, knowledge)) and m.security_page)
    if not makers:
        return ""
    named = list(makers)[:_MOST_TOLD]
    pages = "; ".join(f"{m.name}, {m.security_page}" for m in named)
    looked_up = max(m.checked_on for m in named if m.checked_on)
    return f" What the maker publishes on security (looked up {looked_up}): {pages}"


def _begins(seen: str | None, wanted: str | None) -> bool:
    words, first = (seen or "").casefold().split(), (wanted or "").casefold().split()
    return words[: len(first)] == first


@cache
def _by_check() -> dict[str, tuple[Advice, ...]]:
    table: dict[str, tuple[Advice, ...]] = {}
    for each in load():
        for check in each.checks:
            table[check] = (*table.get(check, ()), each)
    return table


@cache
def load() -> tuple[Advice, ...]:
    """Return all that is shipped. Raises :class:`RuleError` if the file is malformed."""
    text = (files("riskscan.assess") / _FILE).read_text(encoding="utf-8")
    try:
        return tuple(Advice.model_validate(each) for each in tomllib.loads(text)["advice"])
    except (tomllib.TOMLDecodeError, KeyError, ValidationError) as problem:
        raise RuleError(f"{_FILE} cannot be read: {problem}", "Correct the file.") from problem
