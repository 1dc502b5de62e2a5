"""The form to fill in by hand, read back with pypdf."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from riskscan.assess import questions
from riskscan.model import Question, Section
from riskscan.report import blank_form

ASKED = tuple(questions().values())


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def read(asked: tuple[Question, ...], practice: str = "") -> tuple[int, str]:
    pages = PdfReader(io.BytesIO(blank_form(asked, practice))).pages
    return len(pages), squeezed(" ".join(page.extract_text() for page in pages))


@pytest.fixture(scope="module")
def form() -> tuple[int, str]:
    return read(ASKED, "Lakeside Family Clinic")


def test_every_question_stands_on_the_form_with_its_id_and_its_document(
    form: tuple[int, str],
) -> None:
    _, text = form

    missing = [q.id for q in ASKED if squeezed(q.id + q.text) not in text]
    missing += [q.id for q in ASKED if squeezed(q.document) not in text]

    assert missing == []


def test_all_questions_fit_on_fourteen_numbered_pages(form: tuple[int, str]) -> None:
    pages, text = form

    assert pages <= 14
    assert all(f"Page{number}of{pages}" in text for number in range(1, pages + 1))


def test_it_asks_whose_practice_who_in_which_role_and_when(form: tuple[int, str]) -> None:
    assert "PracticeLakesideFamilyClinicFilledinbyRoleDate" in form[1]


def test_a_question_has_the_boxes_of_its_own_choices_or_of_yes_and_no() -> None:
    plain = replace(ASKED[0], id="E99", choices=())
    chosen = replace(ASKED[0], id="S99", choices=("few", "many"))

    assert "yespartlynoIdon'tknowdoesnotapply" in read((plain,))[1]
    assert "fewmanyIdon'tknowNote" in read((chosen,))[1]


def test_sections_stand_in_the_order_of_a_visit() -> None:
    walk, first = (replace(ASKED[0], section=s) for s in (Section.SITE_WALK, Section.PRACTICE))

    _, text = read((walk, first))

    assert text.index("Thepractice") < text.index("Walkthroughthepractice")


def test_a_hostile_name_is_printed_and_not_obeyed() -> None:
    _, text = read(ASKED[:1], "<img src='file:///etc/passwd'>\x1b[2J\u202e")

    assert "<imgsrc='file:///etc/passwd'>\\x1b[2J\\u202e" in text


def test_the_same_form_gives_the_same_bytes() -> None:
    assert blank_form(ASKED[:3], "A") == blank_form(ASKED[:3], "A")
