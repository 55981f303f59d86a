"""The tables that analyses read, made from the files of a snapshot.

`resumes` and `vacancies` have a row for each document (`doc`), `resumes_skills` and `vacancies_skills` one for each of
its skills. Texts that repeat are of one ENUM, `term`: that makes them numbers, which are compared and grouped several
times as fast. `every_resume` and `every_vacancy` are all rows as they were loaded; they last until all is made.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ingestion import SnapshotManifest
from milvus import Kind

if TYPE_CHECKING:
    import duckdb

_TERMS = """
CREATE TYPE term AS ENUM (
    SELECT DISTINCT name FROM (
        SELECT unnest([country, city, category, work_format, experience]) AS name FROM every_resume
        UNION ALL SELECT unnest(skills) FROM every_resume
        UNION ALL SELECT unnest([country, city, category, work_format, experience, company, company_key])
            FROM every_vacancy
        UNION ALL SELECT unnest(skills) FROM every_vacancy
        UNION ALL SELECT ''
    ) WHERE name IS NOT NULL ORDER BY name
)
"""
_BAND = """
CASE WHEN {months} IS NULL THEN NULL
     WHEN {months} < 12 THEN 'under 1 year'
     WHEN {months} < 36 THEN '1-3 years'
     WHEN {months} < 72 THEN '3-6 years'
     WHEN {months} < 120 THEN '6-10 years'
     ELSE '10+ years' END AS experience
"""
# Documents that are one text under several ids count once: as the one that is open, and then as the one seen first.
_FOLD = """
QUALIFY duplicate_group IS NULL
    OR row_number() OVER (PARTITION BY duplicate_group ORDER BY {order}, first_seen, text_length) = 1
"""
_SHARED = """
    CAST(row_number() OVER () AS INTEGER) AS doc, title_words, skills, employment_types,
    CAST(country AS term) AS country, CAST(city AS term) AS city, CAST(category AS term) AS category,
    CAST(work_format AS term) AS work_format, CAST(experience AS term) AS experience,
    CAST(date_trunc('month', published_at) AS DATE) AS month, salary
"""
_SALARY = "coalesce((salary_min + salary_max) / 2, salary_min, salary_max) AS salary"
_EVERY_RESUME = f"""
CREATE VIEW every_resume AS
SELECT *, {_SALARY}, {_BAND.format(months="experience_months")} FROM read_parquet({{files}})
"""
_EVERY_VACANCY = f"""
CREATE VIEW every_vacancy AS
SELECT *, {_SALARY}, {_BAND.format(months="experience_min_months")} FROM read_parquet({{files}})
"""
_RESUMES = f"""
CREATE TABLE resumes AS SELECT {_SHARED} FROM (SELECT * FROM every_resume {_FOLD.format(order="true")})
"""
# What is to expire in the future is open until then; nobody knows of one that was taken out whether it was filled.
_VACANCIES = f"""
CREATE TABLE vacancies AS
WITH ends AS (
    SELECT *, coalesce(published_at, first_seen) AS opened,
        least(closed_at, CASE WHEN expires_at <= $as_of THEN expires_at END) AS ended
    FROM every_vacancy
), folded AS (
    SELECT *, ended IS NOT NULL AS is_closed FROM ends {_FOLD.format(order="is_closed")}
), spellings AS (
    SELECT company_key, mode(company) AS spelling FROM every_vacancy GROUP BY company_key
)
SELECT {_SHARED}, CAST(spelling AS term) AS company, CAST(company_key AS term) AS company_key, is_closed,
    CAST(greatest(date_diff('day', opened, coalesce(ended, $as_of)), 0) AS INTEGER) AS days
FROM folded LEFT JOIN spellings USING (company_key)
"""
_SKILLS = "CREATE TABLE {kind}_skills AS SELECT doc, CAST(unnest(skills) AS term) AS skill FROM {kind}"


def create_tables(connection: "duckdb.DuckDBPyConnection", folder: Path, manifest: SnapshotManifest) -> None:
    """Make all tables of a snapshot."""
    connection.execute(_EVERY_RESUME.format(files=_quote([folder / manifest.files[Kind.RESUMES]])))
    live_and_closed = [folder / manifest.files[Kind.VACANCIES], folder / manifest.closed_file]
    connection.execute(_EVERY_VACANCY.format(files=_quote(live_and_closed)))
    connection.execute(_TERMS)
    connection.execute(_RESUMES)
    connection.execute(_VACANCIES, {"as_of": manifest.made_at.replace(tzinfo=None)})
    for kind in Kind:
        connection.execute(_SKILLS.format(kind=kind))
        connection.execute(f"ALTER TABLE {kind} DROP COLUMN skills")


def drop_sources(connection: "duckdb.DuckDBPyConnection") -> None:
    """Let go of the files, once everything is made of them."""
    for name in ("every_resume", "every_vacancy"):
        connection.execute(f"DROP VIEW {name}")


def _quote(files: list[Path]) -> str:
    """The files as SQL, as a view takes no parameters."""
    return "[" + ", ".join("'" + str(file).replace("'", "''") + "'" for file in files) + "]"
