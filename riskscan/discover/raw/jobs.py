"""Everything that needs a raw socket, by name. What is not here cannot be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from riskscan.discover.brake import Brake
from riskscan.discover.raw.arp import sweep_segment
from riskscan.discover.raw.beyond import ask_beyond
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.introduce_job import introduce
from riskscan.discover.raw.listen import listen
from riskscan.discover.raw.neighbours6 import neighbours6
from riskscan.discover.raw.nmap_job import nmap
from riskscan.discover.raw.ports_job import forget, ports
from riskscan.discover.raw.session import Session

Job = Callable[[Session, Message, Emit, Brake], None]
"""Does one job in the calling thread. ``brake`` is pulled when its caller walks away.

Checks its parameters as if an enemy had written them: raises ``ValueError`` for what it does not
understand, and never sends to an address that the session's scope does not allow."""

JOBS: Mapping[str, Job] = MappingProxyType(
    {
        "ports": ports,
        "forget": forget,
        "nmap": nmap,
        "introduce": introduce,
        "listen": listen,
        "neighbours6": neighbours6,
        "arp": sweep_segment,
        "beyond": ask_beyond,
    }
)
