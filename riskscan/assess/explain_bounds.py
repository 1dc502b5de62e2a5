"""What would bring one risk to its best or its worst level, in words."""

from __future__ import annotations

from collections.abc import Sequence

from riskscan.assess.exposure import UNTESTED
from riskscan.assess.register import Group
from riskscan.assess.scenario import MOVES_ON
from riskscan.model import DeviceClass, Risk


def _testable(risk: Risk) -> bool:
    """Say whether a scan from elsewhere could tell how far it can be reached from."""
    return bool(risk.findings or (risk.threat.id == MOVES_ON and risk.members))


def if_well(risk: Risk, group: Group | None) -> str:
    """Say what would bring a risk to its best level."""
    if risk.best is risk.level:
        return "nothing that is open could lower it"
    parts = []
    if _testable(risk) and risk.exposure == UNTESTED:
        parts.append("if tests show that office and guest networks cannot reach it")
    if group is not None and not group.confirmed:
        parts.append("if the weakness turns out not to be there")
    if risk.device_class is DeviceClass.UNKNOWN:
        parts.append("if the unidentified device is of little worth")
    if risk.asks:
        parts.append(f"if {_asked(risk.asks)} turns out well")
    return "; ".join(parts)


def _asked(ids: Sequence[str]) -> str:
    """Name some questions in a sentence: ``what A08, E09 and E01 ask``."""
    *first, last = ids
    return f"what {', '.join(first)} and {last} ask" if first else f"what {last} asks"


def if_badly(risk: Risk, group: Group | None) -> str:
    """Say what would bring a risk to its worst level."""
    if risk.worst is risk.level:
        return "nothing that is open could raise it"
    parts = []
    if _testable(risk) and risk.exposure == UNTESTED:
        parts.append("if a test shows that the guest network reaches it")
    if group is not None and not group.confirmed:
        parts.append("if the weakness is confirmed")
    if risk.device_class is DeviceClass.UNKNOWN:
        parts.append("if the unidentified device is of the highest worth")
    if risk.asks:
        parts.append(f"if {_asked(risk.asks)} turns out badly")
    elif not parts:
        parts.append("if such devices are there after all")
    return "; ".join(parts)
