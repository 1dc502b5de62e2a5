"""The table of holes counts every rule that can give a class."""

from __future__ import annotations

from riskscan.identify import coverage, load_rules
from riskscan.model import DeviceClass


def test_every_class_but_unknown_has_a_line_and_no_rule_is_lost() -> None:
    rules = load_rules()
    lines = coverage(rules)

    assert [c.device_class for c in lines] == [k for k in DeviceClass if k.value != "unknown"]
    assert {r.id for r in rules.rules if r.device_class} == {
        r.id for r in rules.rules for c in lines if c.rules and r.device_class is c.device_class
    }
    for line in lines:
        assert sum(line.by_confidence.values()) == line.rules
        assert all(count <= line.rules for count in line.by_signal.values())
