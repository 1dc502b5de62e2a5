"""Port states by nmap: one process per host, killable, its answer read through python-nmap."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import nmap as python_nmap

from riskscan.discover.askers import nmap_answer
from riskscan.discover.brake import Brake
from riskscan.discover.question import Question
from riskscan.discover.raw.contract import RawSockets
from riskscan.discover.raw.nmap_job import LONGEST_OUTPUT, arguments, run
from riskscan.errors import NmapFailed, NmapMissing
from riskscan.model import PortState, Service

__all__ = ["NMAPS_AT_ONCE", "Nmap", "arguments", "find_nmap", "merged", "parse", "run"]

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


class Nmap:
    """Asks nmap about one host at a time; safe to share between threads.

    Given ``raw``, nmap runs where the raw sockets are; what it writes is read here all the same.
    """

    def __init__(
        self, path: str, *, privileged: bool, brake: Brake, raw: RawSockets | None = None
    ) -> None:
        self._path = path
        self._privileged = privileged
        self._raw = raw
        self._brake = brake
        self._places = threading.BoundedSemaphore(NMAPS_AT_ONCE)

    @property
    def path(self) -> str:
        return self._path

    @cached_property
    def _scanner(self) -> Any:
        return python_nmap.PortScanner(nmap_search_path=(self._path,))

    def ask(self, question: Question) -> tuple[Service, ...]:
        """Return the state of every port that was asked.

        Asked once more if nmap fails: a missing host is never "no open ports". Raises
        ``NmapFailed`` after the second failure, ``Stopped`` if the scan should end.
        """
        while not self._places.acquire(timeout=_BEAT):
            self._brake.check()
        try:
            return self._once(question)
        except NmapFailed:
            return self._once(question)
        finally:
            self._places.release()

    def _once(self, question: Question) -> tuple[Service, ...]:
        if self._raw is not None:
            xml, complaint = nmap_answer(self._raw, question, self._brake)
        else:
            argv = arguments(self._path, question, privileged=self._privileged)
            xml, complaint = run(argv, seconds=question.patience, brake=self._brake)
        # A copy for each answer: the object keeps its last result, and threads share it.
        return parse(copy.copy(self._scanner), xml, complaint, question)


def parse(scanner: Any, xml: bytes, complaint: str, question: Question) -> tuple[Service, ...]:
    """Read nmap's XML: python-nmap for the ports it lists, the tree for those it sums up.

    Raises ``NmapFailed`` unless every port that was asked has a state.
    """
    if len(xml) > LONGEST_OUTPUT:
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
