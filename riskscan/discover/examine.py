"""One host, start to finish: its ports in two steps, then the probes, triaged between all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from riskscan.discover import leftovers
from riskscan.discover.again import Again
from riskscan.discover.askers import Ports
from riskscan.discover.brake import Brake
from riskscan.discover.checkpoints import Checkpoints
from riskscan.discover.datagrams import Datagrams
from riskscan.discover.dialer import Dialer
from riskscan.discover.faults import AnswersEverywhere, Fault, PortsUnknown, Stopped, WentSilent
from riskscan.discover.nmap import Nmap, merged
from riskscan.discover.pace import MOST_TRIES, UDP_PPS, stricter
from riskscan.discover.ports import STRANGER_TCP, UDP_EMPTY, worth
from riskscan.discover.probes import PROBES, Probe
from riskscan.discover.question import Question, Standing
from riskscan.discover.restraint import restraint
from riskscan.errors import NmapFailed
from riskscan.model import (
    Begun,
    Event,
    Host,
    Notice,
    Observation,
    Outcome,
    Pace,
    Policy,
    ProbeResult,
    Scope,
    Service,
    Stage,
    Triage,
    Tried,
)

Judge = Callable[[Host], Triage]
Robust = Callable[[Host], bool]
"""Says whether what is known of a host makes it a server or network gear with high confidence."""
Allowed = Callable[[Host], bool]
"""Says whether the site file allows anonymous greetings to a host, delicate as it may be."""

_NextQuestion = Callable[[], Question | None]


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
        engine: Ports | None = None,
        notify: Callable[[Event], None],
        brake: Brake,
        again: Again | None = None,
        begun: Begun | None = None,
        checkpoints: Checkpoints | None = None,
        robust: Robust = lambda _host: False,
        allows_anonymous: Allowed = lambda _host: False,
    ) -> None:
        """``again`` is what an earlier scan knows of the host; it spares an unchanged one most.

        ``begun`` is how far this scan came before it was interrupted: it goes on from there.
        ``robust`` opens one stage, nmap's naming of leftovers. It makes no other question faster.
        ``allows_anonymous`` opens the questions ``FOR_STRANGERS`` to a device that may be medical;
        it feels no more packets and no more connections by it.
        """
        self._scope = scope
        self._judge = triage
        self._paces = paces
        self._nmap = nmap
        self._engine = engine
        self._notify = notify
        self._brake = brake
        self._again = again
        self._robust = robust
        self._allows_anonymous = allows_anonymous
        self._checkpoints = checkpoints or Checkpoints(None, brake)
        self._tried = {tried.port: tried for tried in begun.tried} if begun else {}
        self._left_alone = False
        self._datagrams = 0
        host = picked_up(host, begun.host) if begun else host
        seen = triage(host)
        self.host = replace(host, triage=stricter(host.triage, seen) if _has_spoken(host) else seen)

    def run(self, passed: Callable[[Stage], None]) -> Host:
        """Examine; ``passed`` is told of each stage that is over.

        Raises ``Stopped`` if the scan should end: then nothing is known of this host.
        """
        self._checkpoint()
        if self._scope.allows_mac(self.host.mac):
            self._ask_ports((self._first, self._other_tcp, self._udp, self._quiet_udp))
        else:
            self._leave_alone()
        passed(Stage.PORTS)
        if not self._left_alone:
            self._ask_probes()
            self._ask_what_was_spared()
            self._name_leftovers()
            self._carry_over()
        return self.host

    @property
    def pace(self) -> Pace:
        return self._paces[self.host.triage.policy]

    def _learn(self, **changes: object) -> None:
        changed = replace(self.host, **changes)  # type: ignore[arg-type]
        self.host = replace(changed, triage=stricter(self.host.triage, self._judge(changed)))

    def _leave_alone(self) -> None:
        reason = "its MAC address is on the do-not-touch list"
        self._ask_no_more(reason)
        self.host = replace(self.host, triage=Triage(Policy.FRAGILE, reason))

    def _ask_no_more(self, reason: str, *sightings: Observation) -> None:
        self._left_alone = True
        result = ProbeResult("all", None, None, Outcome.SKIPPED_FOR_SAFETY, detail=reason)
        self._learn(
            probe_results=(*self.host.probe_results, result),
            sightings=(*self.host.sightings, *sightings),
        )

    # ports

    def _ask_ports(self, questions: Iterable[_NextQuestion]) -> None:
        """Ask the telltale ports first: a medical device shows itself there, and hears no more."""
        try:
            for next_question in questions:
                if question := self._left_of(next_question()):
                    services = self._answer(question)
                    self._learn(services=merged((self.host.services, services)))
                    self._checkpoint()
        except AnswersEverywhere as tarpit:
            self._tarpit(str(tarpit))
        except WentSilent as silent:
            self._went_silent(silent)
        except (NmapFailed, PortsUnknown) as error:
            self._ports_failed(str(error))

    def _answer(self, question: Question) -> tuple[Service, ...]:
        """Ask our engine for TCP where there is one; nmap for UDP, and for all else."""
        if not self._engine or not question.tcp or question.udp or question.address.version != 4:
            return self._nmap.ask(question)
        standings: dict[int, Standing] = {}

        def tell(news: Mapping[int, Standing]) -> None:
            standings.update(news)
            self._checkpoint(standings)

        return self._engine.ask(question, tell)

    def _left_of(self, question: Question | None) -> Question | None:
        """Take out what was answered before the scan was interrupted."""
        if question is None:
            return None
        tcp = self._unasked("tcp", question.tcp)
        udp = self._unasked("udp", question.udp)
        tried = tuple(self._tried[port] for port in tcp if port in self._tried)
        return replace(question, tcp=tcp, udp=udp, tried=tried) if tcp or udp else None

    def _first(self) -> Question | None:
        """What every device is asked, as slowly as the most fragile one bears.

        A device that an earlier scan asked in full and found ordinary shows by these ports, and
        at its own pace, whether it is still the same.
        """
        gentlest = self._paces[Policy.FRAGILE]
        if self._again and self._again.ordinary and self.host.triage.policy is not Policy.FRAGILE:
            return self._question(tcp=self._again.tcp(self.pace), once=self._again.silent_tcp)
        once = self._again.silent_tcp if self._again else frozenset[int]()
        if self._for_strangers():
            # What it hears as a stranger takes the place of every second try.
            once |= frozenset(gentlest.tcp_ports)
        return self._question(tcp=gentlest.tcp_ports, ceiling=gentlest.host_pps, once=once)

    def _is_spared(self) -> bool:
        """Whether it is as the earlier scan found it, and not to be asked in full this time."""
        again = self._again
        return again is not None and again.spares and not again.changed(self.host)

    def _other_tcp(self) -> Question | None:
        if self._is_spared():
            return None
        strangers = self._for_strangers()
        left = self._unasked("tcp", dict.fromkeys((*self.pace.tcp_ports, *strangers)))
        return self._question(tcp=tuple(sorted(left, key=worth)), once=frozenset(strangers))

    def _for_strangers(self) -> tuple[int, ...]:
        """Return the ports that a fragile device is asked only because the site file allows it.

        None without our engine: nmap tries each port twice, and that would be too many packets.
        """
        fragile = self.host.triage.policy is Policy.FRAGILE
        asks_once = self._engine is not None and self.host.address.version == 4
        return STRANGER_TCP if fragile and asks_once and self._allows_anonymous(self.host) else ()

    def _udp(self) -> None:
        """Ask in the ports' own protocols, by probes; a port scan has nothing left to ask there."""
        ports = tuple(p for p in self._udp_to_ask() if p not in UDP_EMPTY)
        if not ports or not self._scope.allows(self.host.address):
            return
        before = self.host
        silent = self._again.silent_udp if self._again else frozenset()
        asker = Datagrams(
            self._scope, self._brake, PROBES, now=lambda: (self.host, self.pace), ask_one=ask
        )
        for heard in asker.ask(ports, silent=silent):
            self._datagrams = heard.questions
            self._learn(
                services=merged((before.services, heard.services)),
                probe_results=(*before.probe_results, *heard.results),
                connections=before.connections + heard.questions,
            )
            self._checkpoint()

    def _quiet_udp(self) -> Question | None:
        ports = tuple(p for p in self._udp_to_ask() if p in UDP_EMPTY)
        return self._question(udp=ports, ceiling=UDP_PPS)

    def _udp_to_ask(self) -> tuple[int, ...]:
        if self._again is None or not self._is_spared():
            return self._unasked("udp", self.pace.udp_ports)
        return self._unasked("udp", self._again.udp(self.pace))

    def _unasked(self, protocol: str, ports: Iterable[int]) -> tuple[int, ...]:
        asked = {s.port for s in self.host.services if s.protocol == protocol}
        return tuple(port for port in ports if port not in asked)

    def _question(
        self,
        tcp: tuple[int, ...] = (),
        udp: tuple[int, ...] = (),
        ceiling: int | None = None,
        once: frozenset[int] = frozenset(),
    ) -> Question | None:
        if not (tcp or udp) or not self._scope.allows(self.host.address):
            return None
        pps = min(self.pace.host_pps, ceiling or self.pace.host_pps)
        ordinary = self.host.triage.policy is not Policy.FRAGILE
        return Question(
            self.host.address,
            tcp,
            udp,
            pps,
            self.pace.tries,
            most=MOST_TRIES if ordinary else self.pace.tries,
            decoys=ordinary and ceiling is None,
            once=tuple(once.intersection(tcp)),
        )

    def _ports_failed(self, reason: str) -> None:
        """Keep the states that earlier questions gave; what was not answered was never asked."""
        self._notify(Notice("ports-failed", f"{self.host.address}: {reason}"))
        failed = ProbeResult("ports", None, None, Outcome.CRASHED, detail=reason[:200])
        self._learn(probe_results=(*self.host.probe_results, failed))

    def _tarpit(self, reason: str) -> None:
        """Keep no port: where all are open, none says anything."""
        self._notify(Notice("tarpit", f"{self.host.address}: {reason}; it is left alone"))
        self._learn(services=())
        self._ask_no_more(reason, Observation.of("net.tarpit", "true"))

    def _went_silent(self, silent: WentSilent) -> None:
        """Keep what it said while it was well, and leave it alone."""
        self._notify(Notice("went-silent", f"{self.host.address}: {silent}; it is left alone"))
        self._learn(services=merged((self.host.services, silent.services)))
        self._ask_no_more(str(silent), Observation.of("net.distress", "true"))

    # what a scan that is killed now would know

    def _checkpoint(self, standings: Mapping[int, Standing] = MappingProxyType({})) -> None:
        """Note what the host has said, and which ports are silent so far. Nothing is concluded."""
        if self._left_alone:
            return
        settled = (Service(p, "tcp", s.state) for p, s in standings.items() if s.state)
        host = replace(self.host, services=merged((self.host.services, tuple(settled))))
        now = {port: Tried(port, s.tries) for port, s in standings.items() if s.tries}
        known = {s.port for s in host.services if s.protocol == "tcp"}
        tried = (t for port, t in {**self._tried, **now}.items() if port not in known)
        self._checkpoints.note(Begun(host, tuple(tried)))

    # what an earlier scan knows

    def _ask_what_was_spared(self) -> None:
        """Ask in full after all, where the probes found another device than was there before."""
        if self._again is None or not self._again.spares or self._is_spared():
            return
        self._ask_ports((self._other_tcp, self._udp, self._quiet_udp))
        if not self._left_alone:
            self._ask_probes()

    def _carry_over(self) -> None:
        """Keep what was not asked again, with its day. Last, so that no probe takes it for new."""
        if self._again and not self._left_alone:
            carried = self._again.carried(self.host)
            self.host = replace(self.host, services=merged((self.host.services, carried)))

    # probes

    def _ask_probes(self) -> None:
        dialer = Dialer(self._scope, self.host.address, self.pace, self._brake, self._spend)
        dialer.connections = self.host.connections
        asked = {(result.probe, result.port) for result in self.host.probe_results}
        for probe in PROBES.values():
            for port in probe.wants(self.host):
                if (probe.name, port) in asked:
                    continue
                dialer.pace = self._patience(probe, port)
                held_back = self._hold_back(probe, port, dialer.connections)
                result = held_back or ask(probe, dialer, self.host, port)
                self._learn(
                    probe_results=(*self.host.probe_results, result),
                    connections=dialer.connections,
                )
                self._checkpoint()

    def _spend(self, connections: int) -> None:
        """Have a connection counted before it is made, where each one counts."""
        if self.pace.most_connections is not None:
            host = replace(self.host, connections=connections)
            self._checkpoints.note_first(Begun(host))

    def _patience(self, probe: Probe, port: int) -> Pace:
        return self._again.patience(probe.name, port, self.pace) if self._again else self.pace

    def _hold_back(self, probe: Probe, port: int, connections: int) -> ProbeResult | None:
        policy, most = self.host.triage.policy, self.pace.most_connections
        detail = restraint(
            self.host,
            probe,
            port,
            self.pace,
            also_open=self._again.open_tcp if self._again else (),
            allowed=self._allows_anonymous(self.host),
        )
        if not detail and most is not None and connections - self._datagrams >= most:
            detail = f"it had {connections} connections, and a {policy} device gets no more"
        if not detail:
            return None
        return ProbeResult(probe.name, port, probe.protocol, Outcome.SKIPPED_FOR_SAFETY, (), detail)

    def _name_leftovers(self) -> None:
        """Let nmap name what no probe understood, one port after the other, while it is robust."""
        intensity = self._paces[Policy.ROBUST].version_intensity
        if intensity is None or self._left_alone:
            return
        named = {r.port for r in self.host.probe_results if r.probe == leftovers.NAME}
        for port in leftovers.leftovers(self.host):
            if port in named:
                continue
            policy, allowed = self.host.triage.policy, self._scope.allows(self.host.address)
            hardy = policy is Policy.ROBUST or (policy is Policy.NORMAL and self._robust(self.host))
            if not (hardy and allowed):
                return
            self._brake.wait(self.pace.gap)
            path, address = self._nmap.path, self.host.address
            result = leftovers.ask(path, address, port, intensity, self._brake)
            self._learn(
                probe_results=(*self.host.probe_results, result),
                connections=self.host.connections + leftovers.MOST_CONNECTIONS,
            )
            self._checkpoint()


def _has_spoken(host: Host) -> bool:
    return bool(host.services or host.probe_results)


def picked_up(host: Host, before: Host) -> Host:
    """Return a host as it was left when the scan was interrupted, and as it was found again now.

    That its ports could not be asked then is no reason not to ask them now.
    """
    kept = (r for r in before.probe_results if (r.probe, r.port) != ("ports", None))
    return replace(
        before,
        found_by=host.found_by,
        probe_results=tuple(kept),
        sightings=tuple(dict.fromkeys((*before.sightings, *host.sightings))),
    )


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
