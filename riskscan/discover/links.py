"""The interfaces of this machine, and which of them lead to the practice.

A technician's laptop bears more networks than the one it is plugged into: containers, virtual
machines, the VPN home. They are known by the kind that the kernel gives them (``IFLA_INFO_KIND``,
linux/if_link.h), not by their names. Reads what ``ip -j -d addr`` prints (iproute2 5 or newer).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Address, IPv6Interface, ip_interface
from typing import Any

_CARDS = frozenset({"", "dsa", "bond", "team"})
"""Kinds that are a network card, or several as one. A card has no kind; a switch chip has dsa."""

_TUNNELS: Mapping[str, str] = {
    "tun": "a tunnel, such as a VPN",
    "wireguard": "a WireGuard tunnel",
    "ppp": "a dialled connection or a VPN",
    "xfrm": "an IPsec tunnel",
    "vti": "an IPsec tunnel",
    "vxlan": "a tunnel between data centres",
    "geneve": "a tunnel between data centres",
    "wwan": "a mobile connection",
    **dict.fromkeys(("gre", "gretap", "ipip", "sit", "ip6tnl", "ip6gre"), "a tunnel"),
}
_INSIDE: Mapping[str, str] = {
    "bridge": "a network of containers or virtual machines inside this machine",
    "veth": "a virtual cable to or from a container",
    "dummy": "an interface that leads nowhere",
    **dict.fromkeys(
        ("macvlan", "macvtap", "ipvlan", "ipvtap"), "a second face of another interface"
    ),
}
_HYPERVISOR = re.compile(r"(vmnet|vboxnet)\d+")
"""VMware and VirtualBox give their networks no kind."""

_VPN_NAMES: tuple[tuple[str, str], ...] = (
    ("tailscale", "a Tailscale tunnel"),
    ("zt", "a ZeroTier tunnel"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One interface that is up."""

    name: str
    kind: str = ""
    """The kernel's word for it: ``bridge``, ``vlan``, ``wireguard``. Empty for a network card."""
    ours: bool = True
    """Whether it leads out of this machine into the practice: a card, or what is made of one."""
    described: str = "a network card"
    """What it is, in plain words."""
    mac: str | None = None
    """Lower case with colons. None if it does not do ARP."""
    wireless: bool = False
    carrier: bool = True
    """False while no cable is plugged in, or no access point is joined."""
    tunnel: bool = False
    bears_others: bool = False
    """Whether it is part of a bridge or bond, or carries VLANs: then it needs no address."""
    addresses: tuple[IPv4Interface | IPv6Interface, ...] = ()
    """Every address with its network, secondary ones too, in the kernel's order."""

    @property
    def link_local(self) -> IPv6Address | None:
        """Return its IPv6 link-local address (RFC 4291 section 2.5.6), if IPv6 is on."""
        found = (a.ip for a in self.addresses if isinstance(a, IPv6Interface))
        return next((address for address in found if address.is_link_local), None)


def links_of(
    entries: Iterable[Mapping[str, Any]], wireless: Collection[str] = ()
) -> dict[str, Link]:
    """Return the interfaces that are up, by name, without loopback.

    ``entries`` is what ``ip -j -d addr`` says, ``wireless`` the names of those that sysfs says
    are radios.
    """
    known = {str(entry["ifname"]): entry for entry in entries if entry.get("ifname")}
    return {
        name: _link(name, entry, known, wireless)
        for name, entry in known.items()
        if "UP" in _flags(entry) and "LOOPBACK" not in _flags(entry)
    }


def _link(
    name: str,
    entry: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Any]],
    wireless: Collection[str],
) -> Link:
    kind, ours, tunnel = _kind(entry), _is_ours(name, known), _is_tunnel(entry)
    return Link(
        name,
        kind,
        ours,
        _described(name, kind, ours=ours, tunnel=tunnel, wireless=name in wireless),
        mac=_mac(entry),
        wireless=name in wireless,
        carrier="NO-CARRIER" not in _flags(entry),
        tunnel=tunnel,
        bears_others="master" in entry
        or any(_kind(other) == "vlan" and other.get("link") == name for other in known.values()),
        addresses=tuple(_addresses(entry)),
    )


def _is_ours(name: str, known: Mapping[str, Mapping[str, Any]], deep: int = 0) -> bool:
    """Follow VLANs down and bridges to their members. Nobody stacks them eight deep."""
    entry = known.get(name)
    if entry is None or deep > 8:
        # A VLAN whose card is outside of this container.
        return deep > 0
    kind = _kind(entry)
    if kind == "vlan":
        return _is_ours(str(entry.get("link", "")), known, deep + 1)
    if kind == "bridge":
        members = (n for n, other in known.items() if other.get("master") == name)
        return any(_is_ours(member, known, deep + 1) for member in members)
    if kind not in _CARDS or entry.get("link_type") != "ether" or _HYPERVISOR.fullmatch(name):
        return False
    return not _flags(entry) & {"NOARP", "POINTOPOINT"}


def _is_tunnel(entry: Mapping[str, Any]) -> bool:
    return _kind(entry) in _TUNNELS or "POINTOPOINT" in _flags(entry)


def _described(name: str, kind: str, *, ours: bool, tunnel: bool, wireless: bool) -> str:
    if tunnel:
        named = (words for start, words in _VPN_NAMES if name.startswith(start))
        return next(named, _TUNNELS.get(kind, "a tunnel"))
    if wireless:
        return "a Wi-Fi card"
    if not ours:
        if _HYPERVISOR.fullmatch(name):
            return _INSIDE["bridge"]
        return _INSIDE.get(kind, f"not a network card but of kind {kind or 'unknown'}")
    words = {"vlan": "a VLAN", "bridge": "a bridge with a network card in it"}
    return words.get(kind, "a network card")


def _addresses(entry: Mapping[str, Any]) -> Iterable[IPv4Interface | IPv6Interface]:
    for bound in entry.get("addr_info", ()):
        if "local" in bound and bound.get("scope") in ("global", "site", "link"):
            yield ip_interface(f"{bound['local']}/{bound['prefixlen']}")


def _kind(entry: Mapping[str, Any]) -> str:
    return str(entry.get("linkinfo", {}).get("info_kind", ""))


def _flags(entry: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(entry.get("flags", ()))


def _mac(entry: Mapping[str, Any]) -> str | None:
    """Return the MAC of a link that does ARP; tunnels and the like have none."""
    can_arp = entry.get("link_type") == "ether" and "NOARP" not in _flags(entry)
    return str(entry["address"]).lower() if can_arp and "address" in entry else None
