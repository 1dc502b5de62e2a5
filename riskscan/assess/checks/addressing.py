"""Devices that answer for more than themselves."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import proof, seen
from riskscan.model import Confidence, Device, Level, PortState, Result


@device_check(
    "inventory.accepts-every-port",
    title="Something answers on every port, so that nothing is known of it",
    severity=Level.LOW,
    cites={"A01": "A risk analysis must know what stands behind this address."},
    weakness="what stands behind an address cannot be seen",
    feeds={"T10": "What hides behind a device that answers for all is not looked after."},
    action="Find out what answers on every port",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def accepts_every_port(device: Device, context: Context) -> Verdict | None:
    """What: This address accepts connections on every port it was asked. It may be a firewall
    that answers in the name of others, a decoy set up to slow down attackers, or a device that
    redirects traffic. The scan left it alone at once, and counts none of its ports as open.

    Why: Nothing can be said about the device itself: whether it holds patient data, and whether
    it is protected. If someone redirects traffic on purpose, data may be read on its way.

    Fix: Ask whoever runs the firewall whether it answers for others, and let it pass the scanner
    through. If nobody knows the device, find it by its hardware address and the switch port.

    Verify: The next scan sees single ports, or the practice's list says what stands there.
    """
    told = seen(device, "net.tarpit", "true")
    if told:
        text = "It accepts on every port; what is behind it could not be seen."
        return Verdict(Result.FAIL, text, proof(told, "accepted on ports that nobody uses"))
    asked = [s for s in device.host.services if s.protocol == "tcp"]
    if any(s.state is not PortState.OPEN for s in asked):
        text = "It does not accept on every port."
        return Verdict(Result.PASS, text, confidence=Confidence.MEDIUM)
    return unknown("Too few ports were asked to say whether it accepts on every port.")


@device_check(
    "network.second-dhcp-server",
    title="More than one device hands out network addresses (DHCP)",
    severity=Level.MODERATE,
    cites={"T08": "Who hands out addresses decides through which device data passes."},
    weakness="more than one device hands out network addresses",
    feeds={"T10": "A forgotten router in a closet makes computers lose their way at random."},
    action="Settle which device hands out addresses",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def second_dhcp_server(device: Device, context: Context) -> Verdict | None:
    """What: While the scan listened, this device and at least one other answered requests for a
    network address. It may be a planned pair, a forgotten router, or someone who wants traffic to
    pass through a device of their own.

    Why: A computer or medical device that gets its address from the wrong server drops off the
    network, or sends what it says through a stranger.

    Fix: Turn off the DHCP service of the device that should not have it; on a Wi-Fi router that is
    a single switch. On managed switches turn on DHCP snooping: the switch then lets only the right
    device hand out addresses. Write a planned pair down.

    Verify: The next scan that listens hears one server, or the planned pair is on file.
    """
    mine = seen(device, "dhcp.server", "true")
    if not mine:
        return None
    others = [d for d in context.devices if d is not device and _hands_out_addresses(d)]
    if not others:
        return unknown("It alone was heard handing out addresses; another may have been silent.")
    listed = ", ".join(str(d.address) for d in others[:3])
    text = f"It hands out addresses, and so does {listed}."
    evidence = proof(mine, "answered a request for an address")
    return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM)


def _hands_out_addresses(device: Device) -> bool:
    return any(o.key == "dhcp.server" and o.value == "true" for o in device.host.observations)
