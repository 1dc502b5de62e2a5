"""Which cables to draw and what each host is told, as lines for ``ip`` and files of /proc/sys."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import pairwise
from pathlib import Path

from riskscan.errors import NamespacesDenied
from riskscan.lab.host import LabHost
from riskscan.lab.namespaces import denied

# Distributions keep these where an unprivileged user's PATH does not look.
_SEARCH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))

PREFIX_LENGTH = 24

_LAST_RULE_PORT = 65_534
"""The kernel takes no rule that ends at 65535."""

_NO_IPV6 = ("net/ipv6/conf/all/disable_ipv6", "net/ipv6/conf/default/disable_ipv6")

MUTE = dict.fromkeys(_NO_IPV6, "1")
"""Settings of the place where the cables meet: its bridges are no hosts, and must not answer."""


def batch(program: str, lines: Iterable[str]) -> None:
    """Give lines to ``ip`` or ``bridge`` (iproute2) at once. Raises NamespacesDenied."""
    path = shutil.which(program, path=_SEARCH)
    if path is None:
        message = f"the lab needs the program {program!r}, which is not installed"
        raise NamespacesDenied(message, "sudo apt-get install iproute2")
    done = subprocess.run(
        [path, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NamespacesDenied(
            f"{program} could not build the lab's network: {done.stderr.strip()[:300]}",
            "the kernel must have veth, bridge and policy routing (ip rule)",
        )


def segment_of(address: str) -> IPv4Network:
    """Return the segment (a /24) that an address of the lab stands in."""
    return IPv4Network(f"{address}/{PREFIX_LENGTH}", strict=False)


def cables(hosts: Sequence[tuple[LabHost, int]]) -> tuple[list[str], list[str]]:
    """Return the lines for ``ip`` and for ``bridge`` that join hosts, given with their process ids.

    One bridge for each segment. The bridge is told where each MAC is, so that no host sees frames
    meant for another and the counts hold only what a good switch would let through.
    """
    segments = sorted({segment_of(a) for host, _ in hosts for a in host.addresses})
    links = ["link set lo up"]
    for number, _ in enumerate(segments):
        links += [
            f"link add br{number} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
            f"link set br{number} up",
        ]
    known: list[str] = []
    for cable, (address, mac, end, pid) in enumerate(_ends(hosts)):
        bridge = segments.index(segment_of(address))
        links += [
            f"link add v{cable} type veth peer name {end} address {mac} netns {pid}",
            f"link set v{cable} master br{bridge} up",
        ]
        known.append(f"fdb add {mac} dev v{cable} master static")
    return links, known


def _ends(hosts: Sequence[tuple[LabHost, int]]) -> Iterator[tuple[str, str, str, int]]:
    for host, pid in hosts:
        yield host.address, host.mac, "eth0", pid
        if host.far_address and host.far_mac:
            yield host.far_address, host.far_mac, "eth1", pid


def host_lines(host: LabHost, gateway: str | None) -> list[str]:
    """Return what ``ip`` is told inside a host: its addresses, its way out, what it swallows."""
    lines = ["link set lo up"]
    if host.tarpit:  # without an address the kernel answers nothing: see riskscan.lab.tarpit
        return [*lines, "link set eth0 up"]
    for number, address in enumerate(host.addresses):
        lines += [
            f"address add {address}/{PREFIX_LENGTH} dev eth{number}",
            f"link set eth{number} up",
        ]
    if gateway and gateway not in host.addresses:
        lines.append(f"route add default via {gateway}")
    if host.drops_closed:
        lines += [f"rule add {selector} blackhole" for selector in _swallowed(host)]
    return lines


def moving_lines(old: str, new: str) -> list[str]:
    """Return what ``ip`` is told inside a host that takes another address."""
    length = PREFIX_LENGTH
    return [f"address del {old}/{length} dev eth0", f"address add {new}/{length} dev eth0"]


def _swallowed(host: LabHost) -> Iterator[str]:
    """Yield what never leaves a host that drops: resets from closed ports, then all ICMP.

    A reset is sent *from* the closed port, so a rule on the source port throws it away; this does
    what a host firewall does, without needing one. Protocols stand as numbers: their names come
    from a file that a bare system lacks.
    """
    opened = sorted(port for protocol, port in host.open_ports if protocol == "tcp")
    for before, after in pairwise((0, *opened, _LAST_RULE_PORT + 1)):
        first, last = before + 1, after - 1
        if first < last:
            yield f"ipproto 6 sport {first}-{last}"
        elif first == last:
            yield f"ipproto 6 sport {first}"
    if not host.answers_ping:
        yield "ipproto 1"  # ICMP; "port unreachable" as well: closed UDP ports fall silent with it


def host_settings(host: LabHost) -> dict[str, str]:
    """Return the kernel settings of a host, by path below /proc/sys."""
    return {
        **dict.fromkeys(_NO_IPV6, "0" if host.ipv6 else "1"),
        **(_ipv6_settings(host) if host.ipv6 else {}),
        "net/ipv4/ip_default_ttl": str(host.ttl),
        "net/ipv4/icmp_echo_ignore_all": "0" if host.answers_ping else "1",
        "net/ipv4/ip_forward": "1" if host.is_router else "0",
    }


def _ipv6_settings(host: LabHost) -> dict[str, str]:
    """Return what makes a host's IPv6 address its MAC's, there at once, and quiet."""
    settings = {"net/ipv6/icmp/echo_ignore_all": "0" if host.answers_ping else "1"}
    for number, _ in enumerate(host.addresses):
        card = f"net/ipv6/conf/eth{number}"
        settings |= {
            f"{card}/addr_gen_mode": "0",
            f"{card}/accept_dad": "0",  # else the address may be used only after a second
            f"{card}/router_solicitations": "0",
            f"{card}/hop_limit": str(host.ttl),
        }
    return settings


def settle(settings: Mapping[str, str], root: Path = Path("/proc/sys")) -> None:
    """Write kernel settings of this network namespace. Raises NamespacesDenied."""
    for path, value in settings.items():
        setting = root / path
        try:
            if setting.exists():  # a kernel without IPv6 has no switch for it
                setting.write_text(value, encoding="ascii")
        except OSError as error:  # /proc/sys is read-only in many containers
            raise denied(f"{setting} cannot be set: {error.strerror}") from error
