"""Small makers of devices, scans and answers for the tests of assess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_address, ip_network

from riskscan.assess import CHECKS
from riskscan.assess.judgement import Context, Verdict
from riskscan.model import (
    REGISTERS,
    Advisory,
    AffectedProduct,
    Answer,
    AnswerValue,
    Confidence,
    Content,
    Device,
    DeviceClass,
    EndOfSupport,
    Entry,
    FeedState,
    Host,
    Identity,
    Knowledge,
    KnownExploited,
    Observation,
    Outcome,
    Policy,
    PortState,
    ProbeResult,
    Registers,
    Scan,
    ScanState,
    Scope,
    Segment,
    Service,
    Site,
    Triage,
    Vantage,
    VersionRange,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SEGMENT = "192.168.50.0/24"

KNOWLEDGE = Knowledge(
    as_of=date(2026, 8, 22),
    lifecycles=(
        EndOfSupport("Debian", "10", date(2022, 9, 10), date(2024, 6, 30), "test"),
        EndOfSupport("Debian", "12", date(2026, 7, 11), date(2028, 6, 30), "test"),
        EndOfSupport("Ubuntu", "18.04", date(2023, 5, 31), date(2028, 4, 30), "test"),
        EndOfSupport("Windows", "7", date(2020, 1, 14), None, "test"),
        EndOfSupport("Windows", "11 25H2", date(2027, 10, 12), None, "test"),
        EndOfSupport("Windows Server", "2012 R2", date(2023, 10, 10), date(2026, 10, 13), "test"),
        EndOfSupport("Windows Server", "2019", date(2029, 1, 9), None, "test"),
        EndOfSupport("MySQL", "5.7", date(2023, 10, 31), None, "test"),
        EndOfSupport("MySQL", "8.4", date(2032, 4, 30), None, "test"),
        EndOfSupport("SQL Server", "2008 R2", date(2019, 7, 9), date(2022, 7, 12), "test"),
        EndOfSupport("SQL Server", "2014", date(2024, 7, 9), None, "test"),
        EndOfSupport("SQL Server", "2019", date(2030, 1, 8), None, "test"),
        EndOfSupport("OpenSSL", "1.0.2", date(2019, 12, 31), None, "test"),
    ),
    exploited=(
        KnownExploited(
            "CVE-2023-43208",
            "NextGen Healthcare",
            "Mirth Connect",
            "commands of an attacker run without a login",
            date(2024, 5, 20),
            ransomware=True,
            affected=(VersionRange(before="4.4.1"),),
            complete=True,
        ),
        KnownExploited(
            "CVE-2021-41773",
            "Apache",
            "Apache HTTP Server",
            "files outside the web folder can be read",
            None,
            ransomware=False,
            affected=(VersionRange("2.4.49", None, "2.4.49"),),
            repaired_in_place=True,
        ),
        KnownExploited(
            "CVE-2021-36260", "Hikvision", "Camera", "as CISA has it", None, ransomware=False
        ),
    ),
    advisories=(
        Advisory(
            "ICSMA-25-037-02",
            "Orthanc Server",
            "Orthanc",
            ("Orthanc server",),
            ("CVE-2025-0896",),
            9.8,
            date(2025, 2, 6),
            affected=(AffectedProduct("Orthanc server", (VersionRange(before="1.5.8"),)),),
        ),
        Advisory(
            "ICSMA-24-200-01",
            "Philips Vue PACS",
            "Philips",
            ("Vue PACS",),
            (),
            6.8,
            date(2024, 7, 18),
            affected=(AffectedProduct("Vue PACS", (VersionRange(before="12.2.8.410"),)),),
        ),
        Advisory(
            "ICSMA-25-030-01",
            "Contec Health CMS8000 Patient Monitor",
            "Contec",
            ("CMS8000",),
            (),
            9.8,
            None,
            affected=(AffectedProduct("CMS8000 Patient Monitor", (VersionRange(),)),),
        ),
        Advisory("ICSMA-20-023-01", "GE CARESCAPE", "GE", ("CARESCAPE",), (), 10.0, None),
    ),
    feeds=(
        FeedState("known-exploited", date(2025, 8, 25), 3, True, "test"),
        FeedState("medical-advisories", date(2025, 2, 6), 4, True, "test"),
    ),
)

Said = tuple[str, str] | tuple[str, str, int]
"""Key, value and port of an observation."""


def device(
    address: str = "192.168.50.20",
    device_class: DeviceClass = DeviceClass.WORKSTATION,
    *,
    says: Iterable[Said] = (),
    open: Sequence[int] = (),
    closed: Sequence[int] = (),
    filtered: Sequence[int] = (),
    udp: Iterable[tuple[int, PortState]] = (),
    probes: Iterable[tuple[str, int, Outcome]] = (),
    mac: str | None = "",
    os: tuple[str, str] | None = None,
    fragile: bool = False,
    confidence: Confidence = Confidence.HIGH,
    found_by: tuple[str, ...] = ("arp",),
) -> Device:
    """Make a device; ports that are named in no list were never asked."""
    if mac == "":
        mac = f"00:1b:54:00:00:{int(ip_address(address)) & 0xFF:02x}"
    services = [
        Service(port, "tcp", state)
        for state, ports in (
            (PortState.OPEN, open),
            (PortState.CLOSED, closed),
            (PortState.FILTERED, filtered),
        )
        for port in ports
    ]
    services += [Service(port, "udp", state) for port, state in udp]
    heard = [Observation(s[0], s[1], s[2] if len(s) == 3 else None, "tcp") for s in says]
    results = [ProbeResult("test", None, None, Outcome.ANSWERED, tuple(heard))] if heard else []
    results += [ProbeResult(name, port, "tcp", outcome) for name, port, outcome in probes]
    return Device(
        Host(
            address=ip_address(address),
            mac=mac,
            found_by=found_by,
            triage=Triage(Policy.FRAGILE if fragile else Policy.NORMAL, "for this test"),
            services=tuple(services),
            probe_results=tuple(results),
            sightings=(Observation("arp.mac", mac),) if mac else (),
        ),
        Identity(
            device_class,
            confidence,
            os_family=os[0] if os else None,
            os_version=os[1] if os else None,
        ),
    )


def scan(*devices: Device, segment: str | None = SEGMENT) -> Scan:
    """Make a complete scan from inside one segment, or from outside all of them."""
    network = ip_network(SEGMENT)
    segments: tuple[Segment, ...] = ()
    if segment:
        segments = (Segment("eth0", ip_network(segment), ip_address("192.168.50.10"), None),)
    return Scan(
        id="S-20261121-120000-test",
        site=Site("Lakeside Family Clinic", Scope((network, ip_network("192.168.60.0/24")))),
        started_at=NOW,
        ended_at=NOW,
        state=ScanState.COMPLETE,
        vantage=Vantage("front desk", segments),
        devices=devices,
    )


def verdict(check: str, subject: Device) -> Verdict | None:
    """Ask one check about one device, as the only one on its network."""
    judge = CHECKS[check].of_device
    assert judge is not None
    return judge(subject, Context(scan(subject), KNOWLEDGE, NOW, (subject,)))


def network_verdicts(check: str, *devices: Device, segment: str | None = SEGMENT) -> list[Verdict]:
    """Ask one check about a whole network."""
    judge = CHECKS[check].of_network
    assert judge is not None
    return list(judge(Context(scan(*devices, segment=segment), KNOWLEDGE, NOW, devices)))


def answer(
    control: str,
    value: AnswerValue = AnswerValue.YES,
    *,
    document: str = "",
    note: str = "",
    on: date = date(2026, 11, 20),
) -> Answer:
    return Answer(control, value, "Dana Lee", on, note, document)


def registers(*kept: Content, on: datetime = NOW) -> Registers:
    """Make the practice's registers of some entries, all of one day."""
    named = {register.content: register for register in REGISTERS.values()}
    entries = []
    for number, content in enumerate(kept, 1):
        register = named[type(content)]
        id = f"{register.prefix}-{number:02d}"
        entries.append(Entry(register.name, id, content, "Dana Lee", on))
    return Registers(tuple(entries))


def with_telnet(
    address: str = "192.168.50.20",
    device_class: DeviceClass = DeviceClass.WORKSTATION,
    mac: str | None = "",
) -> Device:
    """Make a device that certainly fails one check of high severity."""
    greeting = [("telnet.greeting", "login:", 23)]
    return device(address, device_class, says=greeting, open=(23,), mac=mac)


def clinic() -> Scan:
    """Make a small practice: an open archive, a pump, a desk, a printer, a box nobody knows."""
    return scan(
        device(
            "192.168.50.20",
            DeviceClass.PACS_ARCHIVE,
            says=[("dicom.association", "accepted", 11112), ("dicom.tls", "false", 11112)],
            open=(11112,),
            closed=(21, 23),
        ),
        device("192.168.50.25", DeviceClass.INFUSION_PUMP, filtered=(23, 80), fragile=True),
        with_telnet("192.168.50.11"),
        device("192.168.50.40", DeviceClass.PRINTER_MFP, open=(9100,), closed=(21, 23)),
        device("192.168.50.47", DeviceClass.UNKNOWN, closed=(21, 23, 80)),
    )
