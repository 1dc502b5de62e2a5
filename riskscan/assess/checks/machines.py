"""Machines that obey whoever reaches them: building controls and serial device servers."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check
from riskscan.assess.reading import if_closed, look, open_port, proof, seen, when_asked
from riskscan.model import Confidence, Device, DeviceClass, Level, Result

CONTROL_PORTS: dict[int, str] = {
    102: "Siemens S7",
    502: "Modbus",
    1911: "Niagara Fox",
    4911: "Niagara Fox over TLS",
    20000: "DNP3",
    44818: "EtherNet/IP",
}
"""Registered port to protocol (IANA; 102 carries S7 by Siemens's manuals)."""

BACNET_PORT = 47808
SERIAL_PORTS = (4001, 30718)
"""First data port (Moxa, Digi and others, by their manuals) and setup port (Lantronix)."""

_MACHINES = {
    DeviceClass.BUILDING_AUTOMATION,
    DeviceClass.OT_INDUSTRIAL,
    DeviceClass.STERILIZER,
}


@device_check(
    "exposure.building-control",
    title="Machines or building controls can be steered from the network",
    severity=Level.MODERATE,
    cites={"T07": "These protocols carry out commands without asking who sends them."},
    weakness="commands to machines or building controls are taken from anyone",
    feeds={"T14": "A stray or hostile command changes a temperature, a door or a machine."},
    action="Separate building controls from the office network",
    owner=Owner.VENDOR,
    cost=Cost.MEDIUM,
)
def building_control(device: Device, context: Context) -> Verdict | None:
    """What: A port for machine or building control (BACnet, Modbus and others) can be reached
    from the office network. Nothing was sent to it; only BACnet was listened to.

    Why: These protocols were made for closed wiring and know no password. Whoever reaches the
    port may read and change settings: heating, cooling of medicines, doors, sterilizers.

    Fix: Put such controllers into a network segment of their own and let only the maintenance
    computer reach them. Ask the maintenance firm before changing anything.

    Verify: A scan from the office network no longer reaches the port.
    """
    heard = seen(device, "bacnet.instance")
    ports = look(device, CONTROL_PORTS).open
    bacnet = look(device, (BACNET_PORT,), "udp").open
    if heard or ports or bacnet:
        names = [f"{CONTROL_PORTS[p]} (port {p}{when_asked(device, (p,))})" for p in ports]
        if heard or bacnet:
            names.append(f"BACnet (port {BACNET_PORT})")
        evidence = proof(heard, "announced itself as a BACnet device")
        evidence += proof((open_port(p) for p in ports), "open control port")
        evidence += proof((open_port(p, "udp") for p in bacnet), "open control port")
        sure = Confidence.HIGH if heard else _sure(device)
        return Verdict(Result.FAIL, f"Reachable: {', '.join(names)}.", evidence, sure)
    if device.identity.device_class in _MACHINES:
        asked = tuple(p for p in CONTROL_PORTS if device.host.asked(p) is not None)
        return if_closed(device, sorted({502, *asked}), "machine control")
    return None


def _sure(device: Device) -> Confidence:
    """An open port alone is a guess, unless the device is known to be such a machine."""
    known = device.identity.device_class in _MACHINES
    return Confidence.MEDIUM if known else Confidence.LOW


@device_check(
    "exposure.serial-device-server",
    title="An instrument's serial line is open to the network",
    severity=Level.MODERATE,
    cites={
        "T07": "Whoever connects speaks with the instrument, without a password.",
        "T09": "What the instrument says crosses the network unencrypted.",
    },
    weakness="an instrument's serial line is open to the network",
    feeds={"T14": "Stray bytes from the network can stop or confuse the instrument behind it."},
    action="Let only the instrument's own computer reach serial device servers",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def serial_device_server(device: Device, context: Context) -> Verdict | None:
    """What: A small box that puts an instrument's serial cable on the network (a serial device
    server, as Moxa, Digi and Lantronix make them) accepts connections. Nothing was sent to it.

    Why: Whatever is sent to such a port goes straight to the analyzer or monitor behind it, and
    what the instrument says, results and patient numbers among it, can be read by whoever
    connects first.

    Fix: In the box's settings allow only the address of the computer that needs it, set a
    password for its setup page and turn off Telnet. Ask the maker of the instrument whether the
    box offers encryption.

    Verify: The next scan can no longer reach the port.
    """
    known = device.identity.device_class is DeviceClass.DEVICE_SERVER
    ports = look(device, SERIAL_PORTS)
    if ports.open:
        sure = Confidence.MEDIUM if known else Confidence.LOW
        listed = ", ".join(str(p) for p in ports.open)
        text = f"Port {listed} of a serial line is open{when_asked(device, ports.open)}."
        evidence = proof((open_port(p) for p in ports.open), "port of a serial line")
        return Verdict(Result.FAIL, text, evidence, sure)
    return if_closed(device, (4001,), "a serial line") if known else None
