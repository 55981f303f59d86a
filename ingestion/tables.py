"""The ledger's tables. Times are seconds since the epoch (UTC), so that SQLite and PostgreSQL compare them alike."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = MetaData()

# SQLite numbers rows by itself only where the column type is exactly INTEGER.
_Serial = BigInteger().with_variant(Integer(), "sqlite")

# Pages of a list follow one another by id, so ids are compared by their bytes everywhere.
_Id = String(512).with_variant(String(512, collation="C"), "postgresql")

documents = Table(
    "documents",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("id", _Id, nullable=False),
    Column("document_hash", String(64), nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("version", BigInteger, nullable=False, comment="id of the newest task"),
    Column("state", String(16), nullable=False, comment="pending, indexed or failed"),
    Column("error", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Double, nullable=False, default=0.0, comment="a failed attempt is not repeated earlier"),
    Column("lease_owner", String(64)),
    Column("lease_until", Double),
    Column("indexed_version", BigInteger),
    Column("indexed_text_hash", String(64), comment="hash of the text whose vector is in the index"),
    Column("indexed_at", Double),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    # After all that is read without it, as SQLite would have to walk through it; the later columns stand in indexes.
    Column("document", JSON(none_as_null=True), comment="as it came in, without the person; null once deleted"),
    Column("state_since", Double, nullable=False, comment="when it was queued, indexed or set aside"),
    Column("priority", SmallInteger, nullable=False, comment="0 interactive, 1 bulk"),
    Column("expires_at", Double, comment="as the document says"),
    PrimaryKeyConstraint("kind", "id"),
    # A claim reads the first rows of one of its ranges, however many are pending: those under suspicion (attempts), or
    # those never tried, in the order of their versions.
    Index("ix_documents_queue", "state", "priority", "attempts", "version"),
    Index("ix_documents_state_since", "state", "priority", "state_since"),
    Index("ix_documents_kind_state", "kind", "state", "priority"),
    Index("ix_documents_lease_owner", "lease_owner"),
    Index("ix_documents_expires_at", "expires_at"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("document_id", _Id, nullable=False),
    Column("action", String(16), nullable=False, comment="upsert or delete"),
    Column("created_at", Double, nullable=False),
    Index("ix_tasks_created_at", "created_at"),
    sqlite_autoincrement=True,
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(64), primary_key=True, comment="the lease_owner of what it works on"),
    Column("process", String(300), nullable=False, comment="host and process id"),
    Column("started_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False, comment="its last sign of life"),
)

persons = Table(
    "persons",
    metadata,
    Column("resume_id", _Id, primary_key=True),
    Column("person", JSON, nullable=False),
    Column("updated_at", Double, nullable=False),
)

originals = Table(
    "originals",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("id", _Id, nullable=False),
    Column("origin", Text, nullable=False, comment="where it was read: a file, source:<name> or api"),
    Column("by_hand", Boolean, nullable=False, comment="whether somebody gave it, so that no source may close it"),
    Column("format", String(32), comment="the reader it is for; null, as all that follows, where none is kept"),
    Column("content_hash", String(64)),
    Column("length", BigInteger, comment="bytes of UTF-8"),
    Column("read_at", Double, nullable=False),
    Column("context", Text, comment="JSON: what else was known when it was read"),
    # At the end, as SQLite would have to walk through it.
    Column("raw", LargeBinary, comment="the document as its source has it, UTF-8, zlib"),
    PrimaryKeyConstraint("kind", "id"),
)

collections = Table(
    "collections",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("instance_id", String(200), nullable=False, comment="the collection that indexed_version speaks of"),
)

# At most one row: the generation of collections that is being filled, or the one kept for going back to.
standby = Table(
    "standby",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("embedding_model", String(500), nullable=False, comment="name that the model is created by"),
    Column("state", String(16), nullable=False, comment="filling, catching_up, switching, kept or failed"),
    Column("after_kind", String(16), nullable=False, comment="the last document filled in, by kind and id"),
    Column("after_id", _Id, nullable=False),
    Column("done", BigInteger, nullable=False, comment="documents filled in"),
    Column("total", BigInteger, nullable=False, comment="documents there were to fill in at the start"),
    Column("error", Text),
    Column("lease_owner", String(64)),
    Column("lease_until", Double),
    Column("started_at", Double, nullable=False),
)

standby_changes = Table(
    "standby_changes",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("id", _Id, nullable=False),
    Column("version", BigInteger, nullable=False, comment="what the serving collection took in, and this one has not"),
    Column("error", Text, comment="why the standby cannot take it in"),
    PrimaryKeyConstraint("kind", "id"),
)

rejections = Table(
    "rejections",
    metadata,
    Column("id", String(64), primary_key=True, comment="hash of the location"),
    Column("location", Text, nullable=False, comment="file and row"),
    Column("origin", String(64), nullable=False, comment="hash of the path that was loaded"),
    Column("kind", String(16)),
    Column("reason", Text, nullable=False),
    Column("raw", Text, comment="the row itself, clipped"),
    Column("rejected_at", Double, nullable=False),
    Index("ix_rejections_origin", "origin"),
)

sources = Table(
    "sources",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("location", Text, nullable=False, comment="a URL, or the absolute path of a file or folder"),
    Column("kind", String(16)),
    Column("format", String(16), comment="the ending that its file would have"),
    Column("mapping", JSON, nullable=False, comment="column as written: document field"),
    Column("every_seconds", Double, comment="null where it is run by hand only"),
    Column("snapshot", Boolean, nullable=False, comment="whether what is absent from it is closed"),
    Column("paused", Boolean, nullable=False),
    Column("due_at", Double),
    Column("etag", Text, comment="of what was read last; of files: a hash of names, sizes and times"),
    Column("last_modified", Text),
    Column("run", BigInteger, nullable=False, comment="number of the newest run"),
    Column("lease_owner", String(64)),
    Column("lease_until", Double),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("outcome", String(16), comment="of the last run that ended: done, unchanged, partial or failed"),
    Column("message", Text, comment="why it was partial or failed"),
    Column("counts", JSON(none_as_null=True), comment="of the last run that read anything"),
    Column("created_at", Double, nullable=False),
    Column("id_prefix", String(100), comment="goes before the ids of its documents"),
)

holdings = Table(
    "holdings",
    metadata,
    Column("holder", String(80), nullable=False, comment="source:<name> or file:<id in watched_files>"),
    Column("kind", String(16), nullable=False),
    Column("document_id", _Id, nullable=False),
    Column("run", BigInteger, nullable=False, comment="the newest run that found the document"),
    Column("location", Text, nullable=False, comment="file and row where it was found"),
    PrimaryKeyConstraint("holder", "kind", "document_id"),
    Index("ix_holdings_document", "kind", "document_id"),
)

watched_files = Table(
    "watched_files",
    metadata,
    Column("id", String(64), primary_key=True, comment="hash of folder and path"),
    Column("folder", String(64), nullable=False, comment="hash of the folder that is watched"),
    Column("path", Text, nullable=False, comment="below the folder"),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("read_at", Double, nullable=False),
    Index("ix_watched_files_folder", "folder"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("id", _Id, nullable=False),
    Column("signature", LargeBinary, nullable=False, comment="MinHash of the text, 128 numbers of 4 bytes"),
    Column("marks", JSON, nullable=False, comment="what else duplicates have to agree in"),
    Column("group_id", String(32), comment="shared by duplicates; null where there is none"),
    PrimaryKeyConstraint("kind", "id"),
    Index("ix_signatures_group_id", "group_id"),
)

# Clustered by its key in SQLite: there is nothing beside it.
signature_buckets = Table(
    "signature_buckets",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("bucket", BigInteger, nullable=False, comment="hash of one band of the signature"),
    Column("id", _Id, nullable=False),
    PrimaryKeyConstraint("kind", "bucket", "id"),
    sqlite_with_rowid=False,
)

# Clustered by its key in SQLite: there is little beside it.
sightings = Table(
    "sightings",
    metadata,
    Column("viewer", String(128), nullable=False, comment="whoever a caller means by it"),
    Column("kind", String(16), nullable=False),
    Column("document_id", _Id, nullable=False),
    Column("seen_at", Double, nullable=False),
    PrimaryKeyConstraint("viewer", "kind", "document_id"),
    Index("ix_sightings_document", "kind", "document_id"),
    sqlite_with_rowid=False,
)

topic_runs = Table(
    "topic_runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("model", JSON, nullable=False, comment="identity of the model that the centroids are of"),
    Column("threshold", Double, nullable=False, comment="least cosine similarity to the centroid of one's topic"),
    Column("made_at", Double, nullable=False),
)

topics = Table(
    "topics",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="never given to another topic"),
    Column("labels", JSON, nullable=False, comment="its terms with weights, by language"),
    Column("centroid", LargeBinary, nullable=False, comment="unit vector of 4-byte floats, little endian"),
    Column("x", Double, nullable=False, comment="place on the map of topics, -1 to 1"),
    Column("y", Double, nullable=False),
    Column("made_at", Double, nullable=False, comment="when a run first found it"),
    Column("retired_at", Double, comment="when a run no longer found it"),
)

topic_members = Table(
    "topic_members",
    metadata,
    Column("vacancy_id", _Id, primary_key=True),
    Column("text_hash", String(64), nullable=False, comment="hash of the text that was assigned"),
    Column("topic_id", Integer, comment="null where no topic is near enough"),
    Index("ix_topic_members_topic_id", "topic_id"),
)

topic_requests = Table(
    "topic_requests",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="there is one at most"),
    Column("anew", Boolean, nullable=False, comment="whether to start without the topics there are"),
    Column("asked_at", Double, nullable=False),
    Column("outcome", Text, comment="what came of it, in words; null until then"),
    Column("failed", Boolean, nullable=False),
)

# What is remembered of vacancies that were taken out: how long they were open, and what kind of work it was.
closed_vacancies = Table(
    "closed_vacancies",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("first_seen", Double, nullable=False, comment="when it came in"),
    Column("closed_at", Double, nullable=False, comment="when it was taken out"),
    Column("facts", JSON, nullable=False, comment="normalized fields; neither text nor anything of a person"),
)

judging_pools = Table(
    "judging_pools",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("seed", BigInteger, nullable=False, comment="of the draw, and of each grader's order"),
    Column("made_at", Double, nullable=False),
    sqlite_autoincrement=True,
)

# Ids alone, here and in the grades: texts are read where they are kept, and are gone once they are erased there.
judging_items = Table(
    "judging_items",
    metadata,
    Column("pool_id", BigInteger, nullable=False),
    Column("vacancy_id", _Id, nullable=False),
    Column("resume_id", _Id, nullable=False),
    PrimaryKeyConstraint("pool_id", "vacancy_id", "resume_id"),
    Index("ix_judging_items_vacancy_id", "vacancy_id"),
    Index("ix_judging_items_resume_id", "resume_id"),
    sqlite_with_rowid=False,
)

judging_grades = Table(
    "judging_grades",
    metadata,
    Column("pool_id", BigInteger, nullable=False),
    Column("grader", String(40), nullable=False, comment="the name that somebody grades under"),
    Column("vacancy_id", _Id, nullable=False),
    Column("resume_id", _Id, nullable=False),
    Column("grade", SmallInteger, nullable=False, comment="0 to 3"),
    Column("graded_at", Double, nullable=False),
    PrimaryKeyConstraint("pool_id", "grader", "vacancy_id", "resume_id"),
    Index("ix_judging_grades_vacancy_id", "vacancy_id"),
    Index("ix_judging_grades_resume_id", "resume_id"),
    sqlite_with_rowid=False,
)
