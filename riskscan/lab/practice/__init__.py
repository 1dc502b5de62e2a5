"""Whose clinic it is: the site that the demo scans, and what its people answered and keep.

The answers and registers are those of a plausible family practice with imaging. Some of what it
believes of itself is not so, and the scan shows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from ipaddress import ip_network

from riskscan.lab.clinic import CLINIC_NETWORKS
from riskscan.model import REGISTERS, Consent, Scope, Site, Zone

ANSWERS = "answers.toml"
"""The file of answers; every other file is named after its register."""

_DAY = re.compile(r"\{today([+-]\d{1,4})\}")


def demo_site() -> Site:
    """Return the practice that the demo scans: all of the clinic, and nothing else in the world."""
    networks = tuple(ip_network(network) for network in CLINIC_NETWORKS)
    return Site(
        practice="Lakeside Family Clinic (demonstration)",
        scope=Scope(include=networks),
        consent=Consent(
            given_by="nobody: every device is simulated",
            patient_connected="The infusion pump and the patient monitor are simulated too.",
        ),
        vantage="front office",
        zone=Zone.OFFICE,
        assessor="Sam Reed, Harborline IT (fictional)",
    )


def demo_files(today: date) -> Mapping[str, str]:
    """Return what the demo practice answered and keeps, by file name, as of a day.

    ``answers.toml`` comes first, then one spreadsheet for each register that holds anything. Days
    stand in the files as ``{today-12}``, so that they are as fresh on any day: twelve days before
    ``today``.
    """
    folder = files("riskscan.lab.practice")
    names = (ANSWERS, *(f"{register}.csv" for register in REGISTERS))
    held = {name: folder / name for name in names}
    return {
        name: _DAY.sub(
            lambda offset: (today + timedelta(days=int(offset[1]))).isoformat(),
            file.read_text(encoding="utf-8"),
        )
        for name, file in held.items()
        if file.is_file()
    }
