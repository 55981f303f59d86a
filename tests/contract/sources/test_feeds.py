"""Feeds: RSS, Atom and the XML of job boards, every item a vacancy; a broken item costs itself."""

import gzip
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.documents import ResumeDocument, VacancyDocument
from ingestion.sources import read_path, xml_items
from milvus import EmploymentType, Kind
from tests.contract.sources.examples import read_bytes

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:job="http://jobs.example/ns"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:georss="http://www.georss.org/georss">
<channel><title>Mill jobs</title><link>https://example.com</link>
<image><title>Logo</title><url>https://example.com/logo.png</url></image>
<item>
  <guid isPermaLink="false">b-1</guid>
  <title>Baker &amp; confectioner</title>
  <link>https://example.com/jobs/1?a=1&b=2</link>
  <description>Bakes rye…</description>
  <content:encoded><![CDATA[<p>Bakes <b>rye</b>&nbsp;bread & cakes.</p> <item>not one</item>]]></content:encoded>
  <pubDate>Sun, 12 May 2024 10:30:00 +0200</pubDate>
  <category>Food</category><category>Bakery</category>
  <dc:creator>webmaster</dc:creator>
  <job:location>Bath</job:location><job:company>Old Mill</job:company><job:salary>30,000 GBP a year</job:salary>
  <job:type>Full-time</job:type>
  <georss:point>51.38 -2.36</georss:point>
</item>
<item><title>Cook</title><link>https://example.com/jobs/2</link><description>&lt;p&gt;Soups&lt;/p&gt;</description></item>
</channel></rss>"""


def test_rss_fills_the_fields_of_a_vacancy(tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, "feed.xml", RSS.encode())
    assert rejected == []
    assert rows[0].document == VacancyDocument.model_validate(
        {
            "id": "b-1",
            "title": "Baker & confectioner",
            "url": "https://example.com/jobs/1?a=1&b=2",
            "text": "<p>Bakes <b>rye</b>&nbsp;bread & cakes.</p> <item>not one</item>",
            "published_at": datetime(2024, 5, 12, 8, 30, tzinfo=UTC),
            "category": "Food, Bakery",
            "place": {"text": "Bath", "latitude": 51.38, "longitude": -2.36},
            "company": "Old Mill",
            "salary": {"text": "30,000 GBP a year"},
            "employment_types": [EmploymentType.FULL_TIME],
        }
    )
    assert rows[0].location.endswith("feed.xml:6 (item 1)")
    assert rows[0].ignored == ("creator",)
    assert (rows[1].document.id, rows[1].document.text) == ("https://example.com/jobs/2", "<p>Soups</p>")


def test_atom_fills_the_fields_of_a_vacancy(tmp_path: Path) -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Jobs</title><id>urn:feed</id>
    <entry><id>urn:1</id><title>Baker</title>
    <link rel="self" href="https://example.com/feed/1"/><link rel="alternate" href="https://example.com/1"/>
    <updated>2024-05-13T10:00:00Z</updated><published>2024-05-12T10:00:00Z</published>
    <author><name>Old Mill</name><email>jobs@example.com</email></author>
    <category term="food" label="Food"/><category term="bakery"/>
    <summary>Bakes</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Bakes <b>rye</b></p></div></content>
    </entry>
    <entry><id>urn:2</id><title>Cook</title><updated>2024-05-13T10:00:00Z</updated></entry></feed>"""
    rows, rejected = read_bytes(tmp_path, "feed.atom", feed.encode())
    assert rejected == []
    first, second = (row.document for row in rows)
    assert isinstance(first, VacancyDocument)
    assert (first.id, first.url, first.company) == ("urn:1", "https://example.com/1", "Old Mill")
    assert (first.category, first.text) == ("Food, bakery", "<div><p>Bakes <b>rye</b></p></div>")
    assert (first.published_at, second.published_at) == (
        datetime(2024, 5, 12, 10, tzinfo=UTC),
        datetime(2024, 5, 13, 10, tzinfo=UTC),
    )


def test_rss_1_has_its_items_beside_the_channel(tmp_path: Path) -> None:
    feed = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.com"><title>Jobs</title>
    <items><rdf:Seq><rdf:li rdf:resource="https://example.com/1"/></rdf:Seq></items></channel>
    <item rdf:about="https://example.com/1"><title>Baker</title><dc:date>2024-05-12</dc:date></item></rdf:RDF>"""
    [row], [] = read_bytes(tmp_path, "feed.rss", feed.encode())
    assert (row.document.id, row.document.title) == ("https://example.com/1", "Baker")
    assert row.document.published_at == datetime(2024, 5, 12, tzinfo=UTC)


def test_xml_of_job_boards_is_read(tmp_path: Path) -> None:
    feed = """<?xml version="1.0"?><source><publisher>Mill</publisher><job>
    <title><![CDATA[Baker]]></title><date><![CDATA[Sun, 12 May 2024 10:30:00 GMT]]></date>
    <referencenumber><![CDATA[r-7]]></referencenumber><url><![CDATA[https://example.com/7?a=1&b=2]]></url>
    <company><![CDATA[Old Mill]]></company><city>Bath</city><state>Somerset</state><country>GB</country>
    <description><![CDATA[Bakes <i>rye</i>]]></description><salary>£30,000 per year</salary>
    <jobtype>part time</jobtype><category>Food</category><experience>2+ years</experience>
    <education>Diploma</education><expirationdate>2024-06-30</expirationdate></job></source>"""
    [row], [] = read_bytes(tmp_path, "jobs.xml", feed.encode())
    assert row.document == VacancyDocument.model_validate(
        {
            "id": "r-7",
            "title": "Baker",
            "url": "https://example.com/7?a=1&b=2",
            "company": "Old Mill",
            "place": {"city": "Bath", "region": "Somerset", "country": "GB"},
            "text": "Bakes <i>rye</i>\n\nDiploma",
            "salary": {"text": "£30,000 per year"},
            "employment_types": [EmploymentType.PART_TIME],
            "category": "Food",
            "experience": "2+ years",
            "published_at": datetime(2024, 5, 12, 10, 30, tzinfo=UTC),
            "expires_at": datetime(2024, 6, 30, 23, 59, 59, tzinfo=UTC),
        }
    )


def test_russian_vacancy_xml_is_read(tmp_path: Path) -> None:
    feed = """<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE source><source><vacancies><vacancy>
    <url>https://example.ru/1</url><creation-date>2024-05-12</creation-date><salary>от 50 000 руб.</salary>
    <category><industry>Пищевая промышленность</industry></category><job-name>Пекарь</job-name>
    <employment>полная</employment><schedule>сменный</schedule><description>Печь хлеб</description>
    <duty>Замес теста</duty><requirement><qualification>Разряд</qualification></requirement>
    <addresses><address><location>Тула, ул. Хлебная</location></address></addresses>
    <company><name>Мельница</name><description>Мы мелем</description></company></vacancy>
    <vacancy id="9"><name>Повар</name><area><id>1</id><name>Тула</name></area>
    <salary><from>50000</from><to/><currency>RUR</currency></salary><employer><id>5</id><name>Кафе</name></employer>
    </vacancy></vacancies></source>"""
    rows, rejected = read_bytes(tmp_path, "v.xml", feed.encode("cp1251"))
    assert rejected == []
    first, second = (row.document for row in rows)
    assert isinstance(first, VacancyDocument)
    assert isinstance(second, VacancyDocument)
    assert (first.id, first.title, first.company) == ("https://example.ru/1", "Пекарь", "Мельница")
    assert first.text == "Печь хлеб\n\nЗамес теста\n\nРазряд"
    assert first.place is not None
    assert first.place.text == "Тула, ул. Хлебная"
    assert first.employment_types == [EmploymentType.FULL_TIME, EmploymentType.SHIFT]
    assert (second.id, second.title, second.company) == ("9", "Повар", "Кафе")
    assert second.salary is not None
    assert (second.salary.min, second.salary.max, second.salary.currency) == (50_000, None, "RUR")
    assert second.place is not None
    assert second.place.text == "Тула"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("<item><title>Bad</b></title></item>", "is not XML: Opening and ending tag mismatch"),
        ("<item><title>Bad</title>", "is not closed before the next begins"),
        ("<item><title>Bad \udcff</title></item>", "byte 0xff is not of the feed's encoding"),
        ("<item><title>" + "x" * 600 + "</title></item>", "title: String should have at most 500"),
        ("<item>" + "<a>" * 300 + "</a>" * 300 + "</item>", "is not XML: Excessive depth"),
        ("<item><title>" + "x" * 3_000_000 + "</title></item>", "is larger than 1 MiB"),
        ("<item><link>https://example.com</link></item>", "has neither a title nor a text"),
    ],
)
def test_broken_item_is_named_by_line_and_costs_no_other(broken: str, reason: str, tmp_path: Path) -> None:
    good = "<item><guid>{}</guid><title>Baker</title></item>"
    feed = f"<?xml version='1.0' encoding='utf-8'?><rss>\n{good.format(1)}\n{broken}\n{good.format(2)}\n</rss>"
    rows, [rejection] = read_bytes(tmp_path, "feed.xml", feed.encode("utf-8", "surrogateescape"))
    assert [row.document.id for row in rows] == ["1", "2"]
    assert rejection.location.endswith("feed.xml:3 (item 2)")
    assert reason in rejection.reason
    assert rejection.kind is Kind.VACANCIES
    assert rejection.raw is not None
    assert rejection.raw.startswith("<item>")


def test_truncated_feed_gives_the_items_before_the_cut(tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "feed.xml", RSS.encode()[:-80])
    assert [row.document.id for row in rows] == ["b-1"]
    assert rejection.reason == "is truncated"
    packed = gzip.compress(RSS.encode())
    rows, rejected = read_bytes(tmp_path, "feed.xml.gz", packed[:-9])
    assert "truncated" in rejected[-1].reason


def test_sloppy_text_is_read_as_it_was_meant(tmp_path: Path) -> None:
    item = "<item><title>R&D baker &nbsp;&mdash; caf&eacute; &amp; bar \x0b&unknown;</title></item>"
    [row], [] = read_bytes(tmp_path, "feed.xml", f"<rss>{item}</rss>".encode())
    assert row.document.title == "R&D baker \xa0— café & bar &unknown;"


def test_namespace_that_is_not_declared_does_no_harm(tmp_path: Path) -> None:
    item = "<item><title>Baker</title><job:company>Mill</job:company></item>"
    [row], [] = read_bytes(tmp_path, "feed.xml", f"<rss>{item}</rss>".encode())
    assert isinstance(row.document, VacancyDocument)
    assert row.document.company == "Mill"


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><rss><item><title>Baker &i;</title></item></rss>"
)
OUTSIDE = (
    '<!DOCTYPE rss SYSTEM "file:///etc/passwd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss><item><title>Baker &x;</title></item></rss>"
)


@pytest.mark.parametrize(("feed", "title"), [(LAUGHS, "Baker &i;"), (OUTSIDE, "Baker &x;")], ids=["laughs", "outside"])
def test_declared_entities_are_never_followed(feed: str, title: str, tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "feed.xml", feed.encode())
    assert row.document.title == title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251", "koi8-r", "utf-16"])
def test_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    feed = (
        f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><rss><item><title>Пекарь</title></item></rss>'
    )
    [row], [] = read_bytes(tmp_path, "feed.xml", feed.encode(encoding))
    assert row.document.title == "Пекарь"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"Dear sir", "is not XML"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "is a PNG image, not XML"),
        (b"<!doctype html><html><body>x</body></html>", "is a page, not a feed: name it .html"),
        (b"<urlset><url/></urlset>", "holds no vacancies: its <urlset> has no <item>, <entry>, <job>, <vacancy>"),
        (b"<rss><channel><title>Jobs</title></channel></rss>", "holds no vacancies"),
    ],
)
def test_what_is_no_feed_is_one_rejection(content: bytes, reason: str, tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "feed.xml", content)
    assert rows == []
    assert reason in rejection.reason


def test_items_are_found_across_blocks_and_lines_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_items, "_BLOCK_BYTES", 7)
    rows, rejected = read_bytes(tmp_path, "feed.xml", RSS.encode())
    assert rejected == []
    assert [row.document.id for row in rows] == ["b-1", "https://example.com/jobs/2"]
    assert [row.location.rpartition("/")[2] for row in rows] == ["feed.xml:6 (item 1)", "feed.xml:19 (item 2)"]


def test_long_feed_takes_little_memory(tmp_path: Path) -> None:
    item = "<item><title>Baker</title><description>" + "Bakes rye bread. " * 500 + "</description></item>\n"
    path = tmp_path / "feed.xml"
    path.write_text(f"<rss><channel>{'<junk/>' * 3_000}{item * 1_000}</channel></rss>")
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_path(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 1_000
    assert peak < path.stat().st_size / 2


def test_feed_of_resumes_is_read_as_the_caller_says(tmp_path: Path) -> None:
    rows, [] = read_bytes(tmp_path, "feed.xml", RSS.encode(), kind=Kind.RESUMES)
    assert all(isinstance(row.document, ResumeDocument) for row in rows)
