"""nmap with the right to raw packets: its command line, its one run, and its end.

What it writes is read elsewhere, by whoever has no such right.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from functools import cache

from riskscan.discover.brake import Brake
from riskscan.discover.question import Question
from riskscan.discover.raw import messages
from riskscan.discover.raw.contract import Emit, Message
from riskscan.discover.raw.session import Session
from riskscan.errors import NmapFailed, NmapMissing

LONGEST_OUTPUT = 4_000_000
"""Bytes of XML that one host may produce. A full answer about 170 ports is under 30,000."""

_PLACES = "/usr/bin:/usr/local/bin:/usr/sbin:/sbin:/bin:/opt/local/bin:/sw/bin"
_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


def nmap(session: Session, params: Message, emit: Emit, brake: Brake) -> None:
    """Emit ``xml`` (base64) and ``complaint``, as nmap wrote them about one host.

    ``params`` is a :class:`riskscan.discover.question.Question`. Raises ``NmapFailed``,
    ``NmapMissing``, ``Stopped``; ``ValueError`` for an address that is not in scope.
    """
    question = messages.question_of(params)
    if not session.scope.allows(question.address):
        raise ValueError(f"{question.address} is not in scope")
    if not (question.tcp or question.udp):
        raise ValueError("no port is asked for")
    argv = arguments(_path(), question, privileged=True)
    xml, complaint = run(argv, seconds=question.patience, brake=brake)
    if len(xml) > LONGEST_OUTPUT:
        raise NmapFailed("nmap wrote more than any host can be worth")
    emit({"xml": base64.b64encode(xml).decode("ascii"), "complaint": complaint})


def _path() -> str:
    """Return where nmap stands. Nobody on the other side can say where."""
    found = shutil.which("nmap", path=os.pathsep.join((os.environ.get("PATH", ""), _PLACES)))
    if found is None:
        raise NmapMissing("nmap is not installed", "install it: apt install nmap")
    return found


def arguments(path: str, question: Question, *, privileged: bool) -> list[str]:
    """Build the command line. Nothing in it is text that a person or a device wrote.

    Port states only: no version detection, no OS detection, no scripts, ever.
    """
    ports = [f"T:{','.join(map(str, question.tcp))}"] if question.tcp else []
    ports += [f"U:{','.join(map(str, question.udp))}"] if question.udp else []
    kinds = ["-sS" if privileged else "-sT"] if question.tcp else []
    kinds += ["-sU"] if question.udp else []
    argv = [path, "-n", "-Pn", "--disable-arp-ping", *kinds]
    argv += ["--privileged" if privileged else "--unprivileged"]
    argv += ["-6"] if question.address.version == 6 else []
    argv += ["--max-retries", str(question.tries - 1)]
    # Both, always: without a floor nmap takes 1 % loss for congestion and slows down ninefold,
    # and after each pause it makes up for it in one burst above the ceiling.
    argv += ["--min-rate", str(question.pps), "--max-rate", str(question.pps)]
    argv += ["--initial-rtt-timeout", "500ms", "--max-rtt-timeout", "1000ms"]
    argv += ["--max-scan-delay", "200ms"]
    argv += ["--data-length", "0"] if question.udp and not question.udp_payload else []
    return [*argv, "-p", ",".join(ports), "-oX", "-", str(question.address)]


def run(argv: Sequence[str], *, seconds: float, brake: Brake) -> tuple[bytes, str]:
    """Run nmap and return its output and its complaints.

    It gets a session of its own, so that Ctrl-C on the terminal is ours to act on; when the
    scan stops it is killed at once, and when this process is killed the kernel does it. Raises
    ``NmapFailed`` if it hangs, ``NmapMissing``.
    """
    try:
        child = subprocess.Popen(
            [*_bound(argv[0]), *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise NmapMissing(f"nmap cannot be started: {error}", "install nmap") from error
    with _lock:
        _running.add(child)
    try:
        out, err = _wait(child, time.monotonic() + seconds, brake)
    except BaseException:
        _kill(child)
        child.communicate()
        raise
    finally:
        with _lock:
            _running.discard(child)
    complaint = err.decode(errors="replace").strip()[:500]
    if child.returncode != 0:
        raise NmapFailed(f"nmap ended with status {child.returncode}: {complaint}")
    return out, complaint


def _bound(program: str) -> tuple[str, ...]:
    """Return what binds a program's life to that of the thread that starts it, and waits for it.

    setpriv(1) sets prctl(2)'s PR_SET_PDEATHSIG and becomes the program. Python code between fork
    and exec could do so too, but not safely where there are other threads.
    """
    # A program that is not there is missed here and not by setpriv.
    return _setpriv() if shutil.which(program) else ()


@cache
def _setpriv() -> tuple[str, ...]:
    """Return the command, or nothing where it is missing or knows of no such signal."""
    setpriv = shutil.which("setpriv", path=os.pathsep.join((os.environ.get("PATH", ""), _PLACES)))
    if setpriv is None:
        return ()
    words = (setpriv, "--pdeathsig", "KILL", "--")
    none = subprocess.DEVNULL
    try:
        tried = subprocess.run(
            [*words, setpriv, "--version"], stdin=none, stdout=none, stderr=none, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return words if tried.returncode == 0 else ()


def kill_all() -> None:
    """Kill every nmap that runs, for a process that is about to end."""
    with _lock:
        for child in _running:
            _kill(child)


def _wait(child: subprocess.Popen[bytes], end: float, brake: Brake) -> tuple[bytes, bytes]:
    while time.monotonic() < end:
        brake.check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=0.2)
    raise NmapFailed("nmap did not end in time")


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
