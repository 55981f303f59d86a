"""Calibrations in files."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from ingestion import Settings
from service.calibration_files import open_calibration, read_calibration, write_calibration
from service.errors import BadCalibration
from service.ranking import DEFAULT_CALIBRATION


def test_calibration_that_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "ours.json"
    ours = replace(DEFAULT_CALIBRATION, slope=12.0, judged_on="наши пары")
    write_calibration(ours, path)
    assert read_calibration(path) == ours
    assert open_calibration(Settings(calibration_file=path)) == ours


def test_without_a_file_the_calibration_is_the_built_in_one() -> None:
    assert open_calibration(Settings(calibration_file=None)) is DEFAULT_CALIBRATION


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slope": None}, "slope must be a float"),
        ({"slope": True}, "slope must be a float"),
        ({"slope": "18"}, "slope must be a float"),
        ({"slope": -1.0}, "no rising curve"),
        ({"slope": float("nan")}, "no rising curve"),
        ({"slope": 10**400}, "too large"),
        ({"pairs": 1.5}, "pairs must be a int"),
        ({"model": 5}, "model must be a str"),
        ({"curve": 1}, "unknown fields: 'curve'"),
    ],
)
def test_bad_field_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(asdict(DEFAULT_CALIBRATION) | change))
    with pytest.raises(BadCalibration, match=said):
        read_calibration(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "no calibration as JSON"),
        (b"\xff", "no calibration as JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "lacks"),
    ],
)
def test_what_is_no_calibration_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(BadCalibration, match=said):
        read_calibration(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadCalibration, match=r"none\.json: No such file"):
        read_calibration(tmp_path / "none.json")
    with pytest.raises(BadCalibration, match="No such file"):
        write_calibration(DEFAULT_CALIBRATION, tmp_path / "no" / "folder.json")
