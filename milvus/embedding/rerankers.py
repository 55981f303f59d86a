"""The catalog of rerankers: cross-encoders by name, with their lengths, languages and licenses."""

from dataclasses import dataclass
from pathlib import Path

from milvus.embedding.models import XLM_ROBERTA_LANGUAGES
from milvus.errors import RerankError

MAX_TOKENS = 1024
"""What both texts of a pair come to at most where the model could read more: its cost grows faster than the length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerSpec:
    """A cross-encoder. `name` is what requests call it by, `source` a Hugging Face repository or a local folder.

    `max_tokens` is the length of both texts together, special tokens included, or the model's own where that is less.
    `languages` are ISO 639-1 codes, `license` is an SPDX identifier; None where nobody looked them up.
    """

    name: str
    source: str
    max_tokens: int = MAX_TOKENS
    languages: frozenset[str] | None = None
    license: str | None = None

    @property
    def is_folder(self) -> bool:
        """Whether the weights lie in a folder of this machine."""
        return Path(self.source).is_dir()


CATALOG: tuple[RerankerSpec, ...] = (
    RerankerSpec(
        name="bge-reranker-v2-m3",
        source="BAAI/bge-reranker-v2-m3",
        max_tokens=1024,  # it reads 8192, and was trained on 1024
        languages=XLM_ROBERTA_LANGUAGES,
        license="Apache-2.0",
    ),
    RerankerSpec(
        name="mmarco-mMiniLMv2-L12-H384-v1",
        source="cross-encoder/mmarco-mMiniLMv2-L12-H384-v1",
        max_tokens=512,
        languages=frozenset({"ar", "de", "en", "es", "fr", "hi", "id", "it", "ja", "nl", "pt", "ru", "vi", "zh"}),
        license="Apache-2.0",
    ),
    RerankerSpec(
        name="ms-marco-MiniLM-L6-v2",
        source="cross-encoder/ms-marco-MiniLM-L6-v2",
        max_tokens=512,
        languages=frozenset({"en"}),
        license="Apache-2.0",
    ),
)


def find_reranker(name: str) -> RerankerSpec:
    """The cross-encoder of that name: of the catalog, a local folder, or any repository of the Hugging Face hub.

    One of the catalog answers to its short name and to its repository's; a folder goes by its last part. Nothing is
    read or downloaded yet. Raises RerankError for what cannot be any of them.
    """
    for spec in CATALOG:
        if name in (spec.name, spec.source):
            return spec
    folder = Path(name)
    if name and folder.is_dir():
        return RerankerSpec(name=folder.resolve().name, source=name)
    if name.count("/") != 1 or name.startswith((".", "/", "~")) or name.endswith("/"):
        known = ", ".join(spec.name for spec in CATALOG)
        raise RerankError(
            f"no reranker {name!r}: it is no folder, no owner/name of a repository, and not one of {known}"
        )
    return RerankerSpec(name=name, source=name)
