"""Running riskscan as a user without privileges, also where the tests themselves run as root."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOBODY = 65534


def environment() -> dict[str, str]:
    """Return an environment in which any Python of this version finds riskscan."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}


def as_ordinary_user(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with these words as nobody (or as this user, where that is not root).

    ``folder`` must be one that another user can reach: pytest's own are root's alone.
    """
    if os.geteuid() != 0:
        return _run([sys.executable, *words], folder)
    if not all(parent.stat().st_mode & 0o001 for parent in ROOT.parents):
        pytest.skip("this checkout stands where another user may not read")
    os.chown(folder, NOBODY, NOBODY)
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            done = _run([python, "-B", *words], folder, user=NOBODY, group=NOBODY, extra_groups=[])
        except PermissionError:
            continue  # an interpreter in root's own home
        except FileNotFoundError:
            break
        return done
    pytest.skip("no Python here that another user may run")


def _run(argv: list[str], folder: Path, **who: object) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = subprocess.run(  # type: ignore[call-overload]
        argv, cwd=folder, capture_output=True, text=True, env=environment(), check=False, **who
    )
    return done
