"""Ranges of dates as people write them."""

from datetime import date

import pytest

from ingestion.parsing.dates import find_ranges

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("March 2019 – Present", "2019-03", None),
        ("Mar 2019-Apr 2020", "2019-03", "2020-04"),
        ("from 01/2011 to 01/2013", "2011-01", "2013-01"),
        ("2016-09 to 2023-04", "2016-09", "2023-04"),
        ("2009 - 2016", "2009-01", "2016-01"),
        ("2004/ 2013", "2004-01", "2013-01"),
        ("Since May 2021", "2021-05", None),
        ("08/2018 to Current", "2018-08", None),
        ("Август 2019 — настоящее время", "2019-08", None),
        ("03.2017 – н.в.", "2017-03", None),
        ("12.01.2020 - 30.09.2026", "2020-01", "2026-09"),
        ("с марта 2021 по май 2024", "2021-03", "2024-05"),
        ("сентябрь 2008 г. - август 2016 г.", "2008-09", "2016-08"),
        ("октябрь 2012 – работает сейчас", "2012-10", None),
        ("ene. 2022 – actualidad", "2022-01", None),
        ("De abril de 2021 a octubre de 2025", "2021-04", "2025-10"),
        ("Septiembre de 2016 – hasta la fecha", "2016-09", None),
        ("desde julio de 2015", "2015-07", None),
        # The dash or the space was lost on the way out of a PDF.
        ("February 2017  March 2018", "2017-02", "2018-03"),
        ("Apr 2020Jun 2020", "2020-04", "2020-06"),
        ("CoachAug 2007 to Jun 2008", "2007-08", "2008-06"),
    ],
)
def test_range_is_found(text: str, start: str, end: str | None) -> None:
    (found,) = find_ranges(text, today=TODAY)
    assert (f"{found.start:%Y-%m}", found.end and f"{found.end:%Y-%m}") == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "2019",
        "May 2019",
        "2023 - 2019",
        "1800 - 1900",
        "2030 - 2031",
        "13/2019 - 14/2020",
        "2019 2020",
    ],
)
def test_what_is_no_range_is_not_found(text: str) -> None:
    assert list(find_ranges(text, today=TODAY)) == []
