"""Services of a robust device that no probe of ours has understood: nmap is asked to name them.

Only ``nmap -sV`` at a low intensity, on one port at a time, in a thorough scan, on a server or on
network gear that is known as such. Operating system detection (``-O``) is never used, on no
device: it sends malformed packets, and that none is ever sent outranks what it would tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from riskscan.discover.brake import Brake
from riskscan.discover.ports import FORBIDDEN_PORTS
from riskscan.discover.raw.nmap_job import run
from riskscan.errors import NmapFailed
from riskscan.model import Address, Host, Observation, Outcome, ProbeResult

NAME = "nmap-version"
"""The name under which the results stand among those of the probes."""

MOST_CONNECTIONS = 6
"""Connections to one port at intensity 2 or lower, one after the other: one finds it open, one
listens, the others each ask one thing (measured on a port that accepts and never speaks)."""

_HOST_TIMEOUT = 45
"""Seconds that nmap may spend on one port."""

PATIENCE = _HOST_TIMEOUT + 15.0
"""Seconds after which nmap is taken to hang, and killed."""

_LONGEST_OUTPUT = 100_000
_NO_SCRIPTS = Path(__file__).with_name("no_scripts")

NEVER_NAMED = FORBIDDEN_PORTS | frozenset(
    {
        # DICOM, where it is registered and where archives and modalities put it
        *(104, 105, 1234, 2345, 2761, 2762, 4006, 4096, 4100, 4105, 4242, 5104, 5678, 5679, 7777),
        *(8104, 10104, *range(11110, 11116), 11119, 20104, 22104),
        # HL7, laboratory and dental middleware, health record servers, patient monitors
        *(1972, 2575, 3001, 6660, 6661, 6662, 7002, 8042, 8043, 23796, 24005, 24105, 51000),
        *(51773, 52773, 56773, 57772),
        # serial device servers: data and command ports, and their set-up
        *(771, 4800, 4900, 10001, 10002, 14001, 30718),
        *range(950, 998),
        *range(2001, 2033),
        *range(3002, 3009),
        *range(4001, 4033),
        # printers and label printers, and what they share with computers
        *(280, 427, 515, 631, 3702, 5357, 6101, 7627, 9200, 9290, 9400, 9500),
        *range(9100, 9108),
        # building automation and industrial control: S7, Modbus, BACnet, Fox, DNP3, EtherNet/IP,
        # IEC 60870-5-104, FINS, MELSEC, PCWorx, Crimson, SRTP, ProConOS, PROFINET, HART, OPC UA
        *(102, 502, 789, 802, 1089, 1090, 1091, 1911, 1962, 2222, 2404, 4840, 4911, 5006, 5007),
        *(5094, 9600, 18245, 18246, 19999, 20000, 20547, 34962, 34963, 34964, 44818, 47808),
    }
)
"""Ports that nmap is never let write to, whatever listens there: medical, serial, printing,
building and industrial protocols, in which a byte can be a page, an order or a movement."""

_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "name": "nmap.service",
        "product": "nmap.product",
        "version": "nmap.version",
        "extrainfo": "nmap.extra",
        "ostype": "nmap.os",
        "devicetype": "nmap.device",
    }
)
"""Attribute of nmap's ``service`` element (nmap.dtd) to our key."""


def leftovers(host: Host) -> tuple[int, ...]:
    """Return the open TCP ports that no probe has understood, and that nmap may write to."""
    understood = {
        (seen.port, seen.protocol)
        for result in host.probe_results
        for seen in result.observations
        if seen.key != "tcp.silent"
    }
    return tuple(
        service.port
        for service in host.open_ports
        if service.protocol == "tcp"
        and (service.port, "tcp") not in understood
        and service.port not in NEVER_NAMED
    )


def arguments(path: str, address: Address, port: int, intensity: int) -> list[str]:
    """Build the command line for one port: ordinary connections, no raw packet, no OS detection.

    With ``-sV`` nmap runs the scripts of its category ``version``, and no option turns them off.
    So it is given a folder whose only script does nothing; its other files it finds by itself.

    Raises ``ValueError`` for a port that must not be written to, or an intensity above 2.
    """
    if port in NEVER_NAMED or not 0 <= intensity <= 2:
        raise ValueError(f"nmap is not let name port {port} at intensity {intensity}")
    argv = [path, "--datadir", str(_NO_SCRIPTS), "-n", "-Pn", "--disable-arp-ping"]
    argv += ["-sT", "--unprivileged"]
    argv += ["-6"] if address.version == 6 else []
    argv += ["-sV", "--version-intensity", str(intensity)]
    argv += ["--max-parallelism", "1", "--max-retries", "1", "--host-timeout", f"{_HOST_TIMEOUT}s"]
    return [*argv, "-p", f"T:{port}", "-oX", "-", str(address)]


def ask(path: str, address: Address, port: int, intensity: int, brake: Brake) -> ProbeResult:
    """Let nmap name one service. Its failure is an ``Outcome``.

    Raises ``Stopped`` if the scan should end: nmap is killed. Raises ``NmapMissing``.
    """
    argv = arguments(path, address, port, intensity)
    try:
        xml, _ = run(argv, seconds=PATIENCE, brake=brake)
        seen = tuple(read(xml, address, port))
    except NmapFailed as error:
        return ProbeResult(NAME, port, "tcp", Outcome.CRASHED, (), str(error)[:200])
    if not seen:
        detail = "nmap did not recognise it either"
        return ProbeResult(NAME, port, "tcp", Outcome.PROTOCOL_ERROR, (), detail)
    return ProbeResult(NAME, port, "tcp", Outcome.ANSWERED, seen)


def read(xml: bytes, address: Address, port: int) -> Iterator[Observation]:
    """Yield what nmap's XML says of a service that it spoke with.

    What it only looked up by the number of the port says nothing. nmap wrote the XML itself and
    the parser (expat) resolves no outer entities; the words in it come from the device. Raises
    ``NmapFailed``.
    """
    if len(xml) > _LONGEST_OUTPUT:
        raise NmapFailed("nmap wrote more than any port can be worth")
    try:
        tree = ElementTree.fromstring(xml)  # noqa: S314 - see above
    except ElementTree.ParseError as error:
        raise NmapFailed(f"nmap's answer is not XML: {error}") from error
    for host in tree.iterfind("host"):
        if str(address) not in {each.get("addr") for each in host.iterfind("address")}:
            continue
        for found in host.iterfind("ports/port"):
            service = found.find("service")
            if found.get("portid") == str(port) and service is not None:
                yield from _named(service, port)


def _named(service: ElementTree.Element, port: int) -> Iterator[Observation]:
    if service.get("method") != "probed":
        return
    for attribute, key in _KEYS.items():
        if word := service.get(attribute):
            yield Observation.of(key, word, port, "tcp")
    for cpe in service.iterfind("cpe"):
        yield Observation.of("nmap.cpe", cpe.text or "", port, "tcp")
