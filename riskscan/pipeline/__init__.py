"""The story on one page: scan a network, say what it means, tell someone.

::

    scan       scanning   look at the network; each device is stored as soon as it is finished
    judge      judging    say what it means, together with what the practice answered
    render     telling    the report on it, as PDF, HTML, JSON or CSV
    write      telling    ... as a file that only its owner can read
    accept     following  a risk is borne; ``follow``: what is said of an action
    demo       showing    all of it, on a clinic in a private network

Nobody else knows the order of the stages. Each function takes nouns and a store, and gives a
noun back; the clock, the terminal and the exit status belong to the caller. ``memory`` is what
earlier scans tell a new one.
"""

from riskscan.pipeline.following import accept, accepted, follow, followed
from riskscan.pipeline.judging import (
    assess_only,
    changes_since,
    correct,
    current,
    decide,
    is_outdated,
    judge,
    judge_again,
    previous_of,
    record_answers,
    record_entry,
    reidentify,
    renamed_since,
)
from riskscan.pipeline.memory import newest, triage_for
from riskscan.pipeline.scanning import left_of, plan, scan
from riskscan.pipeline.showing import DemoFiles, demo
from riskscan.pipeline.telling import render, write

__all__ = [
    "DemoFiles",
    "accept",
    "accepted",
    "assess_only",
    "changes_since",
    "correct",
    "current",
    "decide",
    "demo",
    "follow",
    "followed",
    "is_outdated",
    "judge",
    "judge_again",
    "left_of",
    "newest",
    "plan",
    "previous_of",
    "record_answers",
    "record_entry",
    "reidentify",
    "renamed_since",
    "render",
    "scan",
    "triage_for",
    "write",
]
