"""What stands between us and a device, by name: tarpits, proxies, shared, made-up and virtual MACs.

None of these says what a device is. Each says how far its other signs may be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskscan.identify.match import Seen
from riskscan.model import Evidence, Observation

VIRTUAL_MACHINES: dict[str, str] = {
    "00:05:69": "VMware",
    "00:0c:29": "VMware",
    "00:50:56": "VMware",
    "00:15:5d": "Hyper-V",
    "00:16:3e": "Xen",
    "00:1c:42": "Parallels",
    "08:00:27": "VirtualBox",
    "50:6b:8d": "Nutanix AHV",
    "52:54:00": "QEMU or KVM",
    "bc:24:11": "Proxmox VE",
}
"""First half of the MAC addresses that hypervisors give out. The holders of the global blocks stand
in the IEEE registry (08:00:27: PCS Systemtechnik, for VirtualBox); 52:54:00 is libvirt's and QEMU's
own choice (libvirt, virsystem documentation: "Network interfaces")."""


def circumstances(seen: Seen) -> tuple[Evidence, ...]:
    """Name what is odd about how a host shows itself, one line of evidence each."""
    return tuple(_named(seen))


def is_tarpit(seen: Seen) -> bool:
    """Say whether a host accepts on every port, so that no open TCP port means anything."""
    return any(o.value == "true" for o in seen.get("net.tarpit", ()))


def _named(seen: Seen) -> Iterator[Evidence]:
    if is_tarpit(seen):
        yield _line(
            seen["net.tarpit"][0],
            "tarpit",
            "a tarpit: it accepts on every port, so its open ports do not count",
        )
    for proxied in seen.get("arp.proxied-by", ())[:1]:
        says = "a router answers ARP in its name: the MAC address of the device itself is not known"
        yield _line(proxied, "proxied", says)
    for shared in seen.get("arp.shares-mac", ())[:1]:
        yield _line(shared, "shared-mac", _shared(len(seen["arp.shares-mac"])))
    yield from _of_mac(seen)


def _shared(others: int) -> str:
    more = "another address" if others == 1 else f"{others} more addresses"
    whose = "one device with several, or one that answers for others"
    return f"its MAC address answered for {more}: {whose}"


def _of_mac(seen: Seen) -> Iterator[Evidence]:
    for mac in seen.get("arp.mac", ())[:1]:
        software = VIRTUAL_MACHINES.get(mac.value[:8].lower())
        if software:
            says = f"a virtual machine: {software} gives out such MAC addresses"
            yield _line(mac, "virtual-machine", says)
            return
        if mac.value[:6].lower() == "02:42:":
            yield _line(mac, "container", "a container: Docker gives out such MAC addresses")
            return
        if "mac.local" in seen:
            says = (
                "software chose its MAC address, often at random: it names no maker and may change"
            )
            yield _line(mac, "chosen-mac", says)


def _line(observation: Observation, name: str, says: str) -> Evidence:
    return Evidence(observation, says, f"circumstance.{name}")
