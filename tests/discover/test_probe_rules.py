"""Rules that hold for every probe, held over their source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from riskscan.discover import probes
from riskscan.discover.ports import FORBIDDEN_PORTS, MLLP_PORTS
from riskscan.discover.probes import PROBES, Probe
from riskscan.model import OBSERVATION_KEYS, Host, Policy

FOLDER = Path(probes.__file__).parent
MODULES = sorted(p for p in FOLDER.glob("*.py") if p.stem != "__init__")
OPENS_ITS_OWN_SOCKET = {"dicom", "snmp"}
BORROWS_HELLOS = {"starttls"}
"""Says on a wire of the tls probe's what precedes its hellos."""


def test_every_module_of_the_folder_is_in_the_registry():
    assert {p.stem for p in MODULES} == set(PROBES)
    assert all(probe.name == name for name, probe in PROBES.items())


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_no_probe_opens_a_connection_but_through_the_dialer(path: Path):
    tree = ast.parse(path.read_text())
    called = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    opening = {"socket.socket", "socket.create_connection", "subprocess.run", "subprocess.Popen"}
    assert not called & opening
    assert not any(name.endswith((".connect", ".connect_ex", ".wrap_socket")) for name in called)
    if path.stem in OPENS_ITS_OWN_SOCKET:
        assert "dialer.lease" in called
    elif path.stem in BORROWS_HELLOS:
        assert {"floor_facts", "ancient_facts"} <= called
    else:
        assert {name.rpartition("dialer.")[2] for name in called} & {"dial", "datagram"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_every_key_in_a_probe_stands_in_the_vocabulary(path: Path):
    families = {key.partition(".")[0] for key in OBSERVATION_KEYS}
    literals = {
        n.value
        for n in ast.walk(ast.parse(path.read_text()))
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }
    keys = {
        text
        for text in literals
        if text.partition(".")[0] in families and text.partition(".")[2].replace("-", "").isalnum()
    }
    assert keys <= set(OBSERVATION_KEYS)


@pytest.mark.parametrize("probe", PROBES.values(), ids=lambda p: p.name)
def test_every_probe_lists_the_bytes_it_sends(probe: Probe):
    assert (type(probe).__doc__ or "").startswith("Bytes sent")


@pytest.mark.parametrize("probe", PROBES.values(), ids=lambda p: p.name)
def test_no_probe_wants_a_port_that_nobody_opened(probe: Probe):
    from peers import LOOPBACK

    assert probe.wants(Host(LOOPBACK)) == ()


def test_only_mllp_wants_a_forbidden_port():
    from peers import host

    everything = host(*FORBIDDEN_PORTS, tls=tuple(FORBIDDEN_PORTS), udp=tuple(FORBIDDEN_PORTS))
    for probe in PROBES.values():
        wanted = set(probe.wants(everything))
        assert wanted == (MLLP_PORTS if probe.name == "mllp" else set())


def test_fragile_devices_are_spared_what_is_not_needed():
    asked = {name for name, probe in PROBES.items() if Policy.FRAGILE in probe.policies}
    assert asked == {"tls", "dicom", "mllp", "http", "ssh", "rdp", "vnc", "greeting"}
