"""Lakeside Family Clinic: the one table of what is built and what is true.

To add a host, add an entry to the module of its kind. A weakness stands here if and only if the
servers beside it show it: a finding that is not in the table is a false one. ``maker`` and
``product`` stand where a polite question is answered with them. MAC prefixes are those of the IEEE
registry.
"""

from __future__ import annotations

from riskscan.lab.clinic.billing import BILLING_OFFICE
from riskscan.lab.clinic.desks import DESKS
from riskscan.lab.clinic.machines import MACHINES
from riskscan.lab.clinic.medical import MEDICAL
from riskscan.lab.clinic.network import NETWORK_GEAR
from riskscan.lab.clinic.things import THINGS
from riskscan.lab.host import LabHost
from riskscan.model import DeviceClass

CLINIC_NETWORKS: tuple[str, ...] = ("192.168.50.0/24", "192.168.60.0/24")
"""The segment of the scanner, and one that is reached through the router."""

NETWORK_WEAKNESSES: tuple[str, ...] = ("network.flat",)
"""True of the network as a whole: imaging, pumps, desks and a tablet share one segment."""

SCANNER = LabHost(
    name="scanner",
    address="192.168.50.10",
    mac="3c:97:0e:5a:10:10",
    device_class=DeviceClass.LAPTOP,
    vendor="Wistron InfoComm",
    what="the technician's laptop, from which the scan looks; no part of the clinic",
    plausible=("inventory.unidentified",),  # it offers nothing to itself
)

CLINIC: tuple[LabHost, ...] = NETWORK_GEAR + DESKS + MEDICAL + MACHINES + THINGS + BILLING_OFFICE
"""Every device of the clinic; the scanner is not among them."""
