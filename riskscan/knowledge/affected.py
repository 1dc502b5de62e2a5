"""Which versions an advisory calls affected, read from the words that CISA uses in CSAF.

A range stands as the name of a version (CSAF 2.0, 3.1.2): ``<1.5.8``, ``<= 7.2.8.810``,
``>=3.0|<3.2``, ``vers:all/*``. What is written in any other way is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from riskscan.knowledge.forms import AffectedForm, RangeForm

_ALL: Final = ("vers:all/*", "all versions")
_PART = re.compile(r"(?P<sign><=|>=|<|=)?\s*[vV]?(?P<version>[0-9][0-9.]{0,60})", re.ASCII)
_ENDS = {"<": "before", "<=": "last", ">=": "first"}
_REPAIRED = frozenset({"fixed", "first_fixed", "known_not_affected", "recommended"})
_AFFECTED = "known_affected"
_MOST_RANGES = 50
_MOST_PRODUCTS = 200


@dataclass(frozen=True, slots=True)
class Leaf:
    """One version, or range, of a product in an advisory's tree."""

    product: str
    version: str
    id: str


def read_range(text: str) -> RangeForm | None:
    """Read one range; None if it is written in a way that is not known here."""
    said = " ".join(text.split())
    if said.casefold() in _ALL:
        return RangeForm()
    ends: dict[str, str] = {}
    for part in said.split("|"):
        found = _PART.fullmatch(part.strip())
        if found is None:
            return None
        version = found["version"].rstrip(".")
        sign = found["sign"] or "="
        wanted = ("first", "last") if sign == "=" else (_ENDS[sign],)
        if any(end in ends for end in wanted):
            return None
        ends |= dict.fromkeys(wanted, version)
    try:
        return RangeForm.model_validate(ends)
    except ValidationError:
        return None


def affected(
    leaves: Iterable[Leaf], standing: Mapping[str, frozenset[str]]
) -> tuple[AffectedForm, ...]:
    """Return each product all of whose affected versions could be read, by the order of the tree.

    ``standing`` gives the product statuses of each leaf's id (CSAF 2.0, 3.2.3.9). A product with
    one version that is not understood, or whose state is still open, is left out: to lie outside
    the rest would prove nothing.
    """
    ranges: dict[str, list[RangeForm]] = {}
    unclear: set[str] = set()
    for leaf in leaves:
        states = standing.get(leaf.id, frozenset())
        if not leaf.product or (states and states <= _REPAIRED):
            continue
        read = read_range(leaf.version) if states and states <= _REPAIRED | {_AFFECTED} else None
        if read is None:
            unclear.add(leaf.product)
        else:
            ranges.setdefault(leaf.product, []).append(read)
    clear = {product: found for product, found in ranges.items() if product not in unclear}
    return tuple(
        AffectedForm(product=product, versions=tuple(dict.fromkeys(found)))
        for product, found in list(clear.items())[:_MOST_PRODUCTS]
        if len(found) <= _MOST_RANGES
    )
