"""A host is sorted once for all its checks, and never mistaken for another that looks the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assess.factories import KNOWLEDGE, NOW, device, scan

from riskscan.assess import assess, sorted_host
from riskscan.assess.reading import seen
from riskscan.model import Host


def test_what_is_seen_is_that_of_the_host_that_was_asked_about() -> None:
    one = device(says=[("ftp.greeting", "220 one", 21)])
    other = device(says=[("ftp.greeting", "220 other", 21), ("ftp.greeting", "220 again", 2121)])
    told = [[o.value for o in seen(d, "ftp.greeting")] for d in (one, other, one)]

    assert told == [["220 one"], ["220 other", "220 again"], ["220 one"]]
    assert seen(other, "ftp.greeting", "220 again")[0].port == 2121
    assert seen(one, "telnet.greeting") == ()


def test_a_host_that_was_changed_is_sorted_anew() -> None:
    before = device(says=[("ftp.greeting", "220 one", 21)])
    after = replace(before, host=replace(before.host, probe_results=()))

    assert seen(before, "ftp.greeting")
    assert not seen(after, "ftp.greeting")


def test_an_assessment_sorts_each_host_a_few_times_whatever_the_number_of_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Host] = []
    sort = sorted_host._sort
    monkeypatch.setattr(sorted_host, "_sort", lambda host: asked.append(host) or sort(host))
    devices = [device(f"192.168.50.{n}", closed=(21, 23)) for n in range(20, 60)]

    assess(scan(*devices), knowledge=KNOWLEDGE, now=NOW)

    assert len(asked) <= 4 * len(devices)
