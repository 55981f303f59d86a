"""Errors of the way in.

The tree:

    IngestionError
    ├── SettingsError          a setting that cannot be used; the message names it
    ├── UnreadableSource       a file that no reader can take; the message names the file
    ├── UnreadableDocument     an upload that gives no usable document
    ├── RebuildRefused         a rebuild or rollback that cannot be, or failed
    ├── ExportRefused          an export or bulk load that cannot be written or gone on with
    ├── TopicsRefused          topics that cannot be made of what there is
    ├── BackupRefused          a backup that cannot be written, read or restored
    ├── SnapshotRefused        a snapshot for analytics that cannot be made now
    ├── FetchError             a URL that was not fetched; the message names it, without credentials
    │   ├── FetchRefused       our own rules forbid it: scheme, address, size, redirects
    │   └── FetchFailed        the server or the network failed; it may work later
    ├── UnknownSource          there is no source of this name
    ├── SourceRefused          a source that cannot be added, run or removed as things are
    ├── TooManySeen            more was seen than can be noted for one viewer
    └── LedgerUnavailable      the database does not answer
        ├── LedgerFull         the database has no room left on its disk
        └── LedgerConflict     two transactions stood in each other's way; the same call may go through now
"""


class IngestionError(Exception):
    """Base of everything the ingestion room raises on purpose."""


class SettingsError(IngestionError):
    """A setting that cannot be used; the message names it and says what would do."""


class UnreadableSource(IngestionError):
    """A file or folder that no reader can take; the message names it."""


class UnreadableDocument(IngestionError):
    """An upload that gives no usable document; the message says why (no text layer, truncated, too long)."""


class RebuildRefused(IngestionError):
    """A rebuild or rollback that cannot be, or failed; what served goes on serving. The message says why."""


class ExportRefused(IngestionError):
    """An export or bulk load that cannot be written or gone on with; the message says why."""


class BackupRefused(IngestionError):
    """A backup that cannot be written, read or restored; the message says why, and nothing was changed."""


class TopicsRefused(IngestionError):
    """Topics that cannot be made of what there is; the message says why, and those there were stay."""


class SnapshotRefused(IngestionError):
    """A snapshot for analytics that cannot be made now; the message says why, and the last one stays."""


class FetchError(IngestionError):
    """A URL that was not fetched; the message names it, without credentials, and says why."""


class FetchRefused(FetchError):
    """A URL that our own rules forbid: scheme, address, size, redirects."""


class FetchFailed(FetchError):
    """The server or the network failed.

    `passing`: it may work when asked again; `retry_after`: seconds that the server asks to be left alone before.
    """

    def __init__(self, message: str, *, passing: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.passing = passing
        self.retry_after = retry_after


class UnknownSource(IngestionError):
    """There is no source of this name in the ledger."""


class SourceRefused(IngestionError):
    """A source that cannot be added, run or removed as things are; the message says why."""


class TooManySeen(IngestionError):
    """More was seen than can be noted for one viewer; the message says of what, and how many can be."""


class LedgerUnavailable(IngestionError):
    """The database does not answer."""


class LedgerFull(LedgerUnavailable):
    """The database has no room left on its disk: nothing was stored, and reading still works."""


class LedgerConflict(LedgerUnavailable):
    """Two transactions stood in each other's way and this one gave way; the same call may go through now."""
