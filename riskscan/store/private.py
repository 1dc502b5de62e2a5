"""Files that hold a map of a clinic's weaknesses: mode 0600 from the first byte.

The one rule of whose they are: under sudo, of the person who called it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make the folder of ``path`` and what is missing above it, each of mode 0700."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _give_away(descriptor, folder.parent)
        finally:
            os.close(descriptor)


def open_private(path: Path, flags: int = 0) -> int:
    """Open a file for reading and writing, made if there is none; return its descriptor.

    O_NOFOLLOW: a link in a user's folder must not lead root elsewhere.
    """
    is_new = not path.exists()
    always = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, always | flags, 0o600)
    if is_new:
        _give_away(descriptor, path.parent)
    return descriptor


def _give_away(descriptor: int, folder: Path) -> None:
    """Give what root has just made to the person for whom it was made."""
    if os.geteuid() != 0:
        return
    for user, group in _owners(folder):
        try:
            os.fchown(descriptor, user, group)
        except OSError:
            continue  # a user namespace may not know that person
        return


def _owners(folder: Path) -> Iterator[tuple[int, int]]:
    """Yield who called sudo, then who owns the folder: cron and a root shell have no sudo."""
    user, group = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if user.isdecimal() and group.isdecimal():
        yield int(user), int(group)
    status = folder.stat()
    yield status.st_uid, status.st_gid


def make_private(path: Path) -> None:
    """Make an empty file. SQLite gives its -wal and -shm files the mode and owner of this one."""
    os.close(open_private(path, os.O_EXCL))
