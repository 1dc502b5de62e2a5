"""The port engine: TCP port states of many hosts at once, by one thread over one raw socket.

``packets`` builds and reads what goes over the wire, ``clock`` says when a host may hear the next
packet, ``peer`` keeps what is known of it, ``asking`` decides which port is next, ``line`` owns
the sockets, ``scheduler`` turns the wheel.
It stands in for nmap wherever Linux gives a raw socket, because nmap bounds what it sends and not
what one device feels.
"""

from __future__ import annotations

from riskscan.discover.raw.engine.scheduler import PortEngine

__all__ = ["PortEngine"]
