"""What the commands of both programs share: clear errors and logs."""

import logging
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from ingestion.errors import IngestionError
from milvus.errors import MilvusError

console = Console()
errors = Console(stderr=True)


@contextmanager
def show_clear_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Foreseen errors (ours, and `kinds`) in one line and exit code 1; a traceback is for what nobody foresaw."""
    foreseen: tuple[type[Exception], ...] = (IngestionError, MilvusError, *kinds)
    try:
        yield
    except foreseen as error:
        errors.print("Error:", style="bold red", end=" ")
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        errors.print("Interrupted; what was read is safe in the ledger, and the next start goes on with it.")
        raise typer.Exit(130) from None


def configure_logs(level: str) -> None:
    """Log lines of at least `level` (a name of the standard library's) to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Plain, because the default prints local variables, and those hold people's data.
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # Looked up at each line, as whoever runs a command may put another stream in its place for that long.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def make_progress() -> Progress:
    """A bar with count, rate (the field `rate` of a task) and time left, which goes when it is done."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def parse_mapping(pairs: list[str]) -> Mapping[str, str]:
    """What `--map COLUMN=FIELD`, repeated, says. Raises typer.BadParameter."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        column, separator, name = pair.partition("=")
        if not (column and separator and name):
            raise typer.BadParameter(f"--map {pair!r}: expected COLUMN=FIELD")
        mapping[column] = name
    return mapping


def read_peak_memory() -> int:
    """The most memory that this process has had so far, in MiB."""
    with suppress(OSError, StopIteration):
        # What getrusage says of a process that another one started goes back to the most that the other one had.
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) // 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak // (2**20 if sys.platform == "darwin" else 2**10)
