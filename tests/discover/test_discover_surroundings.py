"""What a preflight says of a real kernel's interfaces: a cable, containers and a VPN."""

from __future__ import annotations

import subprocess
from pathlib import Path

import preflight_bench as bench
import pytest

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", autouse=True)
def _needs_namespaces_and_tunnels() -> None:
    share = ["unshare", "--user", "--map-root-user", "--net", "true"]
    if subprocess.run(share, capture_output=True).returncode:
        pytest.skip("this kernel lets no unprivileged process make a namespace")
    if not Path("/dev/net/tun").exists():
        pytest.skip("this kernel has no tunnels")


def test_a_cable_that_is_named_is_used_and_all_else_is_skipped_and_said():
    found = bench.bench("10.67.0.0/24")
    assert found["segments"] == [["cable0", "10.67.0.0/23"]]
    assert found["own"] == [bench.OWN, bench.SECONDARY, bench.CONTAINERS]
    assert found["neighbours"] == {bench.NEIGHBOUR: bench.NEIGHBOUR_MAC}
    said = found["notices"]
    assert list(said) == ["vpn-active", "interface-used", "interface-skipped"]
    assert "tun0" in said["vpn-active"] and "cable0" in said["interface-used"]
    assert found["proposed"] == [], "there is no network card here"


def test_containers_are_looked_at_only_if_they_are_named():
    found = bench.bench("172.17.0.0/28")
    assert found["segments"] == [["docker0", "172.17.0.0/16"]]
    assert found["neighbours"] == {}
    assert "docker0" in found["notices"]["interface-used"]
    assert "cable0 (10.67.0.0/23)" in found["notices"]["interface-skipped"]
