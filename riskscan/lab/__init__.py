"""A clinic in a box: a practice's network in private namespaces, with real protocol servers.

Stands beside the story: it is what a scan is shown to, when no practice may be. Every host is a
process with a network namespace of its own, a MAC address of the true maker's block and servers
that speak their protocol as far as a polite scanner asks. Nothing leaves those namespaces, and
nothing outlives the process that made them. One decision: one table (:data:`CLINIC`) is both
what is built and what is true, so a test compares a scan with the table and with nothing else.
May import: :mod:`riskscan.model`, :mod:`riskscan.errors`.
"""

from riskscan.lab.clinic import CLINIC, CLINIC_NETWORKS, NETWORK_WEAKNESSES, SCANNER
from riskscan.lab.host import Counts, LabHost, truth
from riskscan.lab.lab import Lab
from riskscan.lab.line import Line
from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.practice import demo_files, demo_site
from riskscan.lab.wire import WireLab
from riskscan.lab.wire_table import WireHost, practice
from riskscan.lab.wire_trouble import Frailty, Front, Move, Reply, Sleep, SwitchPort

__all__ = [
    "CLINIC",
    "CLINIC_NETWORKS",
    "NETWORK_WEAKNESSES",
    "PATIENT_NAMES",
    "SCANNER",
    "Counts",
    "Frailty",
    "Front",
    "Lab",
    "LabHost",
    "Line",
    "Move",
    "Reply",
    "Sleep",
    "SwitchPort",
    "WireHost",
    "WireLab",
    "demo_files",
    "demo_site",
    "practice",
    "truth",
]
