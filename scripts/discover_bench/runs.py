"""One run of one tool on a fresh copy of the network."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from discover_bench.load import Result, compare, descendants, feel, resident, sent
from discover_bench.networks import Scenario
from discover_bench.tools import RISKSCAN, Tool
from riskscan.errors import RiskscanError
from riskscan.lab import Lab, WireLab

GRACE = 10.0
"""Seconds that a tool has to end after it was told that its time is up."""

KILLED_AFTER = 0.5
"""Share of a whole scan's frames after which the scan that shall be resumed is killed, unless told
otherwise."""


def measure(
    scenario: Scenario, tool: Tool, limit: float, job: str, killed_after: float = KILLED_AFTER
) -> Result:
    """Let one tool do one job once."""
    if job == "rescan":
        return _rescan(scenario, tool, limit)
    if job == "resume":
        return _resume(scenario, tool, limit, killed_after)
    with scenario.lab() as lab, tempfile.TemporaryFile("w+") as out:
        result = _run(lab, tool, limit, out)
        out.seek(0)
        _judge(result, tool, lab, job, out.read())
    return result


def _judge(result: Result, tool: Tool, lab: Lab | WireLab, job: str, said: str) -> None:
    found = {} if result.stopped else tool.read(said)
    feel(result, lab, found)
    if not result.stopped:
        compare(result, found, lab, job, tool)


def _rescan(scenario: Scenario, tool: Tool, limit: float) -> Result:
    """Scan, and scan again what has not changed; what devices felt is of both together."""
    with scenario.lab() as lab, tempfile.TemporaryFile("w+") as out:
        first = _run(lab, tool, limit, out)
        again = _run(lab, tool, limit, out, (*tool.argv, "--rescan"))
        again.stopped |= first.stopped
        again.time_share = again.seconds / first.seconds
        again.packet_share = again.sent / first.sent
        _judge(again, tool, lab, "rescan", "")
    return again


def _resume(scenario: Scenario, tool: Tool, limit: float, killed_after: float) -> Result:
    """Scan without trouble; then on a fresh copy kill the scan midway, and resume it."""
    assert tool.database
    with scenario.lab() as lab, tempfile.TemporaryFile("w+") as out:
        whole = _run(lab, tool, limit, out)
    tool.database.unlink(missing_ok=True)
    words = (*RISKSCAN, "scan", "--resume", "--db", str(tool.database), "-q")
    with scenario.lab() as lab, tempfile.TemporaryFile("w+") as out:
        before, left = _killed(lab, tool, whole.sent * killed_after, limit)
        rest = _run(lab, tool, limit, out, words)
        rest.stopped |= whole.stopped
        rest.time_share = rest.seconds / whole.seconds
        rest.packet_share = (before + rest.sent - whole.sent) / whole.sent
        rest.left_running = left
        _judge(rest, tool, lab, "resume", "")
    return rest


def _killed(lab: Lab | WireLab, tool: Tool, frames: float, limit: float) -> tuple[int, int]:
    """Kill a scan after so many frames; return how many it had sent, and who outlived it."""
    begun, quiet = sent(lab), subprocess.DEVNULL
    process = lab.popen(tool.argv, stdin=quiet, stdout=quiet, stderr=quiet)
    end = time.monotonic() + limit
    while sent(lab) - begun < frames:
        if process.poll() is not None or time.monotonic() > end:
            break
        time.sleep(0.05)
    below = descendants(process.pid)
    process.kill()
    process.wait()
    time.sleep(2)
    left = [pid for pid in below if Path(f"/proc/{pid}").exists()]
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return sent(lab) - begun, len(left)


def _run(
    lab: Lab | WireLab,
    tool: Tool,
    limit: float,
    out: IO[str],
    argv: Sequence[str] | None = None,
) -> Result:
    begun, sent_before = time.monotonic(), sent(lab)
    with tempfile.TemporaryFile("w+") as errors:
        words = argv or tool.argv
        process = lab.popen(words, stdout=out, stderr=errors, stdin=subprocess.DEVNULL)
        late, memory = _watch(process, min(limit, tool.ended_after or limit))
        if late:
            _end(process)
        stopped = late and (tool.ended_after is None or tool.ended_after > limit)
        seconds = time.monotonic() - begun
        errors.seek(0)
        if process.returncode and not late and not tool.may_fail:
            said = errors.read().strip()[-300:]
            raise RiskscanError(f"{tool.name} ended with {process.returncode}: {said}")
    return Result(seconds, stopped, megabytes=memory / 1000, sent=sent(lab) - sent_before)


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _watch(process: subprocess.Popen[Any], limit: float) -> tuple[bool, int]:
    """Wait; return whether the time was up first, and the most memory (kB) that was held.

    What wait4(2) tells of memory will not do: it begins with that of the process that forked.
    """
    end, memory = time.monotonic() + limit, 0
    while process.poll() is None:
        if time.monotonic() > end:
            return True, memory
        memory = max(memory, resident(process.pid))
        time.sleep(0.02)
    return False, memory
