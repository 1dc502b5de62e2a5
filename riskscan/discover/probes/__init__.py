"""One polite question per file.

A probe knows a protocol and nothing of scope, pace or threads: the dialer holds those. Its
docstring lists, in order, the bytes that it sends and why they cannot harm. To add one: a module
here, a line in ``PROBES``, a test. May import: the dialer, the faults, :mod:`riskscan.model`.

One decision: ``ask`` is a generator, so that what was learned before a failure is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from riskscan.discover.dialer import Dialer
from riskscan.discover.probes.amqp import Amqp
from riskscan.discover.probes.dicom import Dicom
from riskscan.discover.probes.ftp_anonymous import FtpAnonymous
from riskscan.discover.probes.greeting import Greeting
from riskscan.discover.probes.http import Http
from riskscan.discover.probes.http_ntlm import HttpNtlm
from riskscan.discover.probes.ipmi import Ipmi
from riskscan.discover.probes.ipp import Ipp
from riskscan.discover.probes.ldap import Ldap
from riskscan.discover.probes.mdns import Mdns
from riskscan.discover.probes.memcached import Memcached
from riskscan.discover.probes.mllp import Mllp
from riskscan.discover.probes.mongodb import MongoDb
from riskscan.discover.probes.mqtt import Mqtt
from riskscan.discover.probes.mssql import MsSql
from riskscan.discover.probes.mssql_browser import MsSqlBrowser
from riskscan.discover.probes.netbios import NetBios
from riskscan.discover.probes.nfs import Nfs
from riskscan.discover.probes.postgres import Postgres
from riskscan.discover.probes.rdp import Rdp
from riskscan.discover.probes.redis import Redis
from riskscan.discover.probes.rtsp import Rtsp
from riskscan.discover.probes.sip import Sip
from riskscan.discover.probes.smb import Smb
from riskscan.discover.probes.smb_guest import SmbGuest
from riskscan.discover.probes.snmp import Snmp
from riskscan.discover.probes.ssdp import Ssdp
from riskscan.discover.probes.ssh import Ssh
from riskscan.discover.probes.starttls import StartTls
from riskscan.discover.probes.tftp import Tftp
from riskscan.discover.probes.tls import Tls
from riskscan.discover.probes.upper_layer import UpperLayer
from riskscan.discover.probes.vnc import Vnc
from riskscan.discover.probes.wsd import Wsd
from riskscan.model import Host, Observation, Policy


class Probe(Protocol):
    """A question, the ports it fits, and the devices that may be asked it."""

    @property
    def name(self) -> str: ...

    @property
    def protocol(self) -> str:
        """``tcp`` or ``udp``."""

    @property
    def policies(self) -> frozenset[Policy]:
        """Policies under which it may be asked at all."""

    def wants(self, host: Host) -> tuple[int, ...]:
        """Return the ports of this host that it fits, given all that is known so far."""

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        """Ask, and yield each fact as it is learned. Raises a ``Fault`` where it fails."""


PROBES: dict[str, Probe] = {
    "tls": Tls(),
    "dicom": Dicom(),
    "upper_layer": UpperLayer(),
    "mllp": Mllp(),
    "wsd": Wsd(),
    "http": Http(),
    "ssh": Ssh(),
    "smb": Smb(),
    "rdp": Rdp(),
    "http_ntlm": HttpNtlm(),
    "netbios": NetBios(),
    "ldap": Ldap(),
    "vnc": Vnc(),
    "postgres": Postgres(),
    "mssql": MsSql(),
    "mssql_browser": MsSqlBrowser(),
    "redis": Redis(),
    "mongodb": MongoDb(),
    "memcached": Memcached(),
    "mqtt": Mqtt(),
    "amqp": Amqp(),
    "nfs": Nfs(),
    "ipp": Ipp(),
    "rtsp": Rtsp(),
    "mdns": Mdns(),
    "ssdp": Ssdp(),
    "sip": Sip(),
    "ipmi": Ipmi(),
    "snmp": Snmp(),
    "tftp": Tftp(),
    "greeting": Greeting(),
    "starttls": StartTls(),
    "ftp_anonymous": FtpAnonymous(),
    "smb_guest": SmbGuest(),
}
"""Every probe, in the order of asking: ``tls`` first, since others speak inside it; the medical
ones next, since what they learn makes the rest gentler; ``greeting`` takes what is left. Sessions
for strangers come after all that could show a medical device, which is not asked for one."""

FOR_STRANGERS = frozenset({"ldap", "mqtt", "ftp_anonymous", "smb_guest"})
"""Probes that introduce themselves as a stranger, in one connection. A device that may be medical
is asked none of these, unless the site file allows it (``allow_anonymous``). NFS is not among
them: its export list is a listing, and takes more than one connection."""
