"""Port states by nmap: one process per host, killable, its answer read through python-nmap."""

from __future__ import annotations

import contextlib
import copy
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import nmap as python_nmap

from riskscan.discover.brake import Brake
from riskscan.discover.question import Question
from riskscan.errors import NmapFailed, NmapMissing
from riskscan.model import PortState, Service

_LONGEST_OUTPUT = 4_000_000
"""Bytes of XML that one host may produce. A full answer about 170 ports is under 30,000."""

NMAPS_AT_ONCE = 8
"""Processes at the same time, however many hosts wait for one."""

_BEAT = 0.2

_STATES = {
    "open": PortState.OPEN,
    "closed": PortState.CLOSED,
    "unfiltered": PortState.CLOSED,
    "filtered": PortState.FILTERED,
    "closed|filtered": PortState.FILTERED,
    "open|filtered": PortState.OPEN_OR_FILTERED,
}


def find_nmap() -> tuple[str, str]:
    """Return path and version of nmap. Raises ``NmapMissing``."""
    try:
        scanner = python_nmap.PortScanner()
    except python_nmap.PortScannerError as error:
        raise NmapMissing(
            "nmap is not installed", "install it: apt install nmap, or dnf install nmap"
        ) from error
    major, minor = scanner.nmap_version()
    return scanner._nmap_path, f"{major}.{minor}"


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


class Nmap:
    """Asks nmap about one host at a time; safe to share between threads."""

    def __init__(self, path: str, *, privileged: bool, brake: Brake) -> None:
        self._path = path
        self._privileged = privileged
        self._brake = brake
        self._places = threading.BoundedSemaphore(NMAPS_AT_ONCE)

    @cached_property
    def _scanner(self) -> Any:
        return python_nmap.PortScanner(nmap_search_path=(self._path,))

    def ask(self, question: Question) -> tuple[Service, ...]:
        """Return the state of every port that was asked.

        Asked once more if nmap fails: a missing host is never "no open ports". Raises
        ``NmapFailed`` after the second failure, ``Stopped`` if the scan should end.
        """
        argv = arguments(self._path, question, privileged=self._privileged)
        while not self._places.acquire(timeout=_BEAT):
            self._brake.check()
        try:
            return self._once(argv, question)
        except NmapFailed:
            return self._once(argv, question)
        finally:
            self._places.release()

    def _once(self, argv: Sequence[str], question: Question) -> tuple[Service, ...]:
        xml, complaint = run(argv, seconds=question.patience, brake=self._brake)
        # A copy for each answer: the object keeps its last result, and threads share it.
        return parse(copy.copy(self._scanner), xml, complaint, question)


def run(argv: Sequence[str], *, seconds: float, brake: Brake) -> tuple[bytes, str]:
    """Run nmap and return its output and its complaints.

    It gets a session of its own, so that Ctrl-C on the terminal is ours to act on; when the
    scan stops it is killed at once. Raises ``NmapFailed`` if it hangs, ``NmapMissing``.
    """
    try:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise NmapMissing(f"nmap cannot be started: {error}", "install nmap") from error
    try:
        out, err = _wait(child, time.monotonic() + seconds, brake)
    except BaseException:
        _kill(child)
        raise
    complaint = err.decode(errors="replace").strip()[:500]
    if child.returncode != 0:
        raise NmapFailed(f"nmap ended with status {child.returncode}: {complaint}")
    return out, complaint


def _wait(child: subprocess.Popen[bytes], end: float, brake: Brake) -> tuple[bytes, bytes]:
    while time.monotonic() < end:
        brake.check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=0.2)
    raise NmapFailed("nmap did not end in time")


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def parse(scanner: Any, xml: bytes, complaint: str, question: Question) -> tuple[Service, ...]:
    """Read nmap's XML: python-nmap for the ports it lists, the tree for those it sums up.

    Raises ``NmapFailed`` unless every port that was asked has a state.
    """
    if len(xml) > _LONGEST_OUTPUT:
        raise NmapFailed("nmap wrote more than any host can be worth")
    states = {**_summed_up(xml, question), **_listed(scanner, xml, complaint, question)}
    wanted = [("tcp", p) for p in question.tcp] + [("udp", p) for p in question.udp]
    missing = [f"{port}/{protocol}" for protocol, port in wanted if (protocol, port) not in states]
    if missing:
        raise NmapFailed(f"nmap left out {len(missing)} ports, first {missing[0]}")
    return tuple(Service(port, protocol, states[protocol, port]) for protocol, port in wanted)


def _listed(
    scanner: Any, xml: bytes, complaint: str, question: Question
) -> dict[tuple[str, int], PortState]:
    try:
        answer = scanner.analyse_nmap_xml_scan(nmap_xml_output=xml, nmap_err=complaint)
        host = answer["scan"][str(question.address)]
    except (python_nmap.PortScannerError, AttributeError, KeyError, ValueError) as error:
        # Cut short, without its closing summary, or without the host: python-nmap tells these
        # apart only by the kind of exception.
        raise NmapFailed(
            f"nmap's answer is incomplete: {complaint or repr(error)[:200]}"
        ) from error
    return {
        (protocol, port): _state(entry["state"])
        for protocol in ("tcp", "udp")
        for port, entry in host.get(protocol, {}).items()
    }


def _summed_up(xml: bytes, question: Question) -> dict[tuple[str, int], PortState]:
    """Read ``extraports``, where nmap puts the many that are alike; python-nmap drops them.

    nmap wrote this XML itself and the parser (expat) resolves no outer entities, so nothing
    hostile is parsed here.
    """
    try:
        tree = ElementTree.fromstring(xml)  # noqa: S314 - see above
    except ElementTree.ParseError as error:
        raise NmapFailed(f"nmap's answer is not XML: {error}") from error
    return {
        (reason.get("proto", "tcp"), port): _state(extra.get("state"))
        for host in tree.iterfind("host")
        if str(question.address) in {a.get("addr") for a in host.iterfind("address")}
        for extra in host.iterfind("ports/extraports")
        for reason in extra.iterfind("extrareasons")
        for port in _expand(reason.get("ports", ""))
    }


def _expand(ports: str) -> Iterator[int]:
    """Yield the numbers of ``22,80-82``."""
    for part in filter(None, ports.split(",")):
        first, _, last = part.partition("-")
        try:
            yield from range(int(first), min(int(last or first), 65_535) + 1)
        except ValueError as error:
            raise NmapFailed(f"nmap listed ports oddly: {ports[:60]!r}") from error


def _state(word: str | None) -> PortState:
    try:
        return _STATES[word or ""]
    except KeyError:
        raise NmapFailed(f"nmap named a state that is not known: {word!r}") from None


def merged(parts: Iterable[Sequence[Service]]) -> tuple[Service, ...]:
    """Join the answers to several questions, by protocol and number."""
    return tuple(sorted((s for part in parts for s in part), key=lambda s: (s.protocol, s.port)))
