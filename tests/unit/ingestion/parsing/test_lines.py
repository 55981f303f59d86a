"""Lines in reading order."""

from hypothesis import given
from hypothesis import strategies as st

from ingestion.parsing.lines import split_lines

TWO_COLUMNS = """\
Contact                 Experience
Leeds, UK               2019 - 2024  Welder, Foundry & Sons
a@example.com           Welded gates.
+44 113 496 0000        2015 - 2019  Fitter, Yardley
                        Fitted boilers.
Skills                  Education
TIG                     NVQ Level 2
MIG                     Northern College
"""
TABLE = """\
2012 - 2015         Foundry & Sons        Welder
2015 - 2018         Yardley               Fitter
2018 - 2020         Castle Works          Foreman
2020 - 2022         Castle Works          Manager
2022 - 2024         Red Barn              Manager
"""


def texts(text: str) -> list[str]:
    return [line.text for line in split_lines(text)]


def test_marks_of_lists_and_page_numbers_are_left_out() -> None:
    text = "• Welding\n\uf0b7 Fitting\n— Bending\n🎓 Education\nPage 2 of 3\nстр. 4\n12\n2019"
    assert texts(text) == ["Welding", "Fitting", "Bending", "Education", "2019"]


def test_names_that_begin_with_a_sign_keep_it() -> None:
    assert texts(".NET\n+44 113 496 0000\n«Ромашка»") == [".NET", "+44 113 496 0000", "«Ромашка»"]


def test_left_column_is_read_before_the_right() -> None:
    read = texts(TWO_COLUMNS)
    assert read.index("MIG") < read.index("Experience")
    assert read[read.index("Education") :] == ["Education", "NVQ Level 2", "Northern College"]


def test_table_of_dates_is_not_taken_for_columns() -> None:
    assert len(texts(TABLE)) == 5


def test_long_line_is_cut_at_wide_gaps() -> None:
    text = "Ana  " + "word " * 50 + "   Skills  SQL"
    assert texts(text)[-2:] == ["Skills", "SQL"]


@given(st.text(alphabet=st.sampled_from("aB1 \n\t•-.,  \u00a0é"), max_size=300))
def test_offsets_point_at_the_text(text: str) -> None:
    for line in split_lines(text):
        assert text[line.start : line.end].replace("\u00a0", " ") == line.text
