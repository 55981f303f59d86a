"""The cursor of a list: any id there and back, and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.documents import decode_cursor, encode_cursor
from service.errors import BadCursor


@given(id_=st.text(min_size=1, max_size=512))
@example(id_="a/b?c&d=é👩‍🔧")
def test_any_id_survives_the_cursor(id_: str) -> None:
    cursor = encode_cursor(id_)

    assert decode_cursor(cursor) == id_
    assert cursor.isascii()
    assert not set(cursor) & set("/+=&?#% ")


@pytest.mark.parametrize("cursor", ["!", "A", "YQ YQ", "é", "YQ==YQ", "_w", "\x00"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor)


@given(cursor=st.text())
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    with suppress(BadCursor):
        assert isinstance(decode_cursor(cursor), str)
