"""Loads the samples that come with Counterpart, for a first look."""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import RedirectResponse

from ingestion import load_paths
from service.api.dependencies import GivenServices
from service.demonstration import SAMPLES_FOLDER, list_sample_files
from service.web.security import refuse_forgery

router = APIRouter()


def find_samples() -> Sequence[Path] | None:
    """The files of the samples; None where they are not at hand."""
    files = list_sample_files(SAMPLES_FOLDER)
    return files if all(file.is_file() for file in files) else None


@router.post("/samples", dependencies=[Depends(refuse_forgery)])
def load_samples(services: GivenServices) -> RedirectResponse:
    """Load the samples; they become searchable within a minute."""
    files = find_samples()
    if files is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "the samples are not at hand")
    load_paths(files, books=services.books)
    services.desk.wake()
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)
