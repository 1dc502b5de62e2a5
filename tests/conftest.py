"""What every test shares: no packet leaves loopback, and a clock that stands still."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_socket
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("riskscan", deadline=None)
settings.load_profile("riskscan")

sys.path.insert(0, str(Path(__file__).parent))

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    """Refuse connections of this process to anything but this machine.

    Tests marked ``lab`` start their own processes in their own network namespaces.
    """
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture
def now() -> datetime:
    """The moment at which every test happens."""
    return NOW


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that another user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="riskscan-") as folder:
        yield Path(folder)
