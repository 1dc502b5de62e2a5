"""What is shown: one line for each tool's runs at one job in one network."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from discover_bench.load import LANES, Result

BASE_TOOL = "nmap"


@dataclass
class Row:
    """One line of the table."""

    scenario: str
    job: str
    tool: str
    hosts: int
    ports: int
    runs: list[Result]

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def stopped(self) -> bool:
        return any(run.stopped for run in self.runs)

    @property
    def complete(self) -> int:
        """In how many runs nothing was missed that the tool asks for."""
        return sum(run.complete for run in self.runs)


HEADINGS = (
    *("network", "job", "tool", "seconds", "of nmap's", "of first", "packets", "all found"),
    *("hosts", "ports", "asked", "false", "sent", "median", "most", "peak/s", "at once", "odd"),
    *("bad bytes", "frail most", "frail peak", "MB"),
)
LEGEND = """
seconds: median of the runs, with the tool's start; of nmap's: its share of nmap's time. of first,
packets: a second scan's time and frames as shares of the first (rescan); time as a share of an
uninterrupted scan and frames sent beyond it (resume). all found: in how many runs nothing was
missed that the tool asks for. hosts and ports: found, in the worst run, of what is there ("-":
stopped, not known), without what a tool was told to leave out (nmap: the tarpit); asked: how many
of the open ports it asks for at all; false: reported and not there. sent: frames that left the
scanner. For one device, in the worst run: packets (median and most), most in any one second;
connections at once on fragile, normal and robust devices (half-open ones too where hosts are
emulated); odd: malformed packets to all; bad bytes: payload to ports on which a byte is an act;
frail: medical devices and those that riskscan treated so, without the clinic's two that look like
office machines until they are asked. MB: the tool and its children together. What a router between
two networks feels is left out: most of it is meant for others."""


def cells(row: Row, base: Row | None) -> list[str]:
    runs, with_ports = row.runs, row.job != "sweep"
    return [
        *(row.scenario, row.job, row.tool),
        f"{'>' if row.stopped else ''}{row.seconds:.1f}",
        _ratio(row, base),
        *(_share([run.time_share for run in runs]), _share([run.packet_share for run in runs])),
        f"{row.complete}/{len(runs)}",
        _of([run.hosts for run in runs], row.hosts),
        _of([run.ports for run in runs], row.ports) if with_ports else "",
        str(max(run.ports_asked or 0 for run in runs)) if with_ports else "",
        str(max(len(run.false) for run in runs)),
        f"{statistics.median(run.sent for run in runs):.0f}",
        f"{max(run.median for run in runs):.0f}",
        *(str(max(getattr(run, name) for run in runs)) for name in ("most", "peak")),
        " ".join(str(max(run.at_once.get(lane, 0) for run in runs)) for lane in LANES),
        *(str(max(getattr(run, n) for run in runs)) for n in ("malformed", "forbidden_bytes")),
        *(str(max(getattr(run, n) for run in runs)) for n in ("fragile_most", "fragile_peak")),
        f"{max(run.megabytes for run in runs):.0f}",
    ]


def _ratio(row: Row, base: Row | None) -> str:
    if base is None or base is row or row.stopped:
        return ""
    return f"{'<' if base.stopped else ''}{row.seconds / base.seconds:.2f}"


def _share(shares: list[float | None]) -> str:
    known = [share for share in shares if share is not None]
    return f"{statistics.median(known):.2f}" if known else ""


def _of(found: list[int | None], there: int) -> str:
    known = [number for number in found if number is not None]
    return f"{min(known) if len(known) == len(found) else '-'}/{there}"


def table(rows: Sequence[Row]) -> str:
    """Return the rows under their headings, as plain text."""
    base = {(r.scenario, r.job): r for r in rows if r.tool == BASE_TOOL}
    lines = [list(HEADINGS), *(cells(r, base.get((r.scenario, r.job))) for r in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number < 3 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
