"""Makers of devices and firms behind services: ``makers.toml``, read and checked.

A maker is spelled as the fingerprints spell it (``identify/vendors.toml`` and its tables). A page
or a contact is given with the day it was looked up and the document that names it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from riskscan.errors import ConfigError
from riskscan.knowledge.forms import Form, Line
from riskscan.model import Confidence, DeviceClass
from riskscan.model.maker import Associate, Maker

_FILE = "makers.toml"
Page = Annotated[str, StringConstraints(pattern=r"^https://[^\s\x00-\x1f]{4,190}$")]
Contact = Annotated[str, StringConstraints(pattern=r"^(https://|[\w.+-]+@)[^\s@\x00-\x1f]{4,190}$")]


class _Firm(Form):
    name: Line
    also: Annotated[tuple[Line, ...], Field(max_length=12)] = ()
    classes: tuple[DeviceClass, ...] = ()
    associate: Associate
    associate_classes: tuple[DeviceClass, ...] = ()
    reason: Line
    security_page: Page | None = None
    contact: Contact | None = None
    mds2: Line | None = None
    source: Line
    confidence: Confidence
    checked_on: date | None = None

    def fact(self, service: bool) -> Maker:
        """Return it as the model has it."""
        return Maker(
            name=self.name,
            associate=self.associate,
            reason=self.reason,
            source=self.source,
            confidence=self.confidence,
            also=self.also,
            classes=self.classes,
            associate_classes=self.associate_classes,
            service=service,
            security_page=self.security_page or "",
            contact=self.contact or "",
            mds2=self.mds2 or "",
            checked_on=self.checked_on,
        )


class _Table(Form):
    as_of: date
    source: Line
    maker: tuple[_Firm, ...]
    service: tuple[_Firm, ...]


@cache
def load() -> tuple[date, tuple[Maker, ...]]:
    """Return the day of the table and its firms. Raises ConfigError if the file is broken."""
    return parse(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))


def parse(text: str) -> tuple[date, tuple[Maker, ...]]:
    """Read the table from TOML. Raises ConfigError if it is malformed or contradicts itself."""
    try:
        table = _Table.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"{_FILE} cannot be read: {error}") from error
    makers = (
        *(firm.fact(service=False) for firm in table.maker),
        *(firm.fact(service=True) for firm in table.service),
    )
    for complaint in _contradictions(makers):
        raise ConfigError(f"{_FILE}: {complaint}")
    return table.as_of, makers


def _contradictions(makers: tuple[Maker, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for maker in makers:
        for name in (maker.name, *maker.also):
            if name.casefold() in seen:
                yield f"{name} stands for two firms"
            seen.add(name.casefold())
        told = bool(maker.security_page or maker.contact)
        if told and maker.checked_on is None:
            yield f"{maker.name} has a page or contact, and no day on which it was looked up"
        if maker.service and maker.classes:
            yield f"{maker.name} is a service, and makes no class of device"
