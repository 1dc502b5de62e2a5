"""Linux capabilities of this process, and how it gives them up (capabilities(7)).

Bits are numbered as in ``linux/capability.h``. Call it while the process has one thread: the
kernel keeps capabilities for each thread, and a new one inherits those of its maker.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NET_ADMIN, NET_RAW = 1 << 12, 1 << 13
"""To tell the kernel who its neighbours are; to open raw and packet sockets."""

_ALL = range(64)
_VERSION_3 = 0x20080522
_PR_SET_DUMPABLE, _PR_SET_KEEPCAPS = 4, 8
_PR_CAPBSET_READ, _PR_CAPBSET_DROP = 23, 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _RAISE, _CLEAR_ALL = 47, 2, 4

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Half(ctypes.Structure):
    """The sets of 32 capabilities; the kernel takes two of these."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@dataclass(frozen=True, slots=True)
class User:
    """Whom a process becomes."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    name: str = "nobody"
    home: str = "/"


def permitted() -> int:
    """Return the capabilities that this process has or may take. Raises ``OSError``."""
    low, high = halves = (_Half * 2)()
    _call("capget", ctypes.byref(_Header(_VERSION_3, 0)), halves)
    return int(low.permitted) | int(high.permitted) << 32


def confine(keep: int = 0, *, to: User | None = None) -> None:
    """Give up every capability but ``keep``, for good and for all programs started from here.

    ``to`` is the user to become. What is kept is ambient too,
    so that a program without privileges of its own can be lent it. Raises ``OSError`` if a step is
    refused: then this process must not go on.
    """
    keep &= permitted()
    for number in _ALL:
        if not keep >> number & 1 and _libc.prctl(_PR_CAPBSET_READ, number, 0, 0, 0) == 1:
            # Refused to whoever lacks CAP_SETPCAP; the last step makes up for that.
            _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)
    if to is not None:
        _prctl(_PR_SET_KEEPCAPS, int(bool(keep)))
        _become(to)
        # Its own /proc is a process's again; a program that is lent nothing loses it at exec.
        _prctl(_PR_SET_DUMPABLE, int(not keep))
    _set(keep)
    _prctl(_PR_CAP_AMBIENT, _CLEAR_ALL)
    for number in _numbers(keep):
        _prctl(_PR_CAP_AMBIENT, _RAISE, number)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _become(user: User) -> None:
    os.setgroups(user.groups)
    os.setresgid(user.gid, user.gid, user.gid)
    os.setresuid(user.uid, user.uid, user.uid)


def _set(keep: int) -> None:
    low, high = keep & 0xFFFFFFFF, keep >> 32
    halves = (_Half * 2)(_Half(low, low, low), _Half(high, high, high))
    _call("capset", ctypes.byref(_Header(_VERSION_3, 0)), halves)


def _numbers(bits: int) -> Iterator[int]:
    return (number for number in _ALL if bits >> number & 1)


def _prctl(option: int, first: int, second: int = 0) -> None:
    _call("prctl", option, *(ctypes.c_ulong(n) for n in (first, second, 0, 0)))


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def maps(user: int) -> bool:
    """Say whether this user namespace knows a user of that number (user_namespaces(7))."""
    ranges = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    return any(
        int(first) <= user < int(first) + int(count)
        for first, _, count in (line.split() for line in ranges)
    )
