"""4. What does it mean? Scan and answers in, assessment out. Pure.

::

    checks/       judgements: one function per weakness, its docstring is its documentation
    checklists/   the regulation as data, one file per checklist
    status        findings and answers -> the status of each control
    practice_sets practices beside the rule -> how far each one is; never a control's status
    register      failed findings -> threat x weakness x group, by two published matrices
    actions       risks -> what to do, by whom, until when
    explain       a risk, a control or a finding -> how it came about, in words
    replay        an assessment on file -> the same by the rules of today, and what differs

May import: :mod:`riskscan.model`, :mod:`riskscan.errors`, pydantic for its own TOML. One decision:
a scan refutes and hardly ever proves, so *unknown* is never a pass, silence is never *met*, and
nothing here turns into a percentage or a grade.

A stored scan can be judged again at any time without sending a packet; ``content_revision`` names
the text and the code that judged.
"""

from __future__ import annotations

from riskscan.assess.answering import fits, following, is_put_off, is_usable
from riskscan.assess.assess import assess, check_text
from riskscan.assess.checklist import load_checklist, parse_checklist
from riskscan.assess.checks import CHECKS
from riskscan.assess.judgement import Judgement, Verdict
from riskscan.assess.matrices import LIKELIHOOD, RISK
from riskscan.assess.method import MethodChange, method_changes
from riskscan.assess.practice_sets import SETS, StaleSet, load_set, stale_sets
from riskscan.assess.questions import ASKED_OF, Catalog, parse_questions, questions
from riskscan.assess.remediation import advice_for, maker_of
from riskscan.assess.replay import Difference, canonical, differences, fingerprint, replay
from riskscan.assess.vendors import SeenVendor, seen_vendors
from riskscan.assess.weaknesses import CHECK_TEXTS

__all__ = [
    "ASKED_OF",
    "CHECKS",
    "CHECK_TEXTS",
    "LIKELIHOOD",
    "RISK",
    "SETS",
    "Catalog",
    "Difference",
    "Judgement",
    "MethodChange",
    "SeenVendor",
    "StaleSet",
    "Verdict",
    "advice_for",
    "assess",
    "canonical",
    "check_text",
    "differences",
    "fingerprint",
    "fits",
    "following",
    "is_put_off",
    "is_usable",
    "load_checklist",
    "load_set",
    "maker_of",
    "method_changes",
    "parse_checklist",
    "parse_questions",
    "questions",
    "replay",
    "seen_vendors",
    "stale_sets",
]
