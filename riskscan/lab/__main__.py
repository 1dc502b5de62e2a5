"""``python -m riskscan.lab``: bring the clinic up, show it, and stay until Ctrl-C."""

# ruff: noqa: T201 - a program for developers; its output is its purpose

from __future__ import annotations

import signal
import sys
import time

from riskscan.errors import RiskscanError
from riskscan.lab import CLINIC, CLINIC_NETWORKS, Lab
from riskscan.lab.host import LabHost
from riskscan.lab.place import __file__ as launcher


def main() -> int:
    """Hold the lab up. Returns the exit code."""
    # Also where SIGINT came in ignored, as it does to what a script starts in the background.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with Lab(CLINIC) as lab:
            _show(lab)
            while True:  # pause(2) would miss a signal that comes just before it
                time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nThe clinic is gone.")
    except RiskscanError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


def _show(lab: Lab) -> None:
    for host in lab.hosts:
        print(_line(host))
    place = lab.pids[1]
    inside = f"{sys.executable} {launcher} {place}"
    print(f"\nThe clinic is up: {', '.join(CLINIC_NETWORKS)}, seen from {lab.scanner.address}.")
    print("Look at it from the scanner's place, in another terminal:")
    print(f"  {inside} ping -c1 192.168.50.1")
    print(f"  {inside} {sys.executable} -m riskscan scan {' '.join(CLINIC_NETWORKS)}")
    print("Ctrl-C takes it down.", flush=True)


def _line(host: LabHost) -> str:
    ports = " ".join(f"{port}/{kind}" for kind, port in sorted(host.open_ports, key=_by_port))
    return f"{host.address:14} {host.mac}  {host.device_class:17} {host.what}  [{ports or '-'}]"


def _by_port(entry: tuple[str, int]) -> tuple[int, str]:
    return entry[1], entry[0]


if __name__ == "__main__":
    sys.exit(main())
