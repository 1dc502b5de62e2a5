"""The ceilings and the port lists."""

from __future__ import annotations

from riskscan.discover.pace import PACES, stricter
from riskscan.discover.ports import (
    FORBIDDEN_PORTS,
    MLLP_PORTS,
    NORMAL_TCP,
    TELLTALE_TCP,
    UDP_ASKED,
    UDP_EMPTY,
)
from riskscan.model import Policy, Triage


def test_a_fragile_device_is_asked_twelve_ports_at_most_slowly_and_no_udp():
    pace = PACES[Policy.FRAGILE]
    assert len(pace.tcp_ports) <= 12
    assert pace.udp_ports == ()
    assert pace.host_pps == 5
    assert pace.connections == 1
    assert pace.gap >= 1.0
    assert pace.tries <= 2


def test_no_device_is_asked_faster_than_forty_packets_a_second():
    assert max(pace.host_pps for pace in PACES.values()) <= 40


def test_the_list_for_ordinary_devices_holds_the_medical_ports_and_stays_short():
    assert {104, 2575, 2761, 2762, 4242, 8042, 11112, 6661, 1972, 3050} <= set(NORMAL_TCP)
    assert {47808, 24105} <= set(PACES[Policy.NORMAL].udp_ports)
    assert 120 <= len(NORMAL_TCP) <= 155
    assert set(TELLTALE_TCP) <= set(NORMAL_TCP)


def test_each_port_has_its_reason():
    for table in (NORMAL_TCP, UDP_ASKED, UDP_EMPTY):
        assert all(0 < port < 65536 and len(reason) > 3 for port, reason in table.items())


def test_ports_where_a_byte_acts_are_forbidden():
    assert set(range(9100, 9108)) | MLLP_PORTS | {515, 4001, 24105, 502, 47808} <= FORBIDDEN_PORTS
    assert not FORBIDDEN_PORTS & set(UDP_ASKED)


def test_a_triage_only_ever_becomes_stricter():
    fragile, normal = Triage(Policy.FRAGILE, "DICOM"), Triage(Policy.NORMAL, "a printer")
    robust = Triage(Policy.ROBUST, "a server")
    assert stricter(normal, fragile) is fragile
    assert stricter(fragile, robust) is fragile
    assert stricter(robust, normal) is normal
    assert stricter(normal, Triage(Policy.NORMAL, "again")) is normal
