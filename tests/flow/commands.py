"""Running the commands, as people do."""

import subprocess
import sys
import traceback

from typer.testing import CliRunner

import ingestion.__main__
import service.__main__

APPS = {"ingestion": ingestion.__main__.app, "service": service.__main__.app}


def run(environment: dict[str, str], package: str, *arguments: object) -> tuple[int, str]:
    """Exit code and everything that was printed, in this process; what nobody foresaw is printed as a traceback."""
    done = CliRunner(env=environment).invoke(APPS[package], [str(argument) for argument in arguments])
    unforeseen = done.exception is not None and not isinstance(done.exception, SystemExit)
    return done.exit_code, done.output + ("".join(traceback.format_exception(done.exception)) if unforeseen else "")


def run_process(environment: dict[str, str], *arguments: object) -> tuple[int, str]:
    """The same, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def check_clear_error(outcome: tuple[int, str], *names: str) -> None:
    """One clear word and an exit code; no traceback."""
    code, output = outcome
    assert code in {1, 2}, output
    assert "Traceback" not in output, output
    assert len(output.splitlines()) <= 12, output
    for name in names:
        assert name in output, output
