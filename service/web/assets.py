"""Static files under names that hold a hash of their content, so that browsers may keep them for good."""

import mimetypes
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

_FOLDER = Path(__file__).parent / "static"
_FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter()


def _name_by_content(path: Path) -> str:
    return f"{path.stem}.{sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}"


_NAMES: Mapping[str, str] = MappingProxyType({path.name: _name_by_content(path) for path in sorted(_FOLDER.iterdir())})
_PATHS: Mapping[str, Path] = MappingProxyType({hashed: _FOLDER / name for name, hashed in _NAMES.items()})


def link_asset(name: str) -> str:
    """The URL of a static file. Raises KeyError where there is no such file."""
    return f"/static/{_NAMES[name]}"


@router.get("/static/{name}")
def get_asset(name: str) -> FileResponse:
    """A static file by its hashed name."""
    path = _PATHS.get(name)
    if path is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such file")
    media_type = mimetypes.guess_type(path.name)[0]
    return FileResponse(
        path, media_type=media_type, headers={"Cache-Control": _FOR_GOOD, "X-Content-Type-Options": "nosniff"}
    )
