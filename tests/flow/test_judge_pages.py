"""The pages on which people grade pairs: pools, one pair at a time, agreement, and the grades as files."""

import re
from pathlib import Path

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser

from milvus import Kind
from service.evaluation.grades import compare_graders, import_grades
from service.evaluation.judgement_files import read_grades, read_qrels
from service.web.security import TOKEN_COOKIE, TOKEN_FIELD
from tests.flow.steps import Api

OURS = {"origin": "http://testserver", "accept": "text/html"}
HOSTILE = "<script>alert(1)</script>\"' {{7*7}} %s"
TRADES = ("Cook", "Roofer", "Nurse", "Glazier")


@pytest.fixture
def judged(own_api: Api) -> Api:
    """An index of four trades, with a vacancy and a resume of each."""
    for kind in ("vacancies", "resumes"):
        own_api.store(
            kind,
            *({"id": f"{trade}/{kind}", "title": trade, "text": f"{trade} by trade, seven years."} for trade in TRADES),
        )
    return own_api


def parse(api: Api, path: str, **query: str) -> LexborHTMLParser:
    answer = api.client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def post(api: Api, path: str, **fields: object) -> Response:
    """Send a form of ours, and stay where it leads."""
    api.client.get("/")
    token = api.client.cookies[TOKEN_COOKIE]
    return api.client.post(path, data={TOKEN_FIELD: token, **fields}, headers=OURS)


def make_pool(api: Api, **fields: int) -> int:
    sizes = {"vacancies": 2, "resumes_each": 2, "resumes": 1, "vacancies_each": 2, "seed": 5}
    answer = post(api, "/judge", **(sizes | fields))
    assert answer.status_code == 200, answer.text
    return api.installation.books.judging.list_pools()[0].id


def read_pair(page: LexborHTMLParser) -> tuple[str, str]:
    vacancy, resume = (
        page.css_first(f".grading [name={name}_id]").attributes["value"] for name in ("vacancy", "resume")
    )
    return vacancy or "", resume or ""


def grade(api: Api, pool: int, grader: str, pair: tuple[str, str], given: int) -> Response:
    return post(api, f"/judge/{pool}", grader=grader, vacancy_id=pair[0], resume_id=pair[1], grade=given)


def grade_all(api: Api, pool: int, grader: str, *grades: int) -> list[tuple[str, str]]:
    """Grade pair after pair as the pages lead on; the pairs in their order."""
    pairs = []
    page = parse(api, f"/judge/{pool}", grader=grader)
    for given in grades:
        pairs.append(read_pair(page))
        answer = grade(api, pool, grader, pairs[-1], given)
        assert answer.history[0].status_code == 303
        page = LexborHTMLParser(answer.text)
    return pairs


def test_without_documents_the_page_says_what_is_missing(own_api: Api) -> None:
    page = parse(own_api, "/judge")
    assert "There is nothing to judge yet." in page.css_first("main").text()
    assert page.css_first("main form") is None


def test_pool_is_drawn_from_both_sides_and_listed(judged: Api) -> None:
    pool = make_pool(judged)
    pairs = judged.installation.books.judging.list_pairs(pool)
    assert 4 <= len(pairs) <= 6
    assert len({pair.vacancy for pair in pairs}) >= 2
    card = parse(judged, "/judge").css_first(f"#pool-{pool}").text()
    assert f"{len(pairs)} pairs" in card
    assert "Nobody has graded yet." in card


def test_the_same_seed_draws_the_same_pool_and_another_seed_another(judged: Api) -> None:
    book = judged.installation.books.judging
    first, again, other = (book.list_pairs(make_pool(judged, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_pool_of_nothing_is_refused_in_words(judged: Api) -> None:
    answer = post(judged, "/judge", vacancies=0, resumes_each=1, resumes=0, vacancies_each=1, seed=0)
    assert answer.status_code == 422
    assert "No pairs were found." in answer.text
    assert judged.installation.books.judging.list_pools() == []


@pytest.mark.parametrize("wrong", [{"vacancies": 51}, {"resumes_each": 0}, {"seed": -1}, {"vacancies": "many"}])
def test_pool_beyond_the_limits_is_refused(judged: Api, wrong: dict[str, object]) -> None:
    assert post(judged, "/judge", **wrong).status_code == 422


def test_pair_is_shown_blind(judged: Api) -> None:
    page = parse(judged, f"/judge/{make_pool(judged)}", grader="ada")
    main = page.css_first("main")
    assert [node.text() for node in main.css("article h2")]
    assert "%" not in main.text()
    assert not main.css("article a"), "a document's own page says how well it fits"
    assert [node.attributes["value"] for node in main.css("button[name=grade]")] == ["0", "1", "2", "3"]
    assert "suitable with one gap" in main.css("button[name=grade]")[2].text()


def test_grading_leads_through_every_pair_once_and_then_says_so(judged: Api) -> None:
    pool = make_pool(judged)
    pairs = judged.installation.books.judging.list_pairs(pool)
    seen = grade_all(judged, pool, "ada", *[3] * len(pairs))
    assert sorted(seen) == sorted(pairs)
    assert "All pairs are graded" in parse(judged, f"/judge/{pool}", grader=" ada ").css_first("h1").text()
    assert f"{len(pairs)} of {len(pairs)}" in parse(judged, "/judge").css_first(".graders").text()


def test_graders_see_orders_of_their_own_that_stay(judged: Api) -> None:
    pool = make_pool(judged, vacancies=4, resumes_each=4)
    orders = {}
    for grader in ("ada", "bob", "eve"):
        places = range(1, 17)
        orders[grader] = [read_pair(parse(judged, f"/judge/{pool}", grader=grader, at=str(at))) for at in places]
        assert len(set(orders[grader])) == 16
        vacancies = [vacancy for vacancy, _ in orders[grader]]
        assert all(len(set(vacancies[at : at + 4])) == 1 for at in range(0, 16, 4)), "each vacancy is read once"
    assert len({tuple(order) for order in orders.values()}) == 3
    assert read_pair(parse(judged, f"/judge/{pool}", grader="ada")) == orders["ada"][0]


def test_skipped_pair_comes_again_at_the_end_and_back_shows_the_grade(judged: Api) -> None:
    pool = make_pool(judged, vacancies=1, resumes_each=3, resumes=0)
    page = parse(judged, f"/judge/{pool}", grader="ada")
    skipped = read_pair(page)
    (skip,) = [node for node in page.css(".grading a") if node.text() == "Skip"]
    second = parse(judged, skip.attributes["href"] or "")
    page = LexborHTMLParser(grade(judged, pool, "ada", read_pair(second), 2).text)
    (back,) = [node for node in page.css(".grading a") if node.text() == "Back one"]
    before = parse(judged, back.attributes["href"] or "")
    assert read_pair(before) == read_pair(second)
    assert before.css_first("[aria-current=true][name=grade]").attributes["value"] == "2"
    page = LexborHTMLParser(grade(judged, pool, "ada", read_pair(page), 1).text)
    assert read_pair(page) == skipped
    assert not [node for node in page.css(".grading a") if node.text() == "Skip"], "nothing else is left"


def test_erased_document_leaves_the_pool_and_its_grades(judged: Api) -> None:
    pool = make_pool(judged, vacancies=4, resumes_each=4)
    pairs = grade_all(judged, pool, "ada", *[2] * 16)
    gone = pairs[0][1]
    assert judged.client.delete("/v1/resumes/" + gone.replace("/", "%2F")).status_code in (200, 202)
    book = judged.installation.books.judging
    assert all(pair.resume != gone for pair in [*book.list_pairs(pool), *book.read_grades(pool)["ada"]])
    answer = grade(judged, pool, "ada", pairs[0], 3)
    assert answer.status_code == 200
    assert pairs[0] not in book.read_grades(pool)["ada"]
    assert gone not in judged.client.get(f"/judge/{pool}/grades.csv?grader=ada").text


def test_agreement_is_the_commands_and_files_are_read_by_them(judged: Api, tmp_path: Path) -> None:
    pool = make_pool(judged, vacancies=4, resumes_each=2, resumes=0)
    pairs = judged.installation.books.judging.list_pairs(pool)
    for place, pair in enumerate(pairs):
        grade(judged, pool, "ada", pair, place % 4)
        grade(judged, pool, HOSTILE, pair, 3 if place == 1 else place % 4)
    page = parse(judged, f"/judge/{pool}/agreement")
    files = []
    for number, link in enumerate(page.css(".downloads a[href*='grades.csv']")):
        answer = judged.client.get(link.attributes["href"] or "")
        assert re.search(
            r"attachment; filename\*=UTF-8''judgements-\d+-[\w%-]+\.csv$", answer.headers["content-disposition"]
        )
        files.append(tmp_path / f"{number}.csv")
        files[-1].write_bytes(answer.content)
    found = compare_graders(*files)
    figures = [node.text() for node in page.css(".agreement dd")]
    assert figures[0] == str(found.pairs) == str(len(pairs))
    assert figures[2:] == [f"{found.kappa:.2f}", f"{found.weighted_kappa:.2f}"]
    assert len(page.css("section[aria-labelledby=disputes] li")) == len(found.disputes) == 1
    assert [one.grade for one in read_grades(files[1]).judgements] == [place % 4 for place in range(len(pairs))]

    answer = judged.client.get(page.css_first("a[href$='.tsv']").attributes["href"] or "")
    qrels = tmp_path / "pool_qrels.tsv"
    qrels.write_bytes(answer.content)
    read = read_qrels(qrels, Kind.VACANCIES)
    assert not read.problems
    ids = {Kind.VACANCIES: [pair.vacancy for pair in pairs], Kind.RESUMES: [pair.resume for pair in pairs]}
    done = import_grades(files, tmp_path / "other_qrels.tsv", ids=ids, query_kind=Kind.VACANCIES)
    assert (done.new, done.disputed, done.problems) == (len(pairs), 1, ())
    imported = read_qrels(tmp_path / "other_qrels.tsv", Kind.VACANCIES).judgements
    assert {(one.vacancy, one.resume, one.grade) for one in imported} == {
        (one.vacancy, one.resume, one.grade) for one in read.judgements
    }


def test_agreement_takes_two_who_share_a_pair(judged: Api) -> None:
    pool = make_pool(judged)
    pairs = judged.installation.books.judging.list_pairs(pool)
    said = []
    for grader, pair in (("", pairs[0]), ("ada", pairs[0]), ("bob", pairs[1]), ("eve", pairs[0])):
        if grader:
            grade(judged, pool, grader, pair, 3)
        said.append(parse(judged, f"/judge/{pool}/agreement").css_first("main").text())
    assert "Nobody has graded yet." in said[0]
    assert "Agreement takes a second one." in said[1]
    assert "have not graded a pair in common" in said[2]
    page = parse(judged, f"/judge/{pool}/agreement", first="eve", second="ada")
    assert [node.text() for node in page.css("thead bdi")] == ["eve", "ada"]
    assert "undefined" in page.css_first(".agreement").text(), "both gave one grade to all"


def test_hostile_name_stays_text(judged: Api) -> None:
    pool = make_pool(judged)
    grade_all(judged, pool, HOSTILE, 1)
    for path in ("/judge", f"/judge/{pool}/agreement"):
        page = parse(judged, path)
        assert not page.css("main script")
        assert HOSTILE in page.css_first("main").text()


def test_deleted_pool_is_gone_with_its_grades(judged: Api) -> None:
    pool = make_pool(judged)
    grade_all(judged, pool, "ada", 1)
    assert post(judged, f"/judge/{pool}/delete").status_code == 200
    assert parse(judged, "/judge").css_first(".pools") is None
    for path in (f"/judge/{pool}?grader=ada", f"/judge/{pool}/agreement", f"/judge/{pool}/grades_qrels.tsv"):
        assert judged.client.get(path).status_code == 404


def test_what_is_no_grade_or_no_name_is_refused(judged: Api) -> None:
    pool = make_pool(judged)
    pair = judged.installation.books.judging.list_pairs(pool)[0]
    assert grade(judged, pool, "ada", pair, 4).status_code == 422
    assert grade(judged, pool, "  ", pair, 3).status_code == 422
    assert grade(judged, pool, "a\0b", pair, 3).status_code == 422
    assert judged.client.get(f"/judge/{pool}?grader={'x' * 41}").status_code == 422
    assert judged.client.get(f"/judge/{pool}/grades.csv?grader=nobody").status_code == 404
    assert judged.client.get(f"/judge/{pool}", follow_redirects=False).headers["location"] == f"/judge#pool-{pool}"
    assert judged.installation.books.judging.read_grades(pool) == {}


@pytest.mark.parametrize(
    ("language", "heading", "button"),
    [("ru", "Свели бы вы этих двоих?", "подходит"), ("es", "¿Uniría a estos dos?", "adecuado")],
)
def test_pages_speak_the_language_of_their_reader(judged: Api, language: str, heading: str, button: str) -> None:
    page = parse(judged, f"/judge/{make_pool(judged)}", grader="ada", lang=language)
    assert page.css_first("h1").text() == heading
    assert any(button in node.text() for node in page.css("button[name=grade]"))
