"""What a command over the ledger begins with: settings, logs, books, and errors that people can read."""

from collections.abc import Iterator
from contextlib import contextmanager

from ingestion.installation import Books, open_books
from ingestion.settings import Settings, read_settings
from ingestion.terminal import configure_logs, show_clear_errors


@contextmanager
def open_for_command() -> Iterator[tuple[Settings, Books]]:
    """Settings and books, open for as long as the block lasts; its errors are told in one line and end the program."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        books = open_books(settings)
        try:
            yield settings, books
        finally:
            books.close()
