"""The index behind a URI: generations of the two collections, of which the aliases lead to the one that serves."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from milvus.aliases import (
    Made,
    drop_collection,
    list_generations,
    make_collection,
    name_collection,
    open_collection,
    point_alias,
    read_generation,
)
from milvus.collection import Collection
from milvus.embedding.port import ModelIdentity
from milvus.engine import PING_SECONDS, Connection, connect, map_errors
from milvus.entities import Kind
from milvus.errors import IndexUnavailable, ModelMismatch, SchemaMismatch
from milvus.hits import Vector
from milvus.schema import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Store:
    """The two collections of one generation, filled by one embedding model. It lasts as long as its Index is open."""

    generation: int
    model: ModelIdentity
    schema_version: int
    resumes: Collection
    vacancies: Collection

    def collection(self, kind: Kind) -> Collection:
        """The collection of a kind."""
        return self.resumes if kind is Kind.RESUMES else self.vacancies

    def warm_up(self, *, wait: bool = False) -> None:
        """As `Collection.warm_up`, of both."""
        for kind in Kind:
            self.collection(kind).warm_up(wait=wait)

    def cool_down(self) -> None:
        """As `Collection.cool_down`, of both."""
        for kind in Kind:
            self.collection(kind).cool_down()

    def find_embedded(self, kind: Kind, ids: Sequence[str]) -> dict[str, tuple[str, Vector]]:
        """As `Collection.get_embedded` of a kind."""
        return self.collection(kind).get_embedded(ids)

    @property
    def is_current(self) -> bool:
        """Whether it has all the columns of this version; an older one lacks what a rebuild would add."""
        return self.schema_version == SCHEMA_VERSION


class Index:
    """An engine and all generations of collections in it.

    A generation is a pair of collections, `resumes_v3` and `vacancies_v3`, for one model and schema. A search answers
    from the one that the aliases lead to; another one is filled beside it, and then takes its place (see `switch`).
    Every method raises IndexUnavailable or IndexRefused where the engine fails.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stores: dict[int, Store] = {}  # one each, as a collection's writers may have to wait for one another

    @classmethod
    def open(
        cls, uri: str, *, token: str | None = None, create: bool = True, terms_folder: Path | None = None
    ) -> "Index":
        """Connect to http://host:port of a server, or open a path ending in .db, which `create` makes where missing.

        `terms_folder` is for the terms of Milvus Lite, which all processes that use one index must share; by default it
        is beside the path. Behind http://, Lite without it is not searched by terms.
        """
        return cls(connect(uri, token=token, create=create, terms_folder=terms_folder))

    @property
    def imports_files(self) -> bool:
        """Whether the engine takes whole files by bulk import."""
        return self._connection.engine.imports_files

    def read_serving(self) -> dict[Kind, int]:
        """The generation that each alias leads to; a kind without an alias is left out. Raises SchemaMismatch."""
        found = {kind: read_generation(self._connection, kind) for kind in Kind}
        return {kind: generation for kind, generation in found.items() if generation is not None}

    def read_model(self) -> ModelIdentity | None:
        """The model of the collections that serve, None where there are none yet. Raises SchemaMismatch."""
        for kind, generation in self.read_serving().items():
            return open_collection(self._connection, kind, generation).model
        return None

    def open_serving(self, model: ModelIdentity, *, create: bool = True) -> Store:
        """The collections that serve; where there are none, or one is missing, `create` makes them for `model`.

        Raises ModelMismatch where another model filled them, SchemaMismatch where they are not of one generation or not
        ours, and without `create` IndexUnavailable where one is missing.
        """
        serving = self.read_serving()
        missing = [kind for kind in Kind if kind not in serving]
        if missing and not create:
            raise IndexUnavailable(f"the index is not set up yet: it has no collection {missing[0].value}")
        generation = max(serving.values(), default=1)
        for kind in missing:
            make_collection(self._connection, kind, model, generation=generation)
            point_alias(self._connection, kind, generation)
        if len(set(serving.values())) > 1:
            names = " and ".join(name_collection(kind, number) for kind, number in serving.items())
            raise SchemaMismatch(f"the aliases lead to {names}, which are not of one generation")
        store = self.open_generation(generation)
        if store.model != model:
            raise ModelMismatch(
                f"the index was filled by {_describe_model(store.model)} and cannot be used with "
                f"{_describe_model(model)}: set the model back ({_list_differences(store.model, model)})"
            )
        return store

    def open_generation(self, generation: int) -> Store:
        """The collections of a generation, serving or not. Raises SchemaMismatch, ModelMismatch."""
        store = self._stores.get(generation)
        if store is None:
            made = {kind: open_collection(self._connection, kind, generation) for kind in Kind}
            store = self._stores.setdefault(generation, self._make_store(generation, made))
        return store

    def make_generation(self, generation: int, model: ModelIdentity) -> Store:
        """Collections of a new generation beside those that serve; ones that were begun before are completed."""
        for kind in Kind:
            make_collection(self._connection, kind, model, generation=generation)
        return self.open_generation(generation)

    def switch(self, generation: int) -> None:
        """Let a generation serve. Each alias changes at once, one after the other: call it again after a crash."""
        for kind in Kind:
            point_alias(self._connection, kind, generation)

    def list_generations(self) -> list[int]:
        """The generations of which there are collections."""
        return list_generations(self._connection)

    def drop_generation(self, generation: int) -> None:
        """Remove a generation's collections for good. Raises ValueError for one that serves."""
        if generation in self.read_serving().values():
            raise ValueError(f"generation {generation} serves")
        store = self._stores.pop(generation, None)
        for kind in Kind:
            if store is not None:
                store.collection(kind).close()
                store.collection(kind).drop_terms()
            drop_collection(self._connection, kind, generation)

    @property
    def writes_in_parallel(self) -> bool:
        """Whether a collection takes several writers at once, in one process or in several."""
        return self._connection.engine.writes_in_parallel

    @property
    def may_forget(self) -> bool:
        """Whether the engine may come back from a crash without what it had acknowledged."""
        return self._connection.engine.may_forget

    @property
    def was_cut_off(self) -> bool:
        """Whether a local index was not closed the last time, so that what it read back may not be what was written."""
        return self._connection.was_cut_off

    def ping(self) -> None:
        """Ask the engine for a sign of life. Raises IndexUnavailable."""
        with map_errors("ping", "the index"):
            self._connection.client.get_server_version(timeout=PING_SECONDS)

    def close(self) -> None:
        """Let go of the connection, and of a local data folder."""
        for store in self._stores.values():
            for kind in Kind:
                store.collection(kind).close()
        self._connection.close()

    def _make_store(self, generation: int, made: Mapping[Kind, Made]) -> Store:
        resumes, vacancies = made[Kind.RESUMES], made[Kind.VACANCIES]
        if resumes.model != vacancies.model:
            raise ModelMismatch(
                f"{resumes.name} was filled by {_describe_model(resumes.model)}, {vacancies.name} by "
                f"{_describe_model(vacancies.model)}: their vectors cannot be compared"
            )
        return Store(
            generation=generation,
            model=resumes.model,
            schema_version=min(resumes.schema_version, vacancies.schema_version),
            resumes=Collection(self._connection, Kind.RESUMES, resumes),
            vacancies=Collection(self._connection, Kind.VACANCIES, vacancies),
        )


def _describe_model(model: ModelIdentity) -> str:
    return f"{model.name!r} (revision {model.revision}, {model.dimension} dimensions)"


def _list_differences(found: ModelIdentity, model: ModelIdentity) -> str:
    mine = asdict(model)
    changed = [f"{key}: {value!r}, now {mine[key]!r}" for key, value in asdict(found).items() if value != mine[key]]
    return "; ".join(changed)
