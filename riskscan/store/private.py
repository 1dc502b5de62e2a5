"""Files that hold a map of a clinic's weaknesses: mode 0600 from the first byte."""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make the folder of ``path`` and what is missing above it, each of mode 0700."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, *_owner_of(folder.parent), follow_symlinks=False)


def open_private(path: Path, flags: int = 0) -> int:
    """Open a file for reading and writing, made if there is none; return its descriptor.

    Under sudo a new file goes to whoever owns its folder, so that they can read what was scanned
    for them. O_NOFOLLOW: a link in a user's folder must not lead root elsewhere.
    """
    is_new = not path.exists()
    always = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, always | flags, 0o600)
    if is_new and os.geteuid() == 0:
        os.fchown(descriptor, *_owner_of(path.parent))
    return descriptor


def _owner_of(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_uid, status.st_gid


def make_private(path: Path) -> None:
    """Make an empty file. SQLite gives its -wal and -shm files the mode and owner of this one."""
    os.close(open_private(path, os.O_EXCL))
