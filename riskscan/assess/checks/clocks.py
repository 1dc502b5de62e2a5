"""Clocks that disagree: logs and examinations that bear the wrong time."""

from __future__ import annotations

import re
from statistics import median

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import look, proof, seen, why
from riskscan.model import Confidence, Device, Level, Observation, Result

_MOST = 300
"""Seconds: more and Kerberos refuses logins (RFC 4120 section 8.2 recommends five minutes)."""
_COMPARED = 15
_ENOUGH = 3
_PAGE = "http.clock-skew"
_KEYS = ("ntlm.clock-skew", "smb.clock-skew", _PAGE)
_PORT = 445


@device_check(
    "audit.clock-skew",
    title="A computer's clock is wrong by more than five minutes",
    severity=Level.MODERATE,
    cites={"T05": "Log entries with the wrong time cannot be put in order after an incident."},
    weakness="the clock is wrong by more than five minutes",
    feeds={"T10": "Times in logs and records are wrong, and nobody notices until they matter."},
    action="Let all clocks follow one time server",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def clock_skew(device: Device, context: Context) -> Verdict | None:
    """What: The time that this computer or device tells everyone, over Windows file sharing or
    with a web page, differs by more than five minutes from the clock of the scanning laptop.

    Why: After an incident the logs must show who did what, and when. A wrong clock also puts
    wrong times on examinations and records, and stops Windows logins.

    Fix: Let the computer follow a time server: on Windows the domain controller (w32tm
    /resync), on the domain controller a public one such as time.nist.gov, on devices the address
    of the firewall or the domain controller. A medical device is set by its maker.

    Verify: The next scan finds less than five minutes between the clocks.
    """
    told = _skews(device)
    off = [(o, seconds) for o, seconds in told if abs(seconds) > _MOST]
    if off:
        if _ours_is_wrong(context):
            return unknown("Most clocks differ from the scanner's, which may itself be wrong.")
        seconds = max((s for _, s in off), key=abs)
        way = "ahead" if seconds > 0 else "behind"
        text = f"Its clock is {_span(abs(seconds))} {way}."
        # A web page may bear the time of something in between.
        sure = Confidence.MEDIUM if all(o.key == _PAGE for o, _ in off) else Confidence.HIGH
        evidence = proof((o for o, _ in off), "seconds ahead of ours")
        return Verdict(Result.FAIL, text, evidence, sure)
    if told:
        text = "Its clock agrees with ours within five minutes."
        return Verdict(Result.PASS, text, proof((o for o, _ in told), "seconds ahead of ours"))
    if look(device, (_PORT,)).closed:
        return None
    return unknown(f"The device did not tell its time: {why(device, _PORT, 'smb')}.")


def _skews(device: Device) -> list[tuple[Observation, int]]:
    """Return what was said of the clock, without what is no sensible number of seconds."""
    said = (o for key in _KEYS for o in seen(device, key))
    return [(o, int(o.value)) for o in said if re.fullmatch(r"-?[0-9]{1,12}", o.value)]


def _ours_is_wrong(context: Context) -> bool:
    """Say whether most of the computers that tell their time differ from ours alike."""
    found: list[int] = []
    for device in context.devices:
        found += [seconds for _, seconds in _skews(device)[:1]]
        if len(found) == _COMPARED:
            break
    return len(found) >= _ENOUGH and abs(median(found)) > _MOST


def _span(seconds: int) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {name}s"
    return f"{seconds} seconds"
