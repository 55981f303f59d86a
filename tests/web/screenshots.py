"""Screenshots of the main pages with the samples, for the README: `python -m tests.web.screenshots [FOLDER]`."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.flow.server import start_server
from tests.web.conftest import CHROMIUM, FLAGS, link

SIZE = {"width": 1280, "height": 860}
PAGES = {
    "find": "/?text=night+nurse+in+intensive+care&find=vacancies",
    "match": "/matches?resume_id=r-a-001&vacancy_id=v-a-001",
    "vacancy": "/vacancies/v-a-001",
    "comparison": "/compare?vacancy_id=v-a-001&resume_id=r-a-001&resume_id=r-a-002&resume_id=r-a-003",
    "market": "/market",
}
MODEL = {"COUNTERPART_EMBEDDING_BACKEND": "sentence-transformers"}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/web/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        environment = os.environ | MODEL | {"COUNTERPART_DATA_DIR": f"{place}/var"}
        for command in (["load", "data"], ["snapshot"]):
            subprocess.run([sys.executable, "-m", "ingestion", *command], env=environment, check=True)
        server = start_server(Path(place), **MODEL)
        try:
            with sync_playwright() as playwright:
                path = next(found for name in CHROMIUM if (found := shutil.which(name)))
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                page = browser.new_context(viewport=SIZE, locale="en-GB").new_page()
                page.set_default_timeout(120_000)
                for name, address in PAGES.items():
                    page.goto(link(server, address), wait_until="networkidle")
                    page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=80)
                    print(f"{folder / name}.jpg")
                browser.close()
        finally:
            server.process.terminate()
            server.process.wait(60)


if __name__ == "__main__":
    main()
