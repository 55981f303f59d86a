"""Calibrations in files of JSON, and the one that the settings name."""

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import structlog

from ingestion import Settings
from service.errors import BadCalibration
from service.ranking import DEFAULT_CALIBRATION, Calibration

_LARGEST_FILE = 100_000

log = structlog.get_logger(__name__)


def open_calibration(settings: Settings) -> Calibration:
    """The settings' calibration, else the built-in one. Raises BadCalibration.

    Where it was fitted on scores by another model than the settings name, a warning is logged.
    """
    chosen = read_calibration(settings.calibration_file) if settings.calibration_file else DEFAULT_CALIBRATION
    if chosen.model != settings.embedding_model:
        log.warning(
            "scores were calibrated with another embedding model: take them for an order, not for probabilities, until "
            "`service calibrate` has fitted them",
            calibrated_with=chosen.model,
            settings=settings.embedding_model,
        )
    return chosen


def read_calibration(path: Path) -> Calibration:
    """Read what `write_calibration` wrote. Raises BadCalibration naming the file and what is wrong with it."""
    try:
        with path.open(encoding="utf-8") as file:
            values = json.loads(file.read(_LARGEST_FILE))
    except OSError as error:
        raise BadCalibration(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadCalibration(f"{path} holds no calibration as JSON: {error}") from None
    if not isinstance(values, dict):
        raise BadCalibration(f"{path} holds no calibration: it is no JSON object")
    _check_fields(path, values)
    try:
        return Calibration(**values)
    except (ValueError, OverflowError) as error:
        raise BadCalibration(f"{path}: {error}") from None


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON. Raises BadCalibration where it cannot be written."""
    try:
        path.write_text(json.dumps(asdict(calibration), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadCalibration(f"{path}: {error.strerror}") from None


def _check_fields(path: Path, values: dict[str, Any]) -> None:
    types = {field.name: field.type for field in fields(Calibration)}
    if missing := [name for name in types if name not in values]:
        raise BadCalibration(f"{path} lacks {', '.join(missing)}")
    if unknown := [name for name in values if name not in types]:
        raise BadCalibration(f"{path} has unknown fields: {', '.join(map(repr, unknown))}")
    for name, value in values.items():
        # JSON writes 12.0 as 12; a boolean is an int to Python and to nobody else.
        wanted = (int, float) if types[name] is float else types[name]
        if isinstance(value, bool) or not isinstance(value, wanted):  # type: ignore[arg-type]  # no annotation is text here
            raise BadCalibration(f"{path}: {name} must be a {getattr(types[name], '__name__', types[name])}")
