"""1. Who is there? The only package that sends packets to devices.

``parse_scope`` says where packets may go, ``preflight`` looks at the machine they leave from, and
``sweep`` yields each device when it is finished: found by ARP or ICMP, its TCP ports asked by
``engine`` (UDP ports, and all where there is no raw socket, by nmap), its services asked by
``probes``, one polite question per file. Threads live only here.

May import: :mod:`riskscan.model`, :mod:`riskscan.errors`, scapy, nmap, pynetdicom, pysnmp, sockets.

One decision: the pace belongs to the engine and not to a probe. Every probe passes the ``dialer``,
every other sender reads ``pace``, so that no new question can be asked faster than a device bears.
"""

from __future__ import annotations

from riskscan.discover.pace import PACES
from riskscan.discover.preflight import Preflight, preflight
from riskscan.discover.scope import parse_scope
from riskscan.discover.surroundings import local_segments
from riskscan.discover.sweep import sweep
from riskscan.discover.sweep_notices import CUT_SHORT

__all__ = ["CUT_SHORT", "PACES", "Preflight", "local_segments", "parse_scope", "preflight", "sweep"]
