"""MAC prefixes: the longest block wins, local addresses have no maker, and nothing is fetched."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from riskscan.identify.makers import medical_maker, medical_prefixes, ordinary_maker
from riskscan.identify.registry import ShippedLookup
from riskscan.identify.vendor import narrow_blocks, origin

ALL = sorted(medical_prefixes())


def test_the_longest_block_wins() -> None:
    wide = origin("c0:48:2f:00:00:00")
    narrow = origin("c0:48:2f:c0:00:01")
    assert narrow is not None
    assert narrow.holder == "Lunar USA Inc."
    assert wide is not None
    assert wide.holder != narrow.holder


@pytest.mark.parametrize("length", [6, 7, 9])
def test_every_medical_block_resolves_to_its_maker(length: int) -> None:
    blocks = [p for p in ALL if len(p) == length]
    assert len(blocks) > 20
    for prefix in blocks:
        known = origin(prefix + "0" * (12 - length))
        assert known is not None
        if not known.local:  # one block of the table lies among the local addresses
            assert known.holder, prefix
            assert medical_maker(known) is medical_prefixes()[prefix]


def test_a_local_address_has_no_maker_even_where_a_block_is_registered() -> None:
    known = origin("ea:da:6e:00:00:01")
    assert known is not None
    assert known.local
    assert known.holder is None
    assert medical_maker(known) is None


def test_a_multicast_address_has_no_maker() -> None:
    known = origin("01:00:5e:00:00:01")
    assert known is not None
    assert known.multicast
    assert known.holder is None


@pytest.mark.parametrize("text", [None, "", "00:11", "zz:zz:zz:zz:zz:zz", "00:11:22:33:44:55:66"])
def test_what_is_no_mac_address_has_no_origin(text: str | None) -> None:
    assert origin(text) is None


def test_every_spelling_of_an_address_is_the_same() -> None:
    assert origin("00-0F-14-00-00-01") == origin("000f14000001") == origin("00:0f:14:00:00:01")


def test_a_block_that_is_split_further_names_no_maker() -> None:
    assert not any(b"Registration Authority" in holder for holder in narrow_blocks().values())
    assert ShippedLookup().holder("8C1F64000000") is None


def test_a_name_is_matched_in_whole_words() -> None:
    found = ordinary_maker("HP Inc.")
    assert found is not None
    assert found.vendor == "HP"
    assert ordinary_maker("HPN Supply Chain") is None


def test_the_lookup_works_inside_a_running_event_loop() -> None:
    async def ask() -> str | None:
        return ShippedLookup().holder("000F14000001")

    assert asyncio.run(ask()) == "Mindray Co., Ltd."


def test_an_update_is_refused() -> None:
    with pytest.raises(RuntimeError, match="never fetches"):
        asyncio.run(ShippedLookup().update_vendors())


def test_lookups_open_no_socket_and_touch_no_home(tmp_path: Path) -> None:
    """In a process of its own, in which every socket is an error and warnings are too."""
    program = (
        "import socket, sys\n"
        "def forbidden(*a, **k): raise AssertionError('a socket was opened')\n"
        "from riskscan.identify import origin\n"
        "import aiohttp\n"  # import it first: asyncio makes a class out of socket.socket
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = forbidden\n"
        "sys.addaudithook(lambda e, a: forbidden() if e.startswith('socket.') else None)\n"
        "for mac in ('000F14000001', '0015175FFFFF', 'F8FFFF000000', '8C1F64B77001'):\n"
        "    print(origin(mac).holder)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "Mindray Co., Ltd.",
        "Intel Corporate",
        "None",
        "Carestream Dental LLC",
    ]
    assert list(tmp_path.iterdir()) == []


def test_sockets_would_have_been_noticed() -> None:
    """The hook of the test above does see a socket."""
    program = (
        "import sys\n"
        "def hook(e, a):\n"
        "    if e.startswith('socket.'): raise AssertionError('seen')\n"
        "sys.addaudithook(hook)\n"
        "import socket\n"
        "socket.socket()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "AssertionError: seen" in ran.stderr
