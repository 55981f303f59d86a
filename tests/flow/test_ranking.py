"""How a resume and a vacancy fit, over HTTP: parts of the score, weights, requirements, explanations."""

from typing import Any

import pytest

from tests.flow.steps import Api, check_problem

DRIVER: dict[str, Any] = {
    "id": "k/driver",
    "title": "Van driver",
    "text": "Van driver, seven years of parcel rounds in Leeds.\nDriving license, category B.\n"
    "I speak English and Polish.",
    "skills": ["route planning", "customer service"],
    "place": {"city": "Leeds", "country": "GB"},
    "experience": "7 years",
    "employment_types": ["full_time"],
    "languages": [{"language": "en", "level": "C1"}],
    "salary": {"min": 30000, "currency": "GBP", "period": "year"},
    "published_at": "2026-11-01",
}
COOK: dict[str, Any] = {
    "id": "k/cook",
    "title": "Cook",
    "text": "Cook in school kitchens: soups, stews and bread for three hundred children.",
    "skills": ["baking"],
    "place": {"city": "Madrid", "country": "ES"},
    "experience": "2 years",
}
PARCELS: dict[str, Any] = {
    "id": "k/parcels",
    "title": "Delivery van driver",
    "text": "You drive parcel rounds in Leeds.\nYou must have a driving license of category B.\n"
    "Route planning is required. You need three years of experience.",
    "skills": ["route planning"],
    "company": "Swift Parcels",
    "place": {"city": "Leeds", "country": "GB"},
    "work_format": "on_site",
    "employment_types": ["full_time"],
    "experience": "3+ years",
    "salary": {"min": 29000, "max": 34000, "currency": "GBP", "period": "year"},
}
LORRIES: dict[str, Any] = PARCELS | {
    "id": "k/lorries",
    "title": "Lorry driver",
    "text": "You drive lorries between depots. You must have a driving license of category CE.\n"
    "Route planning is required.",
    "company": "SWIFT  parcels",
}
KITCHEN: dict[str, Any] = {
    "id": "k/kitchen",
    "title": "School cook",
    "text": "You cook soups and stews for a school kitchen. Baking is required.",
    "skills": ["baking"],
    "company": "Northwind Schools",
    "place": {"city": "Madrid", "country": "ES"},
    "work_format": "on_site",
}
OURS = {"sources": ["ranking"]}
PARTS = {
    "resume_meets_vacancy": {
        *("meaning", "title", "required_skills", "desired_skills"),
        *("experience", "language", "license", "recency"),
    },
    "vacancy_meets_resume": {"meaning", "title", "place", "salary", "employment", "recency"},
}


@pytest.fixture(scope="module", autouse=True)
def _documents(api: Api) -> None:
    api.store("resumes", *(one | {"source": "ranking"} for one in (DRIVER, COOK)))
    api.store("vacancies", *(one | {"source": "ranking"} for one in (PARCELS, LORRIES, KITCHEN)))


def find(api: Api, **body: Any) -> dict[str, Any]:
    return api.search("vacancies", **({"resume_id": "k/driver", "filter": OURS} | body))


def test_each_side_of_a_match_is_told_part_by_part(api: Api) -> None:
    found = find(api)
    best = found["items"][0]

    assert [item["document"]["id"] for item in found["items"]] == ["k/parcels", "k/lorries", "k/kitchen"]
    for direction, parts in PARTS.items():
        told = best[direction]
        assert set(told["parts"]) == parts
        assert sum(part["weight"] for part in told["parts"].values()) == pytest.approx(1)
        for part in told["parts"].values():
            assert (part["value"] is None) <= (part["weight"] == 0)
            assert all(note["text"] and note["code"] for note in part["notes"])
    permit = best["resume_meets_vacancy"]["parts"]["license"]
    assert permit["value"] == 1
    assert permit["notes"][0]["text"] == "has the driving license asked for"
    assert best["resume_meets_vacancy"]["parts"]["desired_skills"]["value"] is None
    assert 0 <= best["score"] <= 1
    assert -1 <= best["similarity"] <= 1
    assert found["weights"]["required_skills"] == 0.3
    assert found["fusion"] == {"method": "weighted", "meaning": 0.5, "terms": 0.5}
    assert found["left_out"] == {"requirements": 0, "min_score": 0, "per_company": 0}


def test_directional_scores_are_the_same_from_both_sides(api: Api) -> None:
    """Of the same pair, bit for bit: whoever searches, the two numbers only swap their places."""
    by_resume = find(api)["items"][0]
    by_vacancy = api.search("resumes", vacancy_id="k/parcels", filter=OURS)["items"][0]

    assert (by_resume["document"]["id"], by_vacancy["document"]["id"]) == ("k/parcels", "k/driver")
    for name in ("score", "similarity", "resume_meets_vacancy", "vacancy_meets_resume", "requirements"):
        assert by_resume[name] == by_vacancy[name]


def test_weights_move_the_score_and_are_said(api: Api) -> None:
    before = find(api)
    without = find(api, weights={"license": 0, "place": 1})

    assert without["weights"] == before["weights"] | {"license": 0, "place": 1}
    lorries = {item["document"]["id"]: item for item in without["items"]}["k/lorries"]
    assert lorries["resume_meets_vacancy"]["parts"]["license"]["weight"] == 0
    was = {item["document"]["id"]: item for item in before["items"]}["k/lorries"]
    assert lorries["resume_meets_vacancy"]["score"] > was["resume_meets_vacancy"]["score"]
    shares = [item["items"][0]["vacancy_meets_resume"]["parts"]["place"]["weight"] for item in (before, without)]
    assert shares[1] > shares[0]


def test_balance_ranks_for_one_side_only(api: Api) -> None:
    for balance, direction in ((1, "resume_meets_vacancy"), (0, "vacancy_meets_resume")):
        scores = [item[direction]["score"] for item in find(api, balance=balance)["items"]]
        assert scores == sorted(scores, reverse=True)


def test_demanded_requirement_leaves_out_who_does_not_meet_it(api: Api) -> None:
    demanded = find(api, requirements={"license": "demand"})
    assert [item["document"]["id"] for item in demanded["items"]] == ["k/parcels", "k/kitchen"]
    assert demanded["left_out"]["requirements"] == 1

    lorries = next(item for item in find(api)["items"] if item["document"]["id"] == "k/lorries")
    (permit,) = [one for one in lorries["requirements"] if one["kind"] == "license"]
    assert (permit["outcome"], permit["mode"]) == ("not_met", "score")
    quote = permit["quote"]
    assert lorries["document"]["text"][quote["start"] : quote["end"]] == quote["text"]
    assert "category CE" in quote["text"]


def test_ignored_requirement_leaves_the_score(api: Api) -> None:
    ignored = find(api, requirements={"license": "ignore"})["items"]
    lorries = next(item for item in ignored if item["document"]["id"] == "k/lorries")
    assert lorries["resume_meets_vacancy"]["parts"]["license"]["weight"] == 0
    assert {one["mode"] for one in lorries["requirements"] if one["kind"] == "license"} == {"ignore"}


def test_requirement_of_which_nothing_is_known_leaves_nobody_out(api: Api) -> None:
    found = api.search("resumes", vacancy_id="k/lorries", filter=OURS, requirements={"license": "demand"})
    assert [item["document"]["id"] for item in found["items"]] == ["k/cook"]
    (permit,) = [one for one in found["items"][0]["requirements"] if one["kind"] == "license"]
    assert permit["outcome"] == "unknown"


def test_search_may_answer_that_nothing_is_suitable(api: Api) -> None:
    found = find(api, resume_id="k/cook", filter=OURS | {"companies": ["Swift Parcels"]}, min_score=0.5)
    assert found["items"] == []
    assert found["left_out"]["min_score"] == 2


def test_matches_of_a_stored_document_take_a_least_score(api: Api) -> None:
    answer = api.client.get("/v1/resumes/k%2Fdriver/vacancies", params={"min_score": "1"})
    assert answer.status_code == 200
    assert answer.json()["items"] == []


def test_company_fills_no_more_than_its_share(api: Api) -> None:
    found = find(api, per_company=1)
    assert [item["document"]["id"] for item in found["items"]] == ["k/parcels", "k/kitchen"]
    assert found["left_out"]["per_company"] == 1


@pytest.mark.parametrize(
    "fusion",
    [{"method": "rrf"}, {"meaning": 0}, {"terms": 0}, {"meaning": 1e6, "terms": 1}],
    ids=["rrf", "terms only", "meaning only", "uneven"],
)
def test_candidates_are_found_as_asked(api: Api, fusion: dict[str, Any]) -> None:
    found = find(api, fusion=fusion)
    assert found["items"][0]["document"]["id"] == "k/parcels"
    assert found["fusion"] == {"method": "weighted", "meaning": 0.5, "terms": 0.5} | fusion
    assert all(0 <= item["relevance"] <= 1 for item in found["items"])


def test_text_is_taken_for_a_document_of_the_other_kind(api: Api) -> None:
    found = find(api, resume_id=None, text=DRIVER["text"])
    assert found["source"] is None
    assert found["items"][0]["document"]["id"] == "k/parcels"
    assert found["items"][0]["resume_meets_vacancy"]["parts"]["required_skills"]["value"] > 0


def test_few_words_find_what_is_relevant_and_are_not_judged(api: Api) -> None:
    found = find(api, resume_id=None, text="van driver, parcel rounds")
    assert (found["source"], found["weights"], found["warnings"]) == (None, None, [])
    first, *others = found["items"]
    assert (first["document"]["id"], first["score"]) == ("k/parcels", 1.0)
    assert first["resume_meets_vacancy"] is first["vacancy_meets_resume"] is first["requirements"] is None
    assert all(item["score"] == item["relevance"] < 1 for item in others)
    few = find(api, resume_id=None, text="van driver, parcel rounds", min_score=1.0)
    assert [item["document"]["id"] for item in few["items"]] == ["k/parcels"]
    assert few["left_out"]["min_score"] == len(others)
    one_each = find(api, resume_id=None, text="driver", per_company=1)
    assert one_each["left_out"]["per_company"] == 1


def test_few_words_say_what_they_cannot_be_asked(api: Api) -> None:
    for asked in ({"weights": {"salary": 1}}, {"requirements": {"skills": "demand"}}, {"explain": True}):
        found = find(api, resume_id=None, text="van driver", **asked)
        assert any("cannot be judged" in warning for warning in found["warnings"]), asked


def test_likeness_is_ordered_by_similarity_alone(api: Api) -> None:
    found = api.search("vacancies", vacancy_id="k/parcels", filter=OURS)
    assert [item["document"]["id"] for item in found["items"]] == ["k/lorries", "k/kitchen"]
    for item in found["items"]:
        assert item["score"] == item["similarity"]
        assert item["resume_meets_vacancy"] is item["vacancy_meets_resume"] is item["requirements"] is None
    assert found["weights"] is found["fusion"] is None


def test_results_are_explained_on_request(api: Api) -> None:
    best = find(api, explain=True)["items"][0]
    told = best["explanation"]
    assert told["skills"]["matched_required"] == ["Route Planning", "Driving License Category B"]
    assert told["comparisons"]["license"][0]["code"] == "license_met"
    texts = {
        "vacancy": best["document"]["text"],
        "resume": api.client.get("/v1/resumes/k%2Fdriver").json()["document"]["text"],
    }
    for evidence in told["vacancy_sentences"]:
        sentence, answer = evidence["sentence"], evidence["best"]
        assert texts["vacancy"][sentence["start"] : sentence["end"]] == sentence["text"]
        if answer:
            assert texts["resume"][answer["start"] : answer["end"]] == answer["text"]
    assert any("license" in evidence["sentence"]["text"] for evidence in told["vacancy_sentences"])
    assert find(api)["items"][0]["explanation"] is None


def test_pair_is_explained_with_the_scores_that_a_search_gives(api: Api) -> None:
    answer = api.client.get("/v1/matches/explanation", params={"resume_id": "k/driver", "vacancy_id": "k/lorries"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    found = next(item for item in find(api, explain=True)["items"] if item["document"]["id"] == "k/lorries")
    for name in ("score", "similarity", "resume_meets_vacancy", "vacancy_meets_resume", "requirements", "explanation"):
        assert told[name] == found[name]
    assert all(change["gain"] >= 0 for change in told["explanation"]["changes"])


@pytest.mark.parametrize(
    ("query", "status", "named"),
    [
        ({"resume_id": "k/driver", "vacancy_id": "gone"}, 404, "vacancies 'gone'"),
        ({"resume_id": "gone", "vacancy_id": "k/parcels"}, 404, "resumes 'gone'"),
        ({"resume_id": "k/driver"}, 422, "vacancy_id"),
        ({"resume_id": "", "vacancy_id": "k/parcels"}, 422, "resume_id"),
        ({"resume_id": "k/driver", "vacancy_id": "k/parcels", "colour": "red"}, 422, "colour"),
    ],
)
def test_pair_that_cannot_be_explained_is_refused_by_name(
    api: Api, query: dict[str, str], status: int, named: str
) -> None:
    check_problem(api.client.get("/v1/matches/explanation", params=query), status, named)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"weights": {"charm": 1}}, "body.weights.charm"),
        ({"weights": {"place": -1}}, "body.weights.place"),
        ({"weights": {"place": 1e9}}, "body.weights.place"),
        ({"weights": {"place": "much"}}, "body.weights.place"),
        ({"weights": dict.fromkeys(PARTS["resume_meets_vacancy"], 0)}, "weights: all parts of resume_meets_vacancy"),
        (
            {
                "weights": dict.fromkeys({"meaning", "title", "salary", "employment", "recency"}, 0),
                "requirements": {"place": "ignore"},
            },
            "weights: all parts of vacancy_meets_resume",
        ),
        ({"requirements": {"charm": "demand"}}, "body.requirements.charm"),
        ({"requirements": {"place": "must"}}, "body.requirements.place"),
        ({"balance": 1.5}, "body.balance"),
        ({"min_score": -0.1}, "body.min_score"),
        ({"per_company": 0}, "body.per_company"),
        ({"fusion": {"method": "magic"}}, "body.fusion.method"),
        ({"fusion": {"meaning": 0, "terms": 0}}, "body.fusion"),
        ({"fusion": {"terms": -1}}, "body.fusion.terms"),
        ({"fusion": {"colour": 1}}, "body.fusion.colour: unknown field"),
        ({"explain": True, "limit": 21}, "limit"),
        ({"resume_id": None, "vacancy_id": "k/parcels", "weights": {"place": 1}}, "weights: only between"),
        ({"resume_id": None, "vacancy": {"title": "Cook"}, "min_score": 0.1, "balance": 1}, "balance, min_score"),
    ],
)
def test_bad_ranking_is_refused_by_name(api: Api, body: dict[str, Any], named: str) -> None:
    check_problem(api.client.post("/v1/vacancies/search", json={"resume_id": "k/driver"} | body), 422, named)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize(
    "field", ['"balance": %s', '"min_score": %s', '"weights": {"place": %s}', '"fusion": {"terms": %s}']
)
def test_number_that_is_none_is_refused(api: Api, field: str, number: str) -> None:
    body = f'{{"resume_id": "k/driver", {field % number}}}'
    answer = api.client.post("/v1/vacancies/search", content=body, headers={"content-type": "application/json"})
    check_problem(answer, 422)


def test_resumes_have_no_companies_to_limit(api: Api) -> None:
    answer = api.client.post("/v1/resumes/search", json={"vacancy_id": "k/parcels", "per_company": 1})
    check_problem(answer, 422, "body.per_company: unknown field")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000,
        "• " * 3000,
        "must " * 3000,
        "English B2, " * 500,
        "Требования: " * 300,
        "a" * 50_000,
        ". " * 3000,
        "\u0000",
    ],
)
def test_hostile_document_is_ranked_or_refused(api: Api, text: str) -> None:
    answer = api.client.post(
        "/v1/vacancies/search", json={"resume": {"title": "x", "text": text}, "explain": True, "limit": 3}
    )
    assert answer.status_code in (200, 422), answer.text


def test_language_that_the_model_does_not_know_shifts_to_terms(meaning: Api) -> None:
    russian = {"title": "Сварщик", "text": "Десять лет варю трубы на стройках, ищу работу в Казани."}
    found = meaning.search("vacancies", resume=russian)
    assert "terms count more" in found["warnings"][0]
    assert found["fusion"] == {"method": "weighted", "meaning": 0.5, "terms": 1.0}


def test_pages_over_a_thousand_neither_repeat_nor_skip(api: Api, source: str) -> None:
    """The first few hundred are ranked by how they fit, the others follow as they are found; scores fall throughout."""
    trades = ["driver", "cook", "nurse", "welder", "teacher", "clerk", "baker"]
    documents = [
        {
            "id": f"{source}-{i}",
            "title": f"{trades[i % 7]} {i % 13}",
            "text": f"Work as {trades[i % 7]} in place {i % 31}, team {i % 101}.",
            "source": source,
        }
        for i in range(1000)
    ]
    api.store("vacancies", *documents)
    search = {"resume_id": "k/driver", "filter": {"sources": [source]}}
    whole = api.search("vacancies", **search, limit=1000)["items"]
    assert len({item["document"]["id"] for item in whole}) == len(whole) == 1000
    scores = [item["score"] for item in whole]
    assert scores == sorted(scores, reverse=True)
    words = api.search("vacancies", text="cook of soups", filter={"sources": [source]}, limit=1000)["items"]
    assert len({item["document"]["id"] for item in words}) == 1000
    assert [item["score"] for item in words] == sorted((item["score"] for item in words), reverse=True)
    ranked = [item["relevance"] is not None for item in whole]
    assert ranked == sorted(ranked, reverse=True)
    assert 200 <= sum(ranked) <= 400

    for start, size in ((0, 150), (150, 150), (300, 150), (450, 550)):
        page = api.search("vacancies", **search, limit=size, offset=start)["items"]
        assert [item["document"]["id"] for item in page] == [
            item["document"]["id"] for item in whole[start : start + size]
        ]
        assert [item["score"] for item in page] == scores[start : start + size]
    assert api.find_ids("vacancies", **search, offset=1000) == []
    assert api.search("vacancies", **search, min_score=0, limit=1000)["items"] == whole[: sum(ranked)]
