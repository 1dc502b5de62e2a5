"""What is wanted, and whether the rows of this run show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from discover_bench.load import Result
from discover_bench.table import BASE_TOOL, Row

OWN = "riskscan"
Verdict = tuple[str, bool]
"""What was measured, and whether it is enough."""


@dataclass(frozen=True)
class Goal:
    """One thing that is wanted of riskscan."""

    text: str
    judge: Callable[[Sequence[Row]], Verdict | None]
    """Returns None if no row of this run tells."""


def verdicts(rows: Sequence[Row]) -> list[str]:
    """Return a line for each goal."""
    lines = []
    for goal in GOALS:
        verdict = goal.judge(rows)
        said, met = verdict or ("not measured in this run", False)
        mark = "-" if verdict is None else "yes" if met else "NO"
        lines.append(f"{mark:<3}  {goal.text}: {said}")
    return lines


def _own(rows: Iterable[Row], *jobs: str, within: str = "") -> list[Row]:
    return [
        r
        for r in rows
        if r.tool == OWN and (not jobs or r.job in jobs) and r.scenario.startswith(within)
    ]


def _runs(rows: Iterable[Row]) -> list[Result]:
    return [run for row in rows for run in row.runs]


def _all_hosts(rows: Sequence[Row]) -> Verdict | None:
    small = [r for r in _own(rows, "sweep") if r.scenario.startswith(("clinic", "24-"))]
    if not small:
        return None
    said = ", ".join(f"{r.scenario} {r.complete}/{len(r.runs)}" for r in small)
    return said, all(r.complete == len(r.runs) for r in small)


def _all_ports(rows: Sequence[Row]) -> Verdict | None:
    asked = _own(rows, "ports", "ports200", "whole")
    if not asked:
        return None
    said = ", ".join(f"{r.scenario} {r.job} {r.complete}/{len(r.runs)}" for r in asked)
    lossy = [r for r in asked if r.scenario.endswith("-lossy")]
    enough = all(r.complete >= 0.95 * len(r.runs) for r in lossy)
    return said, enough and all(r.complete == len(r.runs) for r in asked if r not in lossy)


def _faster(scenario: str, job: str, share: float) -> Callable[[Sequence[Row]], Verdict | None]:
    def judge(rows: Sequence[Row]) -> Verdict | None:
        here = {r.tool: r for r in rows if (r.scenario, r.job) == (scenario, job)}
        own, base = here.get(OWN), here.get(BASE_TOOL)
        if own is None or base is None or own.stopped:
            return None
        mark, ratio = ("below " if base.stopped else ""), own.seconds / base.seconds
        return f"{mark}{ratio:.2f}", ratio <= share

    return judge


def _frail(rows: Sequence[Row]) -> Verdict | None:
    runs = _runs(_own(rows, "ports", "whole"))
    if not runs:
        return None
    most, peak = max(r.fragile_most for r in runs), max(r.fragile_peak for r in runs)
    return f"{most}, {peak}", most <= 45 and peak <= 8


def _none(name: str) -> Callable[[Sequence[Row]], Verdict | None]:
    def judge(rows: Sequence[Row]) -> Verdict | None:
        runs = _runs(_own(rows))
        if not runs:
            return None
        worst = max(getattr(run, name) for run in runs)
        return str(worst), worst == 0

    return judge


def _share(job: str, name: str, most: float) -> Callable[[Sequence[Row]], Verdict | None]:
    def judge(rows: Sequence[Row]) -> Verdict | None:
        shares = {
            f"{r.scenario}": max(getattr(run, name) or 0.0 for run in r.runs)
            for r in _own(rows, job)
        }
        if not shares:
            return None
        said = ", ".join(f"{scenario} {share:.2f}" for scenario, share in shares.items())
        return said, max(shares.values()) <= most

    return judge


def _at_once(rows: Sequence[Row]) -> Verdict | None:
    runs = _runs(_own(rows, "whole"))
    if not runs:
        return None
    worst = [max(r.at_once.get(lane, 0) for r in runs) for lane in ("fragile", "normal", "robust")]
    return " ".join(map(str, worst)), all(w <= m for w, m in zip(worst, (1, 1, 2), strict=True))


def _beside_arp_scan(rows: Sequence[Row]) -> Verdict | None:
    own = {r.scenario: r for r in _own(rows, "sweep") if r.scenario.startswith(("20", "16"))}
    other = {r.scenario: r for r in rows if r.tool.startswith("arp-scan")}
    both = sorted(own.keys() & other.keys())
    if not both:
        return None
    said = ", ".join(
        f"{s} {own[s].seconds:.0f} s to {other[s].seconds:.0f} s, all found "
        f"{own[s].complete}/{len(own[s].runs)}"
        for s in both
    )
    whole = all(own[s].complete == len(own[s].runs) for s in both if not s.endswith("-lossy"))
    return said, whole and all(own[s].seconds <= other[s].seconds for s in both)


def _memory(rows: Sequence[Row]) -> Verdict | None:
    runs = _runs(_own(rows, within="16"))
    if not runs:
        return None
    worst = max(r.megabytes for r in runs)
    return f"{worst:.0f} MB", worst < 250


GOALS = (
    Goal("every host of the clinic and of a /24, in every run", _all_hosts),
    Goal("every open port that is asked for; with loss in 19 of 20 runs", _all_ports),
    Goal(
        "ports of 64 hosts, 200 on the list, 1 % loss: at most 0.20 of nmap's time",
        _faster("24-64-lossy", "ports200", 1 / 5),
    ),
    Goal("the clinic as a whole: at most 0.17 of nmap's time", _faster("clinic", "whole", 1 / 6)),
    Goal("packets to a fragile device, in all and in one second: 45, 8", _frail),
    Goal("malformed packets: 0", _none("malformed")),
    Goal("an unchanged network again: 0.50 of the time", _share("rescan", "time_share", 0.5)),
    Goal("resumed after a kill: 0.10 of the packets again", _share("resume", "packet_share", 0.1)),
    Goal("connections at once on fragile, normal, robust devices: 1 1 2", _at_once),
    Goal("sweep of a /20 and a /16 beside arp-scan at the same rate", _beside_arp_scan),
    Goal("memory for a /16: under 250 MB", _memory),
    Goal("bytes to ports on which a byte is an act: 0", _none("forbidden_bytes")),
)
