"""Documents in columns and tables: read as a person reads them, and no word lost or read twice."""

from collections import Counter
from collections.abc import Sequence
from io import BytesIO

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from fpdf import FPDF

from ingestion.sources.docx_file import extract_docx
from ingestion.sources.pdf import extract_pdf

SIDEBAR = ("Skills", "Python", "Docker", "Linux", "Ovens", "Languages", "English", "Russian", "Hobbies", "Chess")
STORY = (
    "Senior baker at the Old Mill since 2019",
    "baking rye bread and cakes every night",
    "and leading a team of five bakers there",
    "Before that a cook of soups in a harbor",
    "inn with forty tables and two kitchens",
    "and a waiter in the summers of the years",
    "2010 to 2014 on the sunny southern coast",
)
OTHER_STORY = (
    "Studied the making of bread in the city",
    "of Bath and wrote a thesis on sourdough",
    "which was printed in a trade magazine",
    "and won a prize of the guild of bakers",
    "Speaks English and Russian fluently and",
    "reads French recipes with a dictionary",
    "Plays chess with flour on Sunday evening",
)
DATES = ("2019-2024", "2017-2019", "2015-2017", "2012-2015", "2010-2012", "2008-2010")
POSTS = ("Baker at the Old Mill", "Cook", "Waiter in a harbor inn", "Porter", "Cleaner of ovens", "Errand boy")


def write_across(left: Sequence[str], right: Sequence[str], *, steps: tuple[float, float], heading: str = "") -> bytes:
    """A page whose two columns are written from top to bottom across both, each with its own distance of lines."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    if heading:
        pdf.text(40, 60, heading)
    lines = [(100 + index * steps[0], 40, text) for index, text in enumerate(left)]
    lines += [(100 + index * steps[1], 300, text) for index, text in enumerate(right)]
    for y, x, text in sorted(lines):
        pdf.text(x, y, text)
    return bytes(pdf.output())


@pytest.mark.parametrize(
    ("left", "right", "steps"),
    [(SIDEBAR, STORY, (17, 23)), (STORY, SIDEBAR, (23, 16)), (STORY, OTHER_STORY, (14, 14))],
    ids=["sidebar on the left", "sidebar on the right", "two columns of running text"],
)
def test_columns_are_read_one_after_the_other(
    left: Sequence[str], right: Sequence[str], steps: tuple[float, float]
) -> None:
    heading = "Ann Miller, baker and confectioner of the city of Bath in Somerset"
    text = extract_pdf(write_across(left, right, steps=steps, heading=heading))
    assert text.splitlines() == [heading, *left, *right]


@pytest.mark.parametrize(
    ("left", "right", "steps"),
    [(DATES, POSTS, (20, 20)), (POSTS, DATES, (20, 20)), (DATES[:3], STORY[:6], (40, 20))],
    ids=["dates before positions", "dates after positions", "dates beside paragraphs"],
)
def test_tables_are_read_across(left: Sequence[str], right: Sequence[str], steps: tuple[float, float]) -> None:
    text = extract_pdf(write_across(left, right, steps=steps))
    assert f"{left[0]} {right[0]}" in text.splitlines()
    assert Counter(text.split()) == Counter(" ".join([*left, *right]).split())


def test_page_of_one_column_stays_as_it_is() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.multi_cell(0, 8, "\n".join([*STORY, *OTHER_STORY]))
    assert extract_pdf(bytes(pdf.output())).splitlines() == [*STORY, *OTHER_STORY]


def write_layout_table(left: Sequence[str], right: Sequence[str]) -> bytes:
    """A DOCX laid out as many are: a table of one row with a cell for each column."""
    document = docx.Document()
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    for cell, lines in zip(cells, (left, right), strict=True):
        cell.text = lines[0]
        for line in lines[1:]:
            cell.add_paragraph(line)
    return save(document)


def save(document: "docx.document.Document") -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_columns_of_a_docx_table_are_read_one_after_the_other() -> None:
    assert extract_docx(write_layout_table(SIDEBAR, STORY)).split("\n")[:-1] == [*SIDEBAR, *STORY]


def test_merged_and_nested_cells_are_read_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Work"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "2019"
    table.cell(1, 1).text = "Old Mill"
    inner = table.cell(2, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "Rye", "Cakes"
    words = extract_docx(save(document)).split("\n")
    assert [word for word in words if word] == ["Work", "2019", "Old Mill", "Rye", "Cakes"]


def test_columns_of_a_docx_section_are_read_in_their_flow() -> None:
    document = docx.Document()
    columns = OxmlElement("w:cols")
    columns.set(qn("w:num"), "2")
    document.sections[0]._sectPr.append(columns)
    for line in (*SIDEBAR, *STORY):
        document.add_paragraph(line)
    assert extract_docx(save(document)).split("\n")[:-1] == [*SIDEBAR, *STORY]
