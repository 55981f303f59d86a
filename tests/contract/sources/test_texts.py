"""RTF, ODT, Markdown and what is called .doc: the text that a reader of the document sees."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from ingestion.documents import ResumeDocument
from ingestion.errors import UnreadableDocument
from ingestion.sources import read_upload, rtf
from milvus import Kind
from tests.contract.sources.examples import read_bytes, write_docx, write_zip


def write_rtf(
    body: str, head: str = r"\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil Arial;}{\f1\fcharset204 Arial Cyr;}}"
) -> bytes:
    return f"{{\\rtf1{head}{body}}}".encode("latin-1")


def escape(text: str, codec: str = "cp1251") -> str:
    """A text as RTF writes letters beyond ASCII."""
    return "".join(f"\\'{byte:02x}" for byte in text.encode(codec))


RTF = {
    "paragraphs": (r"Baker\par Rye\line bread\tab cakes", "Baker\nRye\nbread\tcakes"),
    "line ends of the file": ("Bak\r\ner of\n bread", "Baker of bread"),
    "code page of the document": (rf"\ansicpg1251 {escape('Пекарь')}", "Пекарь"),
    "code page of the font": (rf"\f1 {escape('Пекарь')}\f0  caf\'e9", "Пекарь café"),
    "unicode with substitutes": (r"\u1055?\u1077\'3f\uc2\u1082ab\uc0\u1072\u1088\u1100", "Пекарь"),
    "negative unicode and pairs": (r"\u-10179?\u-8704?", "\U0001f600"),
    "double byte code page": (rf"{{\fonttbl{{\f2\fcharset128 Mincho;}}}}\f2 {escape('パン', 'cp932')}", "パン"),
    "signs": (r"a\~b\_c\-d \emdash \bullet \lquote x\rquote \{y\}\\", "a\xa0b‑cd —•‘x’{y}\\"),
    "groups left out": (
        r"{\info{\author Zoe}}{\*\generator Writer;}{\header Page}{\stylesheet{\s1 Normal;}}Baker",
        "Baker",
    ),
    "pictures": (r"{\pict\pngblip 89504e470d0a}{\*\shppict{\pict 8950}}Baker", "Baker"),
    "binary data": ("{\\pict\\bin6 }}{{\\'}Baker", "Baker"),
    "fields": (r'{\field{\*\fldinst HYPERLINK "https://example.com"}{\fldrslt my page}}', "my page"),
    "table": (
        r"\trowd\intbl 2019\cell Old Mill\cell\row\trowd 2015\cell Inn\cell\row",
        "2019\nOld Mill\n\n2015\nInn\n\n",
    ),
    "hidden and deleted text": (r"Baker{\v secret}{\deleted gone}\v x\v0  of bread", "Baker of bread"),
    "text box once": (r"A{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt Box}}{\shprslt Box}}B", "A\nBoxB"),
}


@pytest.mark.parametrize("case", RTF)
def test_rtf_is_read(case: str, tmp_path: Path) -> None:
    body, text = RTF[case]
    [row], [] = read_bytes(tmp_path, "ann.rtf", write_rtf(body))
    assert isinstance(row.document, ResumeDocument)
    assert (row.document.id, row.document.text) == ("ann.rtf", text.strip())


OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
)


def write_odt(body: str, before: str = "", **parts: bytes) -> bytes:
    inner = f"<office:body><office:text>{body}</office:text></office:body>"
    content = f"{before}<office:document-content {OFFICE}>{inner}</office:document-content>"
    return write_zip({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode(), **parts})


ODT = {
    "paragraphs": (
        "<text:h>Ann</text:h>\n  <text:p>Baker of\n   <text:span>rye</text:span> bread</text:p>",
        "Ann\nBaker of rye bread",
    ),
    "marks": ('<text:p>a<text:tab/>b<text:s text:c="3"/>c<text:line-break/>d</text:p>', "a\tb   c\nd"),
    "table": (
        "<table:table><table:table-row><table:table-cell><text:p>2019</text:p></table:table-cell>"
        "<table:table-cell><text:p>Old Mill</text:p></table:table-cell></table:table-row></table:table>",
        "2019\nOld Mill",
    ),
    "list": (
        "<text:list><text:list-item><text:p>Rye</text:p></text:list-item></text:list><text:p>x</text:p>",
        "Rye\nx",
    ),
    "box": (
        "<text:p>A<draw:frame><svg:desc>photo</svg:desc><draw:text-box><text:p>Box</text:p></draw:text-box></draw:frame>B</text:p>",
        "A\nBox\nB",
    ),
    "what is left out": (
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:p>Baker<office:annotation><text:p>a comment</text:p></office:annotation> of bread</text:p>",
        "Baker of bread",
    ),
    "absurd number of spaces": (
        f'<text:p>a<text:s text:c="{10**12}"/><text:s text:c="x"/>b</text:p>',
        "a" + " " * 101 + "b",
    ),
}


@pytest.mark.parametrize("case", ODT)
def test_odt_is_read(case: str, tmp_path: Path) -> None:
    body, text = ODT[case]
    [row], [] = read_bytes(tmp_path, "ann.odt", write_odt(body))
    assert (row.document.id, row.document.text) == ("ann.odt", text)


def test_entities_of_an_odt_are_not_followed(tmp_path: Path) -> None:
    declared = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY file SYSTEM "file:///etc/passwd">]>'
    [row], [] = read_bytes(tmp_path, "ann.odt", write_odt("<text:p>Baker &a; &file;</text:p>", declared))
    assert row.document.text == "Baker &a; &file;"


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    declared = f'<!DOCTYPE x [<!ENTITY a "ha">{laughs}]>'
    rows, [rejection] = read_bytes(tmp_path, "ann.odt", write_odt("<text:p>Baker &i;</text:p>", declared))
    assert rows == []
    assert "Maximum entity amplification" in rejection.reason


MARKDOWN = """\
# Ann Miller

Baker of **rye** and _wheat_
Bath, `night` shifts

Mail: <ann@example.com>, [page](https://example.com/ann) ![photo](me.png)

* Ovens
* Knives
  1. Sharp

| Year | Mill |
|------|------|
| 2019 | Old  |

```
if a < b: bake()
```
<b>Cakes</b> & more
"""


@pytest.mark.parametrize("name", ["ann.md", "ann.markdown"])
def test_markdown_is_read_without_its_markup(name: str, tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, name, MARKDOWN.encode())
    assert row.document.text is not None
    assert [line for line in row.document.text.splitlines() if line] == [
        *("Ann Miller", "Baker of rye and wheat", "Bath, night shifts", "Mail: ann@example.com, page"),
        *("- Ovens", "- Knives", "- Sharp", "Year Mill", "2019 Old", "if a < b: bake()", "Cakes & more"),
    ]


OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (write_rtf("Baker"), "Baker"),
        (write_docx("Baker"), "Baker"),
        (b"<html><body><p>Baker</p></body></html>", "Baker"),
    ],
)
def test_what_is_only_called_doc_is_read_as_what_it_is(content: bytes, text: str, tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "ann.doc", content)
    assert row.document.text == text


def write_encrypted_odt() -> bytes:
    return write_zip({"content.xml": b"\x01\x02", "META-INF/manifest.xml": b"<x><manifest:encryption-data/></x>"})


UNREADABLE = {
    "old word": ("a.doc", OLD_WORD, "is an old Word document, which is not read: save it as DOCX or PDF"),
    "text as doc": ("a.doc", b"Dear sir", "is a text, not a Word document"),
    "image as rtf": ("a.rtf", b"\x89PNG\r\n\x1a\n", "is a PNG image, not an RTF file"),
    "no rtf": ("a.rtf", b"Dear sir", "is not an RTF file"),
    "empty rtf": ("a.rtf", write_rtf(""), "holds no text"),
    "truncated rtf": ("a.rtf", write_rtf(r"{\b Baker")[:-1], "is a truncated RTF file"),
    "deep rtf": ("a.rtf", write_rtf("{" * 2_000), "is nested too deeply"),
    "endless binary": ("a.rtf", write_rtf(r"\bin9999999999 Baker"), "is a truncated RTF file"),
    "no odt": ("a.odt", b"Dear sir", "is not an ODT"),
    "docx as odt": ("a.odt", write_docx("Baker"), "is a ZIP file, not an ODT"),
    "empty odt": ("a.odt", write_odt("<text:p/>"), "holds no text"),
    "truncated odt": ("a.odt", write_odt("<text:p>Baker</text:p>")[:-40], "is a damaged ODT"),
    "no xml": ("a.odt", write_zip({"content.xml": b"<a><b></a>"}), "is a damaged ODT"),
    "encrypted odt": ("a.odt", write_encrypted_odt(), "is encrypted: save it without a password"),
    "spreadsheet": ("a.odt", write_zip({"content.xml": b"<a/>"}), "without a text: a table or a presentation?"),
    "odt bomb": ("a.odt", write_zip({"content.xml": b" " * 40_000_000}), "its content.xml unpacks to more than 32 MiB"),
    "deep odt": ("a.odt", write_odt("<text:span>" * 500), "is a damaged ODT"),
    "binary markdown": ("a.md", write_zip({"x": b""}), "not a text"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable_document_says_why_uploaded_or_loaded(case: str, tmp_path: Path) -> None:
    name, content, reason = UNREADABLE[case]
    with pytest.raises(UnreadableDocument) as raised:
        read_upload(name, content, kind=Kind.RESUMES)
    assert reason in str(raised.value)
    rows, [rejection] = read_bytes(tmp_path, name, content)
    assert rows == []
    assert reason in rejection.reason


def test_endless_control_words_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtf, "_MAX_TOKENS", 1_000)
    rows, [rejection] = read_bytes(tmp_path, "a.rtf", write_rtf(r"\a" * 1_000))
    assert rows == []
    assert "holds more than 1,000 control words" in rejection.reason


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30_000,
        "> " * 20_000 + "x",
        "*a_ " * 12_000,
        "`" * 50_000,
        "|a|\n|-|\n" * 9_000,
        "- " * 30_000 + "x",
        "<b " * 30_000,
    ],
    ids=["brackets", "quotes", "emphasis", "ticks", "tables", "lists", "tags"],
)
def test_hostile_markdown_is_read(text: str, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, "ann.md", f"Baker {text}".encode())
    assert len(rows) + len(rejected) == 1


def test_damaged_part_of_an_odt_is_told(tmp_path: Path) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("content.xml", b"<a>Baker</a>")
    rows, [rejection] = read_bytes(tmp_path, "a.odt", buffer.getvalue().replace(b"Baker", b"Taker", 1))
    assert rows == []
    assert "is a damaged ODT (Bad CRC-32" in rejection.reason
