"""Errors of the index room.

The tree:

    MilvusError
    ├── IndexUnavailable     the engine does not answer, or cannot for now
    │   ├── IndexHeld        the Milvus Lite folder is held by another process
    │   └── IndexNotLoaded   a collection is on disk only
    ├── IndexRefused         the engine answered with an error of its own
    ├── ModelMismatch        the collection was filled by another embedding model
    ├── SchemaMismatch       the collection was made with other columns than this version's
    ├── ColumnMissing        a filter needs a column that the collection was made without
    ├── InvalidVector        NaN, infinite, zero or of another dimension
    ├── InvalidEntity        a value that does not fit its column
    ├── EmbeddingError       the embedding model or server failed
    │   ├── ModelNotFound    no such model on this machine
    │   └── UnembeddableText the text itself is at fault, any other could be embedded
    └── RerankError          the reranking model failed, or is not to be had
"""


class MilvusError(Exception):
    """Base of everything the index room raises on purpose."""


class IndexUnavailable(MilvusError):
    """The engine does not answer, cannot for now (overloaded, out of quota, still loading), or is not set up yet."""


class IndexHeld(IndexUnavailable):
    """The Milvus Lite folder is held by another process; only one at a time can open it."""


class IndexNotLoaded(IndexUnavailable):
    """A collection is on disk only, as all of Milvus Lite's are after its start: loading it helps."""


class IndexRefused(MilvusError):
    """The engine answered with an error of its own; the message names the operation and the collection."""


class ModelMismatch(MilvusError):
    """The collection was filled by another embedding model; its vectors cannot be compared with this model's.

    The message says what to do.
    """


class SchemaMismatch(MilvusError):
    """The collection was made with other columns than this version's, or not by us; the message says what to do."""


class ColumnMissing(MilvusError):
    """A filter needs a column that the collection, of an older schema, was made without; a rebuild adds it."""


class InvalidVector(MilvusError):
    """A vector with NaN or infinite values, of zero length, or of another dimension than the collection's."""


class InvalidEntity(MilvusError):
    """An entity whose value does not fit its column; the message names the id and the field."""


class EmbeddingError(MilvusError):
    """The embedding model or server failed to give vectors."""


class ModelNotFound(EmbeddingError):
    """The named model is not on this machine and may not be downloaded."""


class UnembeddableText(EmbeddingError):
    """The text itself is at fault (blank, too long, nothing but noise); any other could be embedded."""


class RerankError(MilvusError):
    """The reranking model failed, is not on this machine, or cannot rerank; the message says what would do."""
