"""Does every file find itself? `python -m tests.benchmarks.files FOLDER`

Loads nothing: FOLDER must have been loaded with `python -m ingestion load FOLDER` into the installation that the
COUNTERPART_ settings name (no other process may hold a Milvus Lite folder meanwhile). Each PDF and DOCX is then
uploaded as a query for resumes; it must come back first.
"""

import sys
from pathlib import Path

from fastapi.testclient import TestClient
from rich.console import Console

from ingestion import open_installation, read_settings
from service.app import create_app


def run(folder: Path) -> bool:
    """Print what came back for each file that did not find itself; whether all others did."""
    console = Console(width=140)
    settings = read_settings()
    installation = open_installation(settings)
    client = TestClient(create_app(installation, settings.model_copy(update={"allowed_hosts": "*"})))
    outcomes = {"itself": 0, "refused": 0, "another": 0}
    for path in sorted([*folder.rglob("*.pdf"), *folder.rglob("*.docx")]):
        answer = client.post(
            "/v1/resumes/search/file", files={"file": (path.name, path.read_bytes())}, data={"limit": 3}
        )
        if answer.status_code == 422:
            outcomes["refused"] += 1
            console.print(f"refused {path.name}: {answer.json()['detail']}", highlight=False)
            continue
        best = [(item["document"]["id"], round(item["score"], 4)) for item in answer.json()["items"]]
        found = bool(best) and best[0][0] == path.relative_to(folder).as_posix()
        outcomes["itself" if found else "another"] += 1
        if not found:
            console.print(f"{path.name} found {best}", highlight=False)
    console.print(", ".join(f"{name}: {count}" for name, count in outcomes.items()), highlight=False)
    installation.close()
    return outcomes["another"] == 0


if __name__ == "__main__":
    sys.exit(0 if run(Path(sys.argv[1])) else 1)
