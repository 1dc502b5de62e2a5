"""Hostile text on its way into a report."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import report_factories as factories
from hypothesis import given
from hypothesis import strategies as st

from riskscan.report.clean import cleaned, shortened, visible


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    shown = visible(text)

    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert shown == " ".join(shown.split())
    assert visible(shown) == shown


def test_escapes_and_overrides_are_made_visible() -> None:
    assert visible("\x1b[31mred") == "\\x1b[31mred"
    assert visible("photo\u202egnp.exe") == "photo\\u202egnp.exe"
    assert visible("a\u200bb\ud800") == "a\\u200bb\\ud800"


def test_white_space_becomes_one_space() -> None:
    assert visible(" two\r\n\tlines\u2028here ") == "two lines here"


def test_letters_of_any_script_stay() -> None:
    assert visible("Núñez Łódź 診療所") == "Núñez Łódź 診療所"


def test_a_pile_of_accents_is_cut() -> None:
    assert visible("e" + "\u0301" * 50) == "e\u0301\u0301"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert visible("x" * 5000) == "x" * 4000 + "…"
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("images at diagnosis", 17) == "images at…"
    assert shortened("images at diagnosis", 10) == "images at…"
    assert shortened("a diagnosis", 8) == "a diagn…"
    assert shortened("abcd", 4) == "abcd"


def test_every_string_of_a_report_is_cleaned() -> None:
    report = factories.report()
    hostile = replace(report, author="a\x07b", cover=replace(report.cover, practice="c\u202ed"))

    shown = cleaned(hostile)

    assert shown.author == "a\\x07b"
    assert shown.cover.practice == "c\\u202ed"
    assert shown.register == report.register
