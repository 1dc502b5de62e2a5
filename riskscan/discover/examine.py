"""One host, start to finish: its ports in two steps, then the probes, triaged between all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from riskscan.discover.brake import Brake
from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import Fault, Stopped
from riskscan.discover.nmap import Nmap, Question, merged
from riskscan.discover.pace import UDP_PPS, stricter
from riskscan.discover.ports import UDP_EMPTY
from riskscan.discover.probes import PROBES, Probe
from riskscan.errors import NmapFailed
from riskscan.model import (
    Event,
    Host,
    Notice,
    Observation,
    Outcome,
    Pace,
    Policy,
    ProbeResult,
    Scope,
    Stage,
    Triage,
)

Judge = Callable[[Host], Triage]


class Examination:
    """What is done to one host, by one thread.

    The policy is asked for before the first packet, after each port question and after each
    probe. It can only become stricter, and then all that is left follows the stricter one.
    """

    def __init__(
        self,
        host: Host,
        *,
        scope: Scope,
        triage: Judge,
        paces: Mapping[Policy, Pace],
        nmap: Nmap,
        notify: Callable[[Event], None],
        brake: Brake,
    ) -> None:
        self._scope = scope
        self._judge = triage
        self._paces = paces
        self._nmap = nmap
        self._notify = notify
        self._brake = brake
        self.host = replace(host, triage=triage(host))

    def run(self, passed: Callable[[Stage], None]) -> Host:
        """Examine; ``passed`` is told of each stage that is over.

        Raises ``Stopped`` if the scan should end: then nothing is known of this host.
        """
        touchable = self._scope.allows_mac(self.host.mac)
        if touchable:
            self._ask_ports()
        else:
            self._leave_alone()
        passed(Stage.PORTS)
        if touchable:
            self._ask_probes()
        return self.host

    @property
    def pace(self) -> Pace:
        return self._paces[self.host.triage.policy]

    def _learn(self, **changes: object) -> None:
        changed = replace(self.host, **changes)  # type: ignore[arg-type]
        self.host = replace(changed, triage=stricter(self.host.triage, self._judge(changed)))

    def _leave_alone(self) -> None:
        reason = "its MAC address is on the do-not-touch list"
        result = ProbeResult("all", None, None, Outcome.SKIPPED_FOR_SAFETY, detail=reason)
        self.host = replace(
            self.host, triage=Triage(Policy.FRAGILE, reason), probe_results=(result,)
        )

    # ports

    def _ask_ports(self) -> None:
        """Ask the telltale ports first: a medical device shows itself there, and hears no more."""
        try:
            for next_question in (self._telltale, self._other_tcp, self._udp, self._quiet_udp):
                if question := next_question():
                    services = self._nmap.ask(question)
                    self._learn(services=merged((self.host.services, services)))
        except NmapFailed as error:
            self._ports_failed(error)

    def _telltale(self) -> Question | None:
        """What every device is asked, as slowly as the most fragile one bears."""
        gentlest = self._paces[Policy.FRAGILE]
        return self._question(tcp=gentlest.tcp_ports, ceiling=gentlest.host_pps)

    def _other_tcp(self) -> Question | None:
        asked = {s.port for s in self.host.services if s.protocol == "tcp"}
        return self._question(tcp=tuple(p for p in self.pace.tcp_ports if p not in asked))

    def _udp(self) -> Question | None:
        ports = tuple(p for p in self.pace.udp_ports if p not in UDP_EMPTY)
        return self._question(udp=ports, ceiling=UDP_PPS, udp_payload=True)

    def _quiet_udp(self) -> Question | None:
        ports = tuple(p for p in self.pace.udp_ports if p in UDP_EMPTY)
        return self._question(udp=ports, ceiling=UDP_PPS)

    def _question(
        self,
        tcp: tuple[int, ...] = (),
        udp: tuple[int, ...] = (),
        ceiling: int | None = None,
        udp_payload: bool = False,
    ) -> Question | None:
        if not (tcp or udp) or not self._scope.allows(self.host.address):
            return None
        pps = min(self.pace.host_pps, ceiling or self.pace.host_pps)
        return Question(self.host.address, tcp, udp, pps, self.pace.tries, udp_payload)

    def _ports_failed(self, error: NmapFailed) -> None:
        """Keep the states that earlier questions gave; what was not answered was never asked."""
        self._notify(Notice("ports-failed", f"{self.host.address}: {error.message}"))
        failed = ProbeResult("ports", None, None, Outcome.CRASHED, detail=error.message[:200])
        self._learn(probe_results=(*self.host.probe_results, failed))

    # probes

    def _ask_probes(self) -> None:
        dialer = Dialer(self._scope, self.host.address, self.pace, self._brake)
        for probe in PROBES.values():
            for port in probe.wants(self.host):
                dialer.pace = self.pace
                result = self._hold_back(probe, port) or ask(probe, dialer, self.host, port)
                self._learn(
                    probe_results=(*self.host.probe_results, result),
                    connections=dialer.connections,
                )

    def _hold_back(self, probe: Probe, port: int) -> ProbeResult | None:
        policy = self.host.triage.policy
        allowed = self.pace.tcp_ports if probe.protocol == "tcp" else self.pace.udp_ports
        if policy in probe.policies and port in allowed:
            return None
        detail = f"not asked of a {policy} device: {self.host.triage.reason}"
        return ProbeResult(probe.name, port, probe.protocol, Outcome.SKIPPED_FOR_SAFETY, (), detail)


def ask(probe: Probe, dialer: Dialer, host: Host, port: int) -> ProbeResult:
    """Ask one probe on one port, and keep what it learned, however it ended.

    Raises ``Stopped`` only; any other exception is an ``Outcome``.
    """
    learned: list[Observation] = []
    outcome, detail = Outcome.ANSWERED, ""
    dialer.begin()
    try:
        for observation in probe.ask(dialer, host, port):
            learned.append(observation)
    except Stopped:
        raise
    except Fault as fault:
        outcome, detail = fault.outcome, str(fault)
    except Exception as error:
        outcome, detail = Outcome.CRASHED, f"{type(error).__name__}: {error}"[:200]
    return ProbeResult(probe.name, port, probe.protocol, outcome, tuple(learned), detail)
