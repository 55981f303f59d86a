"""The store that a Milvus server reads bulk imports from: an S3 bucket, or a folder that it shares with us."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self
from urllib.parse import urlsplit

from milvus.errors import IndexUnavailable


@dataclass(frozen=True, slots=True)
class FileStore:
    """Where files are put for the server. `root` is in the bucket (without its name) or on the disk."""

    root: str
    _bucket: str
    _files: Any

    @classmethod
    def open(
        cls,
        location: str,
        *,
        endpoint: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        region: str | None = None,
    ) -> Self:
        """`location` is s3://bucket or s3://bucket/folder, or the absolute path of a folder.

        A folder must be at the same path for the server. `endpoint` (http://host:port) is that of any store which
        speaks S3; without one it is AWS. Raises ValueError for a location that is neither.
        """
        # By default the AWS library adds checksums in a way that many stores, older MinIO among them, do not know.
        os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
        # Imported here, as it starts threads of the AWS library, which no other command has a use for.
        from pyarrow import fs

        parts = urlsplit(location)
        if parts.scheme == "s3" and parts.netloc:
            at = urlsplit(endpoint or "")
            options = {"scheme": at.scheme, "endpoint_override": at.netloc} if endpoint else {}
            files = fs.S3FileSystem(access_key=access_key, secret_key=secret_key, region=region, **options)
            return cls(parts.path.strip("/"), parts.netloc, files)
        if Path(location).is_absolute():
            return cls(location.rstrip("/"), "", fs.LocalFileSystem())
        raise ValueError(f"{location!r} is neither s3://bucket/folder nor the absolute path of a folder")

    def check(self) -> None:
        """Raise IndexUnavailable where nothing can be put there."""
        with tempfile.NamedTemporaryFile() as probe:
            self.remove(self.put(Path(probe.name), "counterpart/probe"))

    def put(self, file: Path, name: str) -> str:
        """Copy a file there, over any of that name; the path that the server knows it by. Raises IndexUnavailable."""
        path = str(PurePosixPath(self.root) / name)
        try:
            if not self._bucket:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as source, self._files.open_output_stream(self._locate(path)) as target:
                while chunk := source.read(8 * 2**20):
                    target.write(chunk)
        except OSError as error:
            raise IndexUnavailable(f"put {name} into the bulk store: {error}") from error
        return path

    def remove(self, path: str) -> None:
        """Remove a file again; one that is not there is passed over. Raises IndexUnavailable."""
        try:
            self._files.delete_file(self._locate(path))
        except FileNotFoundError:
            return
        except OSError as error:
            raise IndexUnavailable(f"remove {path} from the bulk store: {error}") from error

    def _locate(self, path: str) -> str:
        return f"{self._bucket}/{path}" if self._bucket else path
