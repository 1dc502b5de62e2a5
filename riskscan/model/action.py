"""The risk management plan: what to do, by whom, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskscan.model.level import Level
from riskscan.model.registers import ActionStatus


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do: a line of the risk management plan."""

    id: str
    """``ACT-01``."""
    title: str
    how: str
    owner: str
    """A role until a person is named: ``IT provider``."""
    due: date
    cost: str
    """A band: ``none``, ``under $1,000`` ..."""
    level: Level
    """Highest level among its risks."""
    risks: tuple[str, ...]
    findings: tuple[str, ...]
    criterion: str
    """How a later scan or a document shows that it is done."""
    key: str = ""
    """What it answers, the same in every assessment: ``cleartext.telnet/device``."""
    status: ActionStatus = ActionStatus.PLANNED
    note: str = ""
    verified_by: str = ""
    """Id of the scan or title of the document that showed it; empty until then."""
    entry: str = ""
    """Id of the entry of the actions register that says so; empty if nobody has touched it."""
    interim: str = ""
    """What helps until it is done."""
    vendor: str = ""
    """Firm that helps with it."""
