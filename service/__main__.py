"""The service commands: `python -m service serve | start`."""

import gc
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from ingestion import Installation, Settings, load_paths, open_installation, read_settings
from ingestion.terminal import configure_logs, show_clear_errors
from milvus import Kind
from service import calibration_commands, evaluation_commands, judge_commands
from service.app import create_app, create_services
from service.demonstration import SAMPLES_FOLDER, list_sample_files, print_first_matches
from service.errors import PortTaken, ServiceError

# One resume and one vacancy of the samples, both English like the default model.
FIRST_SOURCES = {Kind.RESUMES: "r-a-011", Kind.VACANCIES: "v-b-001"}

app = typer.Typer(help="Serves Counterpart's API and pages.", no_args_is_help=True, add_completion=False)
app.command()(evaluation_commands.evaluate)
app.command()(evaluation_commands.compare_models)
app.command()(calibration_commands.calibrate)
app.add_typer(judge_commands.app, name="judge")
console = Console()


@app.command()
def serve() -> None:
    """Serve the API and the pages."""
    with show_clear_errors(ServiceError):
        settings = read_settings()
        _check_port(settings)
        configure_logs(settings.log_level)
        installation = open_installation(settings)
        _run(settings, installation)


@app.command()
def start(
    samples: Annotated[Path, typer.Option(help="Folder of the samples.", exists=True)] = SAMPLES_FOLDER,
) -> None:
    """Load the samples, show a first match of each direction, then serve."""
    with show_clear_errors(ServiceError):
        settings = read_settings()
        _check_port(settings)
        configure_logs(settings.log_level)
        installation = open_installation(settings)
        report = load_paths(list_sample_files(samples), books=installation.books)
        if pending := installation.books.queue.count_pending():
            with console.status(f"Embedding {pending} documents (loading the model takes a few seconds)..."):
                installation.check_embedder()
                installation.create_worker().drain()
        console.print(f"{report.documents} samples are in the index.", highlight=False)
        print_first_matches(create_services(installation, None, settings), console, sources=FIRST_SOURCES)
        console.print(f"\nCounterpart serves on http://{settings.host}:{settings.port} (API docs at /docs).")
        _run(settings, installation)


def _run(settings: Settings, installation: Installation) -> None:
    """Serve until SIGINT or SIGTERM, then close the installation."""
    # The server passes the signal on when it has shut down; by default SIGTERM would end the process before the close.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    application = create_app(installation, settings)
    # What is remembered of documents is hundreds of thousands of objects, and a search makes thousands that live
    # briefly: by default the collector would walk the former several times a search.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    try:
        uvicorn.run(application, host=settings.host, port=settings.port, log_level=settings.log_level, access_log=False)
    finally:
        installation.close()


def _check_port(settings: Settings) -> None:
    """Raise PortTaken before anything slow is done; the server itself would only say so at the end."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
                "choose another port, for instance COUNTERPART_PORT=8001"
            ) from None


if __name__ == "__main__":
    app()
