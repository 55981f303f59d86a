"""The whole fault suite: `python -m tests.faults.suite --kills 100 --documents 5000 --seed 1`."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.faults.disks import mount_small_disk
from tests.faults.rounds import Outcome, Trial
from tests.faults.setups import Distributed, Fault, OneProcess, Setup

_KILLS_A_CUT = 20  # that many kills in all, and each of the other faults strikes once
_LEAST_STRIKES = 2

_COLUMNS = 130  # where the output goes to a file

console = Console(width=None if sys.stdout.isatty() else _COLUMNS)


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each fault strikes, those that kill and the others, and how many new documents come in meanwhile."""

    kills: int
    others: int
    documents: int


def main(
    kills: Annotated[int, typer.Option(help="Processes to kill, at least.", min=5)] = 100,
    documents: Annotated[int, typer.Option(help="Documents to send, besides changes and removals.", min=50)] = 5000,
    seed: Annotated[int, typer.Option(help="Of everything that is chosen at random.")] = 1,
) -> None:
    """Kill, cut and fill everything while documents come in; exit code 1 where one is lost, doubled or stale."""
    started = time.monotonic()
    outcomes: list[Outcome] = []
    acknowledged = 0
    with open_setups() as setups:
        faults = [fault for setup in setups for fault in setup.faults]
        plan = Plan(
            kills=-(-kills // sum(fault.kills for fault in faults)),
            others=max(_LEAST_STRIKES, kills // _KILLS_A_CUT),
            documents=-(-documents // len(faults)),
        )
        for setup in setups:
            trial = Trial(setup, seed=seed)
            try:
                trial.begin()
                outcomes += [_strike(trial, fault, plan) for fault in setup.faults]
            finally:
                setup.close()
            acknowledged += trial.witness.acknowledged
    _print_table(outcomes)
    console.print(f"{acknowledged:,} acknowledged changes, {time.monotonic() - started:.0f} s, seed {seed}.")
    if not all(outcome.is_clean for outcome in outcomes):
        raise typer.Exit(1)


@contextmanager
def open_setups() -> Iterator[list[Setup]]:
    """Both installations in a folder of their own, nothing started yet."""
    with tempfile.TemporaryDirectory(prefix="counterpart-faults-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user where this one is root
        for part in ("one", "disk", "distributed"):
            (folder / part).mkdir()
        disk: Path | None = folder / "disk"
        if not stack.enter_context(mount_small_disk(folder / "disk")):
            console.print("No small file system can be mounted here: files are limited instead.")
            disk = None
        yield [OneProcess(folder / "one", disk=disk), Distributed(folder / "distributed")]


def _strike(trial: Trial, fault: Fault, plan: Plan) -> Outcome:
    times = plan.kills if fault.kills else plan.others
    console.print(f"{trial.setup.name}: {fault.name}, {times} times ...", highlight=False)
    outcome = trial.run(fault, times=times, documents=plan.documents)
    if not outcome.is_clean:
        console.print(outcome.describe(), markup=False, highlight=False, soft_wrap=True, style="red")
    return outcome


def _print_table(outcomes: list[Outcome]) -> None:
    table = Table("fault", "injected", "recovered", "lost", "doubled", "stale", "slowest recovery")
    for column in table.columns[1:]:
        column.justify = "right"
    for one in outcomes:
        table.add_row(one.fault, *map(str, _count(one)), f"{one.slowest:.1f} s")
    sums = [sum(column) for column in zip(*map(_count, outcomes), strict=True)]
    table.add_section()
    table.add_row("all", *map(str, sums), f"{max(one.slowest for one in outcomes):.1f} s")
    console.print(table)


def _count(outcome: Outcome) -> tuple[int, int, int, int, int]:
    found = outcome.findings
    return outcome.injected, outcome.recovered, len(found.lost), len(found.doubled), len(found.stale)


if __name__ == "__main__":
    typer.run(main)
