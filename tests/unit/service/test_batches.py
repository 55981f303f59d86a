"""How a batch's body is read into rows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import UnreadableDocument
from service.api.batches import _read_rows

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)


@given(rows=st.lists(JSON, max_size=5), escaped=st.booleans(), spaced=st.booleans())
def test_array_and_lines_read_the_same(rows: list[object], escaped: bool, spaced: bool) -> None:
    """Whatever the texts hold, line separators of Unicode among it."""
    array = json.dumps(rows, ensure_ascii=escaped, indent=2 if spaced else None).encode()
    lines = "\n".join(json.dumps(row, ensure_ascii=escaped) for row in rows).encode()

    assert list(_read_rows(array, "application/json; charset=utf-8")) == list(enumerate(rows, 1))
    assert list(_read_rows(lines, "Application/X-NDJSON")) == list(enumerate(rows, 1))


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xml", "multipart/form-data"])
def test_unknown_content_type_is_named(content_type: str) -> None:
    with pytest.raises(UnreadableDocument, match=content_type or "content type"):
        list(_read_rows(b"[]", content_type))


def test_byte_that_is_not_utf8_is_located() -> None:
    with pytest.raises(UnreadableDocument, match="byte 4"):
        list(_read_rows(b'["ab\xff"]', "application/json"))
