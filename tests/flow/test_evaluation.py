"""Measuring matches from the command line: the samples evaluated, models compared, pairs judged by hand."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flow.commands import check_clear_error, run
from tests.unit.service.evaluation.sets import write_own_set, write_set

DATA = Path(__file__).parents[2] / "data"
NAMES = {"tfidf", "bm25", "dense", "bm25+dense", "ours"}
METRICS = {"accuracy@10", "precision@10", "recall@10", "F1@10", "nDCG@10", "MAP", "MRR"}


def read_figures(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_samples_are_evaluated_in_both_directions(environment: dict[str, str], tmp_path: Path) -> None:
    figures, plot, details = (tmp_path / name for name in ("o.csv", "o.svg", "o.json"))
    arguments = ("--csv", figures, "--plot", plot, "--json", details)
    code, output = run(environment, "service", "evaluate", DATA, *arguments)

    assert code == 0, output
    said = " ".join(output.split())
    for part in ("resumes for a vacancy", "vacancies for a resume", "not judged counts as not relevant", "hashing-256"):
        assert part in said
    whole = [row for row in read_figures(figures) if not row["query_language"]]
    assert {row["configuration"] for row in whole} == NAMES
    assert {row["metric"] for row in whole} == METRICS
    assert all(0 <= float(row["low"]) <= float(row["value"]) <= float(row["high"]) <= 1 for row in whole)
    # Hashed words alone tell trades apart: most of who suits is among the first ten of some ninety.
    ours = [float(row["value"]) for row in whole if (row["configuration"], row["metric"]) == ("ours", "recall@10")]
    assert len(ours) == 2
    assert min(ours) > 0.7
    assert "data: resumes for a vacancy" in plot.read_text(encoding="utf-8")
    described = json.loads(details.read_text(encoding="utf-8"))
    assert len(described[0]["configurations"][0]["per_query"]) == described[0]["queries"]
    assert {pair["query_language"] for pair in described[0]["configurations"][0]["languages"]} == {"en", "es", "ru"}


def test_same_seed_gives_the_same_figures(environment: dict[str, str], tmp_path: Path) -> None:
    write_set(tmp_path)
    written = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path in written:
        code, output = run(environment, "service", "evaluate", tmp_path, "-c", "ours", "-c", "bm25", "--csv", path)
        assert code == 0, output
    assert written[0].read_text() == written[1].read_text()


def test_evaluation_leaves_the_installation_alone(environment: dict[str, str], tmp_path: Path) -> None:
    write_set(tmp_path)
    code, output = run(environment, "service", "evaluate", tmp_path, "--find", "resumes")

    assert code == 0, output
    assert "Only 3 queries" in output
    assert "vacancies for a resume" not in output
    assert not Path(environment["COUNTERPART_DATA_DIR"]).exists()


def test_models_are_compared_with_what_they_take(environment: dict[str, str], tmp_path: Path) -> None:
    write_set(tmp_path)
    code, output = run(
        environment, "service", "compare-models", "hashing-16", "hashing-512", "--judged", tmp_path, "--find", "resumes"
    )

    assert code == 0, output
    assert "Difference to hashing-16" in output
    for said in ("512", "MiB", "texts per second"):
        assert said in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "nowhere"), "no such file or folder"),
        (("evaluate", DATA, "-c", "magic"), "known: tfidf"),
        (("evaluate", DATA, "--baseline", "magic"), "'magic'"),
        (("evaluate", DATA, "--plot", "o.pdf"), "SVG"),
        (("evaluate", DATA, "--k", "0"), "--k"),
        (("compare-models", "no-such-model", "--judged", DATA), "no-such-model"),
        (("calibrate", DATA, "--relevant-from", 0), "--unjudged"),
        (("calibrate", DATA, "--plot", "o.pdf"), "SVG"),
        (("judge", "pool", "/proc"), "vacancies.jsonl"),
        (("judge", "agreement", DATA / "README.md", DATA / "judgements.csv"), "has no column"),
    ],
)
def test_what_cannot_be_measured_is_a_clear_error(
    environment: dict[str, str], arguments: tuple[object, ...], said: str
) -> None:
    check_clear_error(run(environment, "service", *arguments), said)


def test_curve_is_fitted_to_judged_pairs_and_used_from_its_file(environment: dict[str, str], tmp_path: Path) -> None:
    curve, bins, plot = (tmp_path / name for name in ("o.json", "o.csv", "o.svg"))
    code, output = run(
        environment, "service", "calibrate", DATA, "--folds", 3, "--to", curve, "--csv", bins, "--plot", plot
    )
    assert code == 0, output
    for said in ("1,067 pairs of 66 vacancies and 91 resumes", "held out", f"COUNTERPART_CALIBRATION_FILE={curve}"):
        assert said in output
    rows = read_figures(bins)
    assert {row["probabilities"] for row in rows} == {"base rate, held out", "in use", "fitted here, held out"}
    assert "share judged relevant" in plot.read_text(encoding="utf-8")
    assert json.loads(curve.read_text())["model"] == "hashing-256"

    environment = environment | {"COUNTERPART_CALIBRATION_FILE": str(curve)}
    code, output = run(environment, "service", "calibrate", DATA)
    assert code == 0, output
    assert "In use: fitted on data relevant from grade 2." in output


def test_pool_is_graded_and_becomes_a_judged_set(environment: dict[str, str], tmp_path: Path) -> None:
    folder = write_own_set(tmp_path, None)
    pool = tmp_path / "pool"
    code, output = run(environment, "service", "judge", "pool", folder, "--to", pool, "--depth", 2)
    assert code == 0, output
    assert (pool / "pool.html").exists()

    grade_pool(pool / "pool.csv", tmp_path / "one.csv", exact=3)
    grade_pool(pool / "pool.csv", tmp_path / "two.csv", exact=2)
    code, output = run(environment, "service", "judge", "agreement", tmp_path / "one.csv", tmp_path / "two.csv")
    assert code == 0, output
    assert "Cohen's kappa" in output

    target = folder / "judged_qrels.tsv"
    code, output = run(
        environment, "service", "judge", "import", tmp_path / "one.csv", tmp_path / "two.csv", "--into", target
    )
    assert code == 0, output
    assert "0 rejected" in output
    assert "v1\t0\tr1\t2\n" in target.read_text()

    code, output = run(environment, "service", "evaluate", folder, "-c", "ours")
    assert code == 0, output
    assert "3 queries over 4 documents" in output


def grade_pool(pool: Path, graded: Path, *, exact: int) -> None:
    """Grade as a person would, in a spreadsheet: what bears the same number fits, the rest does not."""
    with pool.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["grade"] = str(exact if row["vacancy_id"][1:] == row["resume_id"][1:] else 0)
    with graded.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_import_of_nothing_usable_fails(environment: dict[str, str], tmp_path: Path) -> None:
    folder = write_own_set(tmp_path, None)
    (tmp_path / "a.csv").write_text("vacancy_id,resume_id,grade\nv7,r1,3\n")
    code, output = run(
        environment, "service", "judge", "import", tmp_path / "a.csv", "--into", folder / "judged_qrels.tsv"
    )

    assert code == 1
    assert "a.csv:2: there is no vacancy 'v7'" in output
    assert not (folder / "judged_qrels.tsv").exists()


def test_starting_the_service_loads_no_library_of_the_evaluation() -> None:
    heavy = ["sklearn", "scipy", "torch", "ir_measures", "altair"]
    code = f"import sys, service.__main__; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
