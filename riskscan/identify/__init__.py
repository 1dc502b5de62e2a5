"""2. What is it? Pure: ``Host -> Device``. Nothing here sends a packet or reads a clock.

One decision: fingerprints are data. A rule is a ``[[rule]]`` of TOML in ``rules/`` with a source
and an example inside; makers by MAC prefix and by SNMP enterprise number are tables in
``prefixes/``. Matches are weighed (:mod:`~riskscan.identify.verdict`), and an honest *unknown* is
better than a wrong class. May import: :mod:`riskscan.model`, :mod:`riskscan.errors`, pydantic,
mac-vendor-lookup.

::

    rules = load_rules()                    # rules.revision goes into the scan
    device = identify(host, rules)          # class, vendor, product, confidence, evidence
    policy = triage(host).policy            # how gently to go on; asked after every step
    problems = verify([path])               # riskscan rules verify
    readings = explain([observed("http.title=OpenEMR Login")], rules)   # riskscan rules match
"""

from riskscan.identify.account import Account, account
from riskscan.identify.corrected import corrected
from riskscan.identify.coverage import Coverage, coverage
from riskscan.identify.rule import Rule, RuleSet
from riskscan.identify.rule_text import observed
from riskscan.identify.rulebook import load_rules
from riskscan.identify.rulecheck import Explanation, Problem, explain, verify
from riskscan.identify.triage import triage
from riskscan.identify.vendor import MacOrigin, origin
from riskscan.identify.verdict import identify

__all__ = [
    "Account",
    "Coverage",
    "Explanation",
    "MacOrigin",
    "Problem",
    "Rule",
    "RuleSet",
    "account",
    "corrected",
    "coverage",
    "explain",
    "identify",
    "load_rules",
    "observed",
    "origin",
    "triage",
    "verify",
]
