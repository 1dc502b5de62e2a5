"""Make private namespaces, and end with the parent: three system calls that Python 3.11 lacks."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from riskscan.errors import NamespacesDenied

CLONE_NEWNET = 0x40000000
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)

SUDO_HINT = "run it with sudo, or on a machine (not in a container) that allows it"


def unshare(flags: int) -> None:
    """Leave the namespaces named by ``flags`` for new ones (unshare(2)). Raises OSError."""
    if _libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def end_with_parent(signal_number: int) -> None:
    """Ask the kernel for this signal when the parent *thread* ends (prctl(2)); lost on setuid."""
    parent = os.getppid()
    _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def own_network() -> None:
    """Move this process into an empty network namespace in which it is root.

    Without the right to do so directly, a user namespace is made around it, with this user as its
    only one: files written from inside belong to the caller. Raises NamespacesDenied.
    """
    try:
        unshare(CLONE_NEWNET)
    except OSError:
        _own_user_and_network()


def _own_user_and_network() -> None:
    uid, gid = os.geteuid(), os.getegid()
    try:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)
        # user_namespaces(7): without privileges setgroups must be denied before gid_map is written.
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    except OSError as error:
        raise denied(error.strerror or str(error)) from error


def denied(reason: str) -> NamespacesDenied:
    """Return the error that says why the lab cannot be built here, and how to go on."""
    message = f"the kernel does not let this user make a private network: {reason}"
    return NamespacesDenied(message, hint_for(Path("/proc/sys")))


def hint_for(settings: Path) -> str:
    """Read which kernel setting forbids namespaces below ``settings``, and say what to do."""
    if _setting(settings / "kernel/apparmor_restrict_unprivileged_userns") == "1":  # Ubuntu 24.04
        return (
            "run it with sudo, or allow it until the next start: "
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if _setting(settings / "kernel/unprivileged_userns_clone") == "0":  # Debian
        return (
            "run it with sudo, or allow it until the next start: "
            "sudo sysctl kernel.unprivileged_userns_clone=1"
        )
    if _setting(settings / "user/max_user_namespaces") == "0":
        return (
            "run it with sudo, or allow it until the next start: "
            "sudo sysctl user.max_user_namespaces=10000"
        )
    return SUDO_HINT


def _setting(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return None
