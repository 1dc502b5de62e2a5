"""Files that hold a map of a clinic's weaknesses: mode 0600 from the first byte."""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make the folder of ``path``, mode 0700, if there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def open_private(path: Path, flags: int = 0) -> int:
    """Open a file for reading and writing, made if there is none; return its descriptor.

    Under sudo a new file goes to whoever owns its folder, so that they can read what was scanned
    for them. O_NOFOLLOW: a link in a user's folder must not lead root elsewhere.
    """
    is_new = not path.exists()
    always = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, always | flags, 0o600)
    if is_new and os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def make_private(path: Path) -> None:
    """Make an empty file. SQLite gives its -wal and -shm files the mode and owner of this one."""
    os.close(open_private(path, os.O_EXCL))
