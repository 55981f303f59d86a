"""Good files of every format, damaged at random: what comes out are documents and rejections, never an error."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.sources import Rejection, SourceRow, read_path
from tests.contract.sources.examples import ROWS, write_docx, write_jsonl, write_pdf, write_tar, write_zip
from tests.contract.sources.test_feeds import RSS
from tests.contract.sources.test_linkedin import write_export
from tests.contract.sources.test_pages import BAKER, PAGE, write_page
from tests.contract.sources.test_texts import MARKDOWN, RTF, write_odt, write_rtf

GOOD: Mapping[str, bytes] = {
    "all.zip": write_zip({"jobs.jsonl": write_jsonl(ROWS), "cv.txt": b"Baker", "cv.docx": write_docx("Cook")}),
    "export.zip": write_zip(write_export()),
    "all.tar": write_tar({"jobs.jsonl": write_jsonl(ROWS), "cv.txt": b"Baker"}),
    "posting.html": write_page(json.dumps(BAKER)),
    "page.html": write_page(body=PAGE),
    "feed.xml": RSS.encode(),
    "cv.rtf": write_rtf("".join(body for body, _ in RTF.values())),
    "cv.odt": write_odt("<text:p>Baker</text:p>"),
    "cv.md": MARKDOWN.encode(),
    "cv.docx": write_docx("Baker", table=(("2019", "Mill"),)),
    "cv.pdf": write_pdf("Baker"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_file_gives_documents_only(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(GOOD[name])
    items = list(read_path(tmp_path / name))
    assert items
    assert all(isinstance(item, SourceRow) for item in items)


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_file_never_raises(name: str, data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    path = tmp_path / name
    path.write_bytes(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))
    assert all(isinstance(item, SourceRow | Rejection) for item in read_path(path))
