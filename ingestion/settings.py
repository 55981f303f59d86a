"""The settings, all of them: environment variables that begin with COUNTERPART_, or the same names in a `.env` file."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingestion.errors import SettingsError


class Settings(BaseSettings):
    """One installation's settings. Read with `read_settings`, at the two wiring places only."""

    model_config = SettingsConfigDict(env_prefix="COUNTERPART_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("var"), description="Folder of the built-in database and index.")
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    allowed_hosts: str = Field(
        "localhost,127.0.0.1,[::1]",
        description="Names, separated by commas, that callers may reach the API under, besides `host`; * for any.",
    )
    port: int = Field(8000, ge=1, le=65535, description="Port that the API listens on.")
    database_url: str | None = Field(
        None,
        repr=False,
        description="SQLAlchemy URL of SQLite or PostgreSQL; a SQLite file in the data folder where unset.",
    )
    index_uri: str | None = Field(
        None, description="Milvus: a folder for Milvus Lite or http://host:19530; in the data folder where unset."
    )
    index_token: SecretStr | None = Field(None, description="Milvus' token, `user:password`.")
    bulk_store: str | None = Field(
        None,
        description="Where the Milvus server reads bulk imports from: s3://bucket/folder, or the absolute path of a "
        "folder that it has at the same path.",
    )
    bulk_endpoint: str | None = Field(None, description="http://host:port of the S3 store; AWS where unset.")
    bulk_region: str | None = Field(None, description="Region of the S3 store.")
    bulk_access_key: str | None = Field(None, description="User name or access key of the S3 store.")
    bulk_secret_key: SecretStr | None = Field(None, description="Password or secret key of the S3 store.")
    embedding_backend: Literal["sentence-transformers", "openai", "hashing"] = Field(
        "sentence-transformers", description="What computes embeddings; `openai` is any OpenAI-compatible server."
    )
    embedding_model: str = Field("all-MiniLM-L6-v2", description="Model name, Hugging Face id or folder.")
    embedding_url: str | None = Field(None, description="Base URL of the embedding server, for `openai`.")
    embedding_api_key: SecretStr | None = Field(None, description="Key of the embedding server.")
    embedding_device: str = Field("auto", description="auto, cpu, cuda, cuda:0 or mps.")
    embedding_precision: Literal["auto", "float32", "float16", "bfloat16"] = Field(
        "auto", description="Precision of inference; auto takes half precision where the device is fast at it."
    )
    embedding_query_prompt: str | None = Field(None, description="Put before queries, for models outside the catalog.")
    embedding_document_prompt: str | None = Field(None, description="Put before documents, likewise.")
    rerank_models: str = Field(
        "",
        description="Cross-encoders that searches may name for reranking, separated by commas: Hugging Face ids or "
        "folders. Without it there is late interaction only, and no search makes the server load anything.",
    )
    worker: Literal["auto", "embedded", "external"] = Field(
        "auto",
        description="Who works off the queue: the API process itself, or a worker process; auto is embedded "
        "where the index is Milvus Lite, which only one process can open.",
    )
    purge_expired_days: int = Field(
        90, ge=0, le=36_500, description="Erase documents so many days after they expired; 0 keeps them."
    )
    keep_tasks_days: int = Field(
        30, ge=0, le=36_500, description="Forget finished tasks after so many days; 0 keeps them."
    )
    snapshot_minutes: int = Field(
        15, ge=0, le=10_080, description="Refresh the market's figures at most so often, in minutes; 0 never by itself."
    )
    reference_currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="Currency that salaries are compared in.")
    rates_file: Path | None = Field(None, description="Exchange rates (TSV) in place of the built-in ones.")
    taxonomy_file: Path | None = Field(None, description="Skill taxonomy (TSV) in place of the built-in one.")
    calibration_file: Path | None = Field(
        None,
        description="What turns scores into probabilities (JSON, as `service calibrate` writes it) in place of the "
        "built-in one.",
    )
    allow_private_sources: bool = Field(
        False,
        description="Whether sources may be fetched from private and loopback addresses; never from link-local ones "
        "and metadata services.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @model_validator(mode="before")
    @classmethod
    def blank_is_unset(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if not (isinstance(value, str) and not value.strip())}

    @model_validator(mode="after")
    def has_a_worker(self) -> Self:
        if self.worker == "external" and self.index_is_local:
            raise ValueError("COUNTERPART_WORKER=external needs a Milvus server: only one process can open Milvus Lite")
        return self

    @property
    def ledger_url(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'ledger.db'}"

    @property
    def milvus_uri(self) -> str:
        """The index's URI, the default filled in."""
        return self.index_uri or str(self.data_dir / "index.db")

    @property
    def rerank_model_names(self) -> tuple[str, ...]:
        """The cross-encoders that searches may name, as they were written."""
        return tuple(name for part in self.rerank_models.split(",") if (name := part.strip()))

    @property
    def snapshot_dir(self) -> Path:
        """The folder of the snapshot that analytics read; the worker's and the API's must be one."""
        return self.data_dir / "snapshot"

    @property
    def index_is_local(self) -> bool:
        """Whether the index is a Milvus Lite folder, which one process at a time can open."""
        return "://" not in self.milvus_uri

    @property
    def worker_is_embedded(self) -> bool:
        """Whether the API process works off the queue itself."""
        return self.worker == "embedded" or (self.worker == "auto" and self.index_is_local)


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsError naming each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        problems = (_describe(list(part["loc"]), part["msg"]) for part in error.errors())
        raise SettingsError("; ".join(problems)) from None


def _describe(location: list[int | str], message: str) -> str:
    return f"COUNTERPART_{str(location[0]).upper()}: {message}" if location else message.removeprefix("Value error, ")
