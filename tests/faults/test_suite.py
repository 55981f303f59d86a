"""The fault suite in small: each fault strikes once or twice under traffic, and nothing is lost, doubled or stale."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.disks import mount_small_disk
from tests.faults.rounds import Trial
from tests.faults.setups import Distributed, OneProcess

SEED = 11


@pytest.fixture
def one_process(tmp_path: Path) -> Iterator[Trial]:
    """A trial on a small disk of its own, or without one where none can be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with ExitStack() as stack:
        mounted = stack.enter_context(mount_small_disk(disk))
        setup = OneProcess(tmp_path, disk=disk if mounted else None)
        stack.callback(setup.close)
        trial = Trial(setup, seed=SEED)
        trial.begin()
        yield trial


@pytest.fixture
def distributed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("distributed")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)  # PostgreSQL runs as another user where this one is root
    setup = Distributed(folder)
    with ExitStack() as stack:
        stack.callback(setup.close)
        trial = Trial(setup, seed=SEED)
        trial.begin()
        yield trial


@pytest.mark.timeout(600)
def test_one_process_killed_loses_nothing(one_process: Trial) -> None:
    outcome = one_process.run(one_process.setup.faults[0], times=2, documents=150)
    assert outcome.is_clean, outcome.describe()
    assert outcome.findings.documents > 50


@pytest.mark.timeout(600)
def test_one_process_without_room_loses_nothing(one_process: Trial) -> None:
    outcome = one_process.run(one_process.setup.faults[1], times=1, documents=150)
    assert outcome.is_clean, outcome.describe()


@pytest.mark.timeout(600)
def test_distributed_installation_killed_and_cut_everywhere_loses_nothing(distributed: Trial) -> None:
    outcome = distributed.run_all(distributed.setup.faults, times=1, documents=150)
    assert outcome.is_clean, outcome.describe()
    assert outcome.findings.documents > 50
