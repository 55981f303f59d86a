"""Settings from the environment: blank is unset, a bad value names its variable, secrets stay hidden."""

from pathlib import Path

import pytest

from ingestion.errors import SettingsError
from ingestion.installation import open_rerankers
from ingestion.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside: neither a variable nor a `.env` file."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COUNTERPART_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_no_setting_at_all() -> None:
    settings = read_settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.ledger_url == "sqlite:///var/ledger.db"
    assert settings.milvus_uri == str(Path("var/index.db"))
    assert settings.index_is_local
    assert settings.worker_is_embedded
    assert settings.embedding_model == "all-MiniLM-L6-v2"
    assert settings.reference_currency == "EUR"


@pytest.mark.parametrize("blank", ["", " ", "\t"])
@pytest.mark.parametrize("name", ["port", "data_dir", "database_url", "index_uri", "worker", "rates_file", "log_level"])
def test_blank_variable_is_as_if_unset(monkeypatch: pytest.MonkeyPatch, name: str, blank: str) -> None:
    """Compose files pass what the caller left out as an empty variable."""
    monkeypatch.setenv(f"COUNTERPART_{name.upper()}", blank)

    assert getattr(read_settings(), name) == Settings.model_fields[name].get_default()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WORKER", "sometimes"),
        ("EMBEDDING_BACKEND", "magic"),
        ("EMBEDDING_PRECISION", "int8"),
        ("REFERENCE_CURRENCY", "euro"),
        ("REFERENCE_CURRENCY", "EURO"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_bad_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"COUNTERPART_{name}", value)

    with pytest.raises(SettingsError, match=f"COUNTERPART_{name}: "):
        read_settings()


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPART_PORT", "eighty")
    monkeypatch.setenv("COUNTERPART_WORKER", "sometimes")

    with pytest.raises(SettingsError, match=r"COUNTERPART_PORT.*COUNTERPART_WORKER"):
        read_settings()


def test_env_file_is_read_and_a_variable_goes_before_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COUNTERPART_PORT=8100\nCOUNTERPART_HOST=::1\nOTHER_PROGRAM=1\n")
    monkeypatch.setenv("COUNTERPART_PORT", "8200")

    settings = read_settings()
    assert (settings.port, settings.host) == (8200, "::1")


def test_data_folder_moves_database_and_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPART_DATA_DIR", "/srv/counterpart")

    settings = read_settings()
    assert settings.ledger_url == "sqlite:////srv/counterpart/ledger.db"
    assert settings.milvus_uri == "/srv/counterpart/index.db"


@pytest.mark.parametrize(
    ("index_uri", "worker", "is_embedded"),
    [
        ("", "auto", True),
        ("./other.db", "auto", True),
        ("http://milvus:19530", "auto", False),
        ("http://milvus:19530", "embedded", True),
        ("http://milvus:19530", "external", False),
    ],
)
def test_worker_is_embedded_where_only_one_process_can_open_the_index(
    monkeypatch: pytest.MonkeyPatch, index_uri: str, worker: str, is_embedded: bool
) -> None:
    monkeypatch.setenv("COUNTERPART_INDEX_URI", index_uri)
    monkeypatch.setenv("COUNTERPART_WORKER", worker)

    assert read_settings().worker_is_embedded is is_embedded


def test_external_worker_over_a_folder_that_only_one_process_can_open_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COUNTERPART_WORKER", "external")

    with pytest.raises(SettingsError, match="COUNTERPART_WORKER=external needs a Milvus server"):
        read_settings()


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPART_INDEX_TOKEN", "root:very-secret")
    monkeypatch.setenv("COUNTERPART_EMBEDDING_API_KEY", "sk-very-secret")

    settings = read_settings()
    assert "very-secret" not in repr(settings)
    assert settings.index_token is not None
    assert settings.index_token.get_secret_value() == "root:very-secret"


def test_password_in_the_database_url_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings end up in logs and tracebacks."""
    monkeypatch.setenv("COUNTERPART_DATABASE_URL", "postgresql+psycopg://counterpart:very-secret@db/counterpart")

    assert "very-secret" not in repr(read_settings())


@pytest.mark.parametrize(("written", "names"), [("", ()), (" ,", ()), ("a/b, c ,d", ("a/b", "c", "d"))])
def test_rerankers_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch, written: str, names: tuple[str, ...]) -> None:
    monkeypatch.setenv("COUNTERPART_RERANK_MODELS", written)

    assert read_settings().rerank_model_names == names


def test_rerankers_go_by_short_names_and_none_is_loaded() -> None:
    settings = Settings(_env_file=None, rerank_models="BAAI/bge-reranker-v2-m3, owner/other")

    assert set(open_rerankers(settings)) == {"bge-reranker-v2-m3", "owner/other"}
    assert open_rerankers(Settings(_env_file=None)) == {}


@pytest.mark.parametrize(
    ("written", "said"),
    [("nonsense", "no reranker 'nonsense'"), ("bge-reranker-v2-m3, BAAI/bge-reranker-v2-m3", "two go by the name")],
)
def test_reranker_that_cannot_be_names_its_variable(written: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"COUNTERPART_RERANK_MODELS: {said}"):
        open_rerankers(Settings(_env_file=None, rerank_models=written))
