"""The process that holds the raw sockets, inside network namespaces of its own.

Run as ``raw_bench.py SCENARIO``; prints one JSON object. Only its own loopback is spoken to.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, ip_network
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "-r", "--net"]
LOOPBACK = IPv4Address("127.0.0.1")


def opened() -> Any:
    from riskscan.discover.raw.client import open_raw_sockets
    from riskscan.model import Scope

    return open_raw_sockets(Scope((ip_network("127.0.0.0/8"),)), (), lambda _event: None)


def question(ports: list[int], pps: int = 100, **options: Any) -> Any:
    from riskscan.discover.question import Question

    return Question(options.pop("address", LOOPBACK), tuple(ports), (), pps, 1, **options)


def status() -> dict[str, str]:
    with opened() as raw:
        lines = Path(f"/proc/{raw.pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def many() -> dict[str, Any]:
    """64 callers at once, each about a host of its own."""
    from riskscan.discover.askers import Ports
    from riskscan.discover.brake import Brake

    with opened() as raw, ThreadPoolExecutor(64) as pool:
        ports = Ports(raw, Brake())

        def ask(number: int) -> list[int]:
            asked = question([number, number + 1], address=LOOPBACK + number)
            return [s.port for s in ports.ask(asked)]

        return {"answers": list(pool.map(ask, range(1, 65)))}


def killed() -> dict[str, Any]:
    """It dies while eight callers wait."""
    from riskscan.discover.askers import Ports
    from riskscan.discover.brake import Brake
    from riskscan.errors import RawSocketsLost

    with opened() as raw, ThreadPoolExecutor(8) as pool:
        ports = Ports(raw, Brake())
        asked = [question(list(range(1, 300)), 5, address=LOOPBACK + n) for n in range(8)]
        waiting = [pool.submit(ports.ask, one) for one in asked]
        time.sleep(0.7)
        os.kill(raw.pid, signal.SIGKILL)
        errors = [one.exception(5) for one in waiting]
        try:
            ports.ask(asked[0])
        except RawSocketsLost as error:
            after = error
    return {
        "errors": [type(error).__name__ for error in errors],
        "text": str(errors[0]),
        "hint": after.hint,
        "after": type(after).__name__,
    }


def _children(pid: int) -> list[int]:
    told = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    direct = [int(child) for line in told for child in line]
    return [*direct, *(c for child in direct for c in _children(child))]


def asking() -> None:
    """Ask nmap a question that takes a minute, until killed."""
    from riskscan.discover.askers import nmap_answer
    from riskscan.discover.brake import Brake

    with opened() as raw:
        threading.Thread(
            target=nmap_answer, args=(raw, question(list(range(1, 300)), 5), Brake()), daemon=True
        ).start()
        end = time.monotonic() + 5
        while not _children(raw.pid) and time.monotonic() < end:
            time.sleep(0.05)
        print(json.dumps([raw.pid, *_children(raw.pid)]), flush=True)
        time.sleep(60)


def asker_killed() -> dict[str, Any]:
    """kill -9 of the process that asks."""
    with subprocess.Popen([sys.executable, __file__, "asking"], stdout=subprocess.PIPE) as asker:
        assert asker.stdout
        holder, *children = json.loads(asker.stdout.readline())
        asker.kill()
    end = time.monotonic() + 5
    while (left := [p for p in (holder, *children) if _lives(p)]) and time.monotonic() < end:
        time.sleep(0.05)
    return {"children": len(children), "left": left}


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def garbage() -> dict[str, Any]:
    from riskscan.discover.raw.client import RawProcess

    with RawProcess() as raw:
        raw.ready()
        raw._socket.sendall(b"GET / HTTP/1.0\n")
        last = next(raw._lines)
        return {"last": last, "status": raw._child.wait(5)}


def interrupted() -> dict[str, Any]:
    with opened() as raw:
        os.kill(raw.pid, signal.SIGINT)
        time.sleep(0.3)
        return {"alive": _lives(raw.pid)}


SCENARIOS = {f.__name__: f for f in (status, many, killed, asker_killed, garbage, interrupted)}


def bench(scenario: str) -> Any:
    """Run a scenario in namespaces of its own and return what came of it."""
    done = subprocess.run(
        [*SHARE, sys.executable, __file__, scenario],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1] == "asking":
        asking()
    else:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        print(json.dumps(SCENARIOS[sys.argv[1]]()))
