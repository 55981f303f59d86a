"""HTML pages: JobPostings in JSON-LD wherever they lie, else the main text."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.documents import ResumeDocument, VacancyDocument
from ingestion.sources import read_upload
from milvus import Kind
from tests.contract.sources.examples import read_bytes

BAKER = {"@context": "https://schema.org", "@type": "JobPosting", "identifier": "b1", "title": "Baker"}
COOK = {"@type": "JobPosting", "identifier": "c2", "title": "Cook", "description": "Soups &amp; <b>stews</b>"}


def write_page(*blocks: str, body: str = "", kind: str = "application/ld+json") -> bytes:
    scripts = "".join(f'<script type="{kind}">{block}</script>' for block in blocks)
    return f"<!doctype html><html><head><title>Jobs</title>{scripts}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    "block",
    [
        json.dumps([BAKER, COOK]),
        json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, BAKER, COOK]}),
        json.dumps(
            {
                "@type": "ItemList",
                "itemListElement": [
                    {"@type": "ListItem", "position": 1, "item": BAKER},
                    {"@type": "ListItem", "position": 2, "item": COOK},
                ],
            }
        ),
        json.dumps({"@type": "WebPage", "mainEntity": {"@type": "CollectionPage", "hasPart": [[BAKER], COOK]}}),
    ],
    ids=["array", "graph", "list", "nested"],
)
def test_postings_are_found_wherever_they_lie(block: str, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, "jobs.html", write_page(block))
    assert rejected == []
    assert [(row.document.id, row.document.title) for row in rows] == [("b1", "Baker"), ("c2", "Cook")]
    assert rows[1].location.endswith("jobs.html[1]")


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "<!-- {} -->",
        "<!--\n{}\n//-->",
        "//<![CDATA[\n{}\n//]]>",
        "/* <![CDATA[ */ {} /* ]]> */",
        "<![CDATA[{}]]>",
        " {}; ",
    ],
)
def test_json_hidden_from_old_browsers_is_read(wrap: str, tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "17.html", write_page(wrap.replace("{}", json.dumps(BAKER))))
    assert row.document.title == "Baker"


def test_control_characters_and_escaped_quotes_are_read(tmp_path: Path) -> None:
    with_controls = '{"@type": "JobPosting", "identifier": "n", "title": "Night\tbaker", "description": "Bread\nCakes"}'
    escaped = json.dumps(COOK).replace('"', "&quot;")
    rows, [] = read_bytes(tmp_path, "17.html", write_page(with_controls, escaped))
    assert [row.document.title for row in rows] == ["Night\tbaker", "Cook"]


def test_broken_block_is_named_and_costs_no_other(tmp_path: Path) -> None:
    broken = '{"@type": "JobPosting", "title": "Waiter",, }'
    rows, [rejection] = read_bytes(tmp_path, "jobs.html", write_page(json.dumps(BAKER), broken, '{"@type": "Org",, }'))
    assert [row.document.title for row in rows] == ["Baker"]
    assert "its JSON-LD block 2 is not JSON" in rejection.reason
    assert rejection.kind is Kind.VACANCIES


def test_block_nested_too_deeply_is_named(tmp_path: Path) -> None:
    block = '{"@type": "JobPosting", "title": ' + "[" * 100_000
    rows, [rejection] = read_bytes(tmp_path, "jobs.html", write_page(block))
    assert rows == []
    assert "nested too deeply" in rejection.reason


def test_posting_where_resumes_were_asked_for_is_rejected(tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "17.htm", write_page(json.dumps(BAKER)), kind=Kind.RESUMES)
    assert rows == []
    assert "is a JobPosting" in rejection.reason


def test_microdata_is_read_where_no_json_is(tmp_path: Path) -> None:
    body = """<div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">Baker</h1>
    <meta itemprop="identifier" content="m-1"><time itemprop="datePosted" datetime="2024-05-12">May</time>
    <div itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization">
    <b itemprop="name">Old Mill</b><i itemprop="description">We mill</i></div>
    <div itemprop="jobLocation" itemscope><span itemprop="address" itemscope>
    <i itemprop="addressLocality">Bath</i></span></div>
    <span itemprop="skills">Ovens</span><span itemprop="skills">Dough</span>
    <div itemprop="description"><p>Bakes <b>rye</b></p></div></div>"""
    [row], [] = read_bytes(tmp_path, "17.html", write_page(body=body))
    vacancy = row.document
    assert isinstance(vacancy, VacancyDocument)
    assert (vacancy.id, vacancy.title, vacancy.company, vacancy.skills) == (
        "m-1",
        "Baker",
        "Old Mill",
        ["Ovens", "Dough"],
    )
    assert vacancy.place is not None
    assert vacancy.place.city == "Bath"
    assert vacancy.text == '<div itemprop="description"><p>Bakes <b>rye</b></p></div>'
    assert vacancy.published_at == datetime(2024, 5, 12, tzinfo=UTC)


PAGE = """
<nav><a href="/">Home</a></nav>
<header role="banner">Site name</header>
<main><h1>Ann Miller</h1><p>Baker of <b>rye</b> bread &amp; cakes.</p>
<ul><li>Night shifts</li><li>Ovens</li></ul>
<table><tr><td>2019</td><td>Old Mill</td></tr></table></main>
<aside>Cookies!</aside><footer>Imprint</footer>
<script>alert("x")</script><style>p { color: red }</style>
"""


def test_page_without_postings_is_its_main_text(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "ann.html", write_page("{}", body=PAGE))
    assert isinstance(row.document, ResumeDocument)
    assert row.document.id == "ann.html"
    assert row.document.text is not None
    assert [line for line in row.document.text.splitlines() if line] == [
        "Ann Miller",
        "Baker of rye bread & cakes.",
        "- Night shifts",
        "- Ovens",
        "2019 Old Mill",
    ]


def test_page_whose_main_part_is_empty_is_its_whole_text(tmp_path: Path) -> None:
    body = "<main>Loading</main><div>Ann Miller bakes rye bread and cakes at night in the Old Mill.</div>"
    [row], [] = read_bytes(tmp_path, "ann.html", write_page(body=body))
    assert row.document.text is not None
    assert "Ann Miller bakes rye bread" in row.document.text


def test_name_of_a_page_tells_a_vacancy(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "vacancy baker.html", write_page(body="<p>We seek a baker.</p>"))
    assert isinstance(row.document, VacancyDocument)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
def test_declared_encoding_is_believed(encoding: str, tmp_path: Path) -> None:
    page = f'<html><head><meta charset="{encoding}"></head><body><p>Пекарь ржаного хлеба</p></body></html>'
    [row], [] = read_bytes(tmp_path, "ann.html", page.encode(encoding))
    assert row.document.text == "Пекарь ржаного хлеба"


@pytest.mark.parametrize("declared", ["utf-8", "base64", "rot13", "nonsense", "utf-16"])
def test_wrong_or_harmful_encoding_is_not_believed(declared: str, tmp_path: Path) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body><p>Пекарь ржаного хлеба</p></body></html>'
    [row], [] = read_bytes(tmp_path, "ann.html", page.encode("windows-1251"))
    assert row.document.text == "Пекарь ржаного хлеба"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<html><body><nav>Home</nav></body></html>", "holds no text"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG image, not HTML"),
        (b"%PDF-1.7", "is a PDF, not HTML"),
        (b"<p>" + b"bread " * 20_000, "text: String should have at most 100000 characters"),
    ],
)
def test_page_that_cannot_be_read_is_one_rejection(content: bytes, reason: str, tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "ann.html", content)
    assert rows == []
    assert reason in rejection.reason


@pytest.mark.parametrize(
    "content",
    [
        b"<div>" * 200_000 + b"Baker",
        b"<b><i>" * 100_000 + b"Baker",
        b"<b id=x></a>" * 50_000 + b"Baker",
        b"<table>" * 100_000 + b"Baker",
        b"<script type='application/ld+json'>" * 50_000 + b"Baker",
        b"<!--" * 200_000 + b"Baker",
        b"&" * 1_000_000 + b"Baker",
        b"<div itemscope itemprop=a itemtype=JobPosting>" * 2_000 + b"Baker",
        write_page("{" + " " * 1_000_000),
        write_page("<!--" * 200_000 + "JobPosting"),
    ],
    ids=["divs", "inlines", "formats", "tables", "scripts", "comments", "ampersands", "scopes", "spaces", "openings"],
)
def test_hostile_markup_is_read_or_rejected(content: bytes, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, "ann.html", content)
    assert len(rows) + len(rejected) == 1


def test_uploaded_page_is_its_posting_or_its_main_text() -> None:
    page = read_upload("ann.html", write_page(body=PAGE), kind=Kind.RESUMES)
    assert page.text is not None
    assert page.text.startswith("Ann Miller")
    posting = read_upload("cook.htm", write_page(json.dumps(COOK), body="<p>Apply now</p>"), kind=Kind.VACANCIES)
    assert posting.text == "Cook\n\nSoups & stews"
