"""What a Prometheus server is told."""

from prometheus_client.parser import text_string_to_metric_families

from tests.flow.steps import Api


def scrape(api: Api) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels."""
    answer = api.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def labels(**values: str) -> frozenset[tuple[str, str]]:
    return frozenset(values.items())


def test_queue_is_told_by_kind_state_and_priority(own_api: Api) -> None:
    own_api.put("vacancies", "v", title="Cook")
    told = scrape(own_api)
    assert told["counterpart_ledger_up", labels()] == 1
    assert told["counterpart_documents", labels(kind="vacancies", state="indexed")] == 1
    assert told["counterpart_queue_documents", labels(kind="vacancies", priority="interactive")] == 0
    assert told["counterpart_queue_oldest_seconds", labels(priority="bulk")] == 0
    assert told["counterpart_workers", labels()] == 1


def test_requests_are_timed_under_their_routes_and_no_id_is_told(own_api: Api) -> None:
    for id_ in ("secret%2F1", "secret-2"):
        own_api.client.get(f"/v1/vacancies/{id_}")
    own_api.client.get("/no/such/page/secret")
    told = scrape(own_api)
    timed = "counterpart_request_duration_seconds_count"
    assert told[timed, labels(method="GET", route="/v1/vacancies/{id}", status="404")] == 2
    assert told[timed, labels(method="any", route="none", status="404")] == 1
    assert "secret" not in own_api.client.get("/metrics").text


def test_ledger_that_is_away_is_told_and_the_rest_still_is(own_api: Api) -> None:
    own_api.client.get("/healthz")
    ledger = own_api.installation.books.database
    ledger.close()
    with ledger.write() as connection:
        connection.exec_driver_sql("ALTER TABLE documents RENAME TO hidden")
    try:
        told = scrape(own_api)
    finally:
        with ledger.write() as connection:
            connection.exec_driver_sql("ALTER TABLE hidden RENAME TO documents")
    assert told["counterpart_ledger_up", labels()] == 0
    assert ("counterpart_request_duration_seconds_count", labels(method="GET", route="/healthz", status="200")) in told
