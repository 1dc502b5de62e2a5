"""What this process may do, given up as soon as it is no longer needed.

Once the process that holds the raw sockets has been started, nothing else of a scan needs root.
Whatever parses, judges, stores and renders goes on as the person for whom it does so.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from riskscan.discover import capabilities
from riskscan.discover.capabilities import User
from riskscan.errors import StoreError
from riskscan.model import Notice

_BESIDE = ("", ".lock", "-wal", "-shm")
"""A database, and the files that stand beside it."""

_FINE, _NOT_ALLOWED, _NO_INSTALLATION, _NO_FOLDER, _NO_FILE = range(5)
_WHY = {
    _NOT_ALLOWED: "the kernel does not let it become {name}",
    _NO_INSTALLATION: "{name} cannot read the folder in which riskscan is installed",
    _NO_FOLDER: "{name} cannot write to {folder}",
    _NO_FILE: "{name} cannot use {database}",
}


def shed(database: Path, *, writes: bool = True) -> tuple[Notice, ...]:
    """Become who this is done for, with no capability left; say so where that cannot be.

    Under sudo that is the person who called it; for plain root the owner of the database's
    folder. Where that is root, root stays, without its capabilities. A process of an ordinary user
    gives up the capabilities that it was lent. Without capabilities nothing happens.

    To be called while the process has one thread. Raises ``StoreError`` for a database in the
    person's own folder that belongs to somebody else: an earlier scan made it as root.
    """
    if not capabilities.permitted() and os.geteuid() != 0:
        return ()
    if os.geteuid() != 0:
        capabilities.confine()
        return ()
    user = _whose(database)
    outcome = _tried(user, database, writes)
    if outcome == _NO_FILE and user and _folder(database).stat().st_uid == user.uid:
        raise _taken(user, database)
    if outcome != _FINE:
        name = user.name if user else "root without its capabilities"
        why = _WHY[outcome].format(name=name, folder=_folder(database), database=database)
        return (Notice("rights-kept", f"riskscan goes on with all rights of root: {why}"),)
    capabilities.confine(to=user)
    if user is not None:
        os.environ.update(HOME=user.home, USER=user.name, LOGNAME=user.name)
    return ()


def _whose(database: Path) -> User | None:
    """Return whose files these are; None if they are root's own."""
    caller = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if all(number.isdecimal() for number in caller):
        return _user(*map(int, caller))
    status = _folder(database).stat()
    return _user(status.st_uid, status.st_gid)


def _user(uid: int, gid: int) -> User | None:
    if uid == 0:
        return None
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(uid, gid, (gid,), f"user {uid}", "/")
    groups = tuple(os.getgrouplist(entry.pw_name, gid))
    return User(uid, gid, groups, entry.pw_name, entry.pw_dir)


def _folder(database: Path) -> Path:
    """Return the folder of the database, or the nearest above it that exists."""
    return next(folder for folder in database.absolute().parents if folder.is_dir())


def _tried(user: User | None, database: Path, writes: bool) -> int:
    """Let a child try it: only the kernel knows all that decides who can reach what."""
    child = os.fork()
    if child == 0:
        outcome = _NOT_ALLOWED
        try:
            capabilities.confine(to=user)
            outcome = _reach(database, writes)
        finally:
            os._exit(outcome)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _reach(database: Path, writes: bool) -> int:
    if not all(os.access(place, os.R_OK) for place in _installation()):
        return _NO_INSTALLATION
    need = os.R_OK | os.W_OK if writes else os.R_OK
    if not os.access(_folder(database), need | os.X_OK):
        return _NO_FOLDER
    beside = (database.with_name(database.name + end) for end in _BESIDE)
    if not all(os.access(file, need) for file in beside if file.exists()):
        return _NO_FILE
    return _FINE


def _installation() -> Iterator[Path]:
    """Yield a file of each place from which more will be loaded."""
    for name in ("json", "riskscan", "click", "pydantic"):
        found = find_spec(name)
        if found is not None and found.origin is not None:
            yield Path(found.origin)


def _taken(user: User, database: Path) -> StoreError:
    owner = database.stat().st_uid if database.exists() else 0
    whose = "root" if owner == 0 else f"user {owner}"
    return StoreError(
        f"{database} belongs to {whose}, and riskscan works as {user.name} here",
        f"give it back: sudo chown {user.uid}:{user.gid} {database}*",
    )
