"""One fault after another under traffic, and after each a comparison of everything."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.callers import Traffic
from tests.faults.comparison import Findings, compare
from tests.faults.operations import Author, Witness
from tests.faults.processes import START_SECONDS, wait_until
from tests.faults.setups import Fault, Setup

_CALLERS = 3
# A fault strikes after so many acknowledged changes and so many seconds, both at random.
_MOST_CHANGES = 200
_PAUSE_SECONDS = 0.3
_PATIENCE_SECONDS = 15.0
_DRAIN_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fault. Times in seconds; `oddities` are answers that no fault excuses."""

    fault: str
    injected: int
    recovered: int
    slowest: float
    drained: float | None
    findings: Findings
    oddities: Sequence[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything recovered and nothing was lost, doubled or stale."""
        return (
            self.recovered == self.injected
            and self.drained is not None
            and self.findings.is_clean
            and not self.oddities
        )

    def describe(self) -> str:
        """What is wrong."""
        lines = [f"{self.fault}: {self.recovered} of {self.injected} recovered"]
        if self.drained is None:
            lines.append("the queue does not become empty")
        return "\n".join([*lines, *self.oddities, self.findings.describe()])


class Trial:
    """An installation under traffic, to be struck by faults. Everything random comes from `seed`."""

    def __init__(self, setup: Setup, *, seed: int) -> None:
        self.setup = setup
        self.witness = Witness()
        authors = [Author(f"caller{number}", seed) for number in range(_CALLERS)]
        self.traffic = Traffic(setup.port, self.witness, authors=authors)
        self._dice = random.Random(f"{seed} faults")

    def begin(self) -> None:
        """Start the installation. Raises RuntimeError where it does not come up."""
        self.setup.start()
        if wait_until(self.setup.is_serving, seconds=START_SECONDS) is None:
            raise RuntimeError(f"the installation does not start:\n{self.setup.read_logs()}")

    def run(self, fault: Fault, *, times: int, documents: int) -> Outcome:
        """Let a fault strike at least so many times while so many new documents come in, then compare everything."""
        return self.run_all([fault], times=times, documents=documents)

    def run_all(self, faults: Sequence[Fault], *, times: int, documents: int) -> Outcome:
        """The same with several faults, one after the other, and one comparison."""
        injected = recovered = 0
        slowest = 0.0
        with self.traffic.flow(documents):
            for fault in faults:
                enough = injected + times
                while injected < enough:
                    strikes, took = self._strike(fault)
                    injected += strikes
                    recovered += strikes if took is not None else 0
                    slowest = max(slowest, took or 0.0)
        names = ", ".join(fault.name for fault in faults)
        return self.conclude(names, injected=injected, recovered=recovered, slowest=slowest)

    def _strike(self, fault: Fault) -> tuple[int, float | None]:
        """How often the fault struck, and how long the recovery took; None where there was none."""
        enough = self.witness.acknowledged + self._dice.randint(0, _MOST_CHANGES)
        wait_until(lambda: self.witness.acknowledged >= enough, seconds=_PATIENCE_SECONDS)
        time.sleep(self._dice.uniform(0, _PAUSE_SECONDS))
        strikes = fault.strike(self._dice)
        took = wait_until(self.setup.is_serving, seconds=START_SECONDS)
        if took is None:
            self.setup.start()
        return strikes, took

    def conclude(self, fault: str, *, injected: int, recovered: int, slowest: float) -> Outcome:
        """Let the queue drain, crash what is idle now, and compare."""
        drained = self._drain()
        if drained is not None:
            self.setup.crash_idle()
            self.begin()
            drained = self._drain()
        findings = compare(self.setup.open_for_check(), self.witness)
        self.begin()
        oddities, self.traffic.oddities = self.traffic.oddities, []
        return Outcome(fault, injected, recovered, slowest, drained, findings, oddities)

    def _drain(self) -> float | None:
        return wait_until(lambda: not self.setup.count_pending(), seconds=_DRAIN_SECONDS)
