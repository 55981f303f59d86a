"""Skills: one canonical name for the many spellings of three languages, and only where the skill is meant."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.errors import SettingsError
from ingestion.skills import Skill, Taxonomy, load_taxonomy, normalize_skills

TAXONOMY = load_taxonomy()
NAMES = sorted(TAXONOMY.skills)
PLAIN_NAMES = [name for name in NAMES if not TAXONOMY.skills[name].ambiguous]
SPELLINGS = [
    (spelling, skill.name, ambiguous) for skill in TAXONOMY.skills.values() for spelling, ambiguous in skill.spellings()
]
HEADER = "name\tgroup\taliases\tambiguous\n"


def write_taxonomy(folder: Path, text: str) -> Path:
    path = folder / "skills.tsv"
    path.write_text(text, encoding="utf-8")
    return path


# The taxonomy that is shipped.


def test_taxonomy_covers_many_trades() -> None:
    assert len(NAMES) >= 1_600
    assert len({skill.group for skill in TAXONOMY.skills.values()}) >= 50


def test_groups_are_slugs() -> None:
    groups = {skill.group for skill in TAXONOMY.skills.values()}
    assert {group for group in groups if not re.fullmatch(r"[a-z]+(-[a-z]+)*", group)} == set()


def test_names_and_aliases_are_trimmed_and_not_empty() -> None:
    assert [spelling for spelling, _, _ in SPELLINGS if not spelling or spelling != spelling.strip()] == []


def test_aliases_belong_to_one_skill_each() -> None:
    owners: dict[str, set[str]] = {}
    for spelling, name, _ in SPELLINGS:
        owners.setdefault(spelling.casefold(), set()).add(name)
    assert {spelling: names for spelling, names in owners.items() if len(names) > 1} == {}


def test_most_skills_have_russian_and_spanish_aliases() -> None:
    # Accents and small words tell Spanish for certain; Spanish aliases without either are not counted.
    both = [
        skill.name
        for skill in TAXONOMY.skills.values()
        if re.search("[а-яё]", "|".join(skill.aliases), re.IGNORECASE)
        and re.search("[áéíóúñ]| (de|del|en|y) ", "|".join(skill.aliases), re.IGNORECASE)
    ]
    assert len(both) >= 1_000


def test_every_spelling_leads_to_its_skill() -> None:
    assert [(spelling, name) for spelling, name, _ in SPELLINGS if TAXONOMY.canonical(spelling) != name] == []


def test_every_plain_spelling_is_found_where_it_stands_alone() -> None:
    plain = [(spelling, name) for spelling, name, ambiguous in SPELLINGS if not ambiguous]
    assert [(spelling, name) for spelling, name in plain if TAXONOMY.find(spelling) != (name,)] == []


def test_packaged_taxonomy_is_read_once() -> None:
    assert load_taxonomy() is TAXONOMY


# One name for many spellings.


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("javascript", "JavaScript"),
        ("java script", "JavaScript"),
        ("Джава-скрипт", "JavaScript"),
        ("NODEJS", "Node.js"),
        ("node.js", "Node.js"),
        ("ecommerce", "E-Commerce"),
        ("e commerce", "E-Commerce"),
        ("c#", "C#"),
        ("c++", "C++"),
        ("С++", "C++"),
        (".net", ".NET"),
        ("go", "Go"),
        ("Бухгалтерский учёт", "Accounting"),
        ("бухгалтерский учет", "Accounting"),
        ("instalaciones electricas", "Electrical Installation"),
        ("INSTALACIÓN ELÉCTRICA", "Electrical Installation"),
        ("unit tests", "Unit Testing"),
    ],
)
def test_canonical_ignores_case_hyphens_accents_and_plural(written: str, canonical: str) -> None:
    assert TAXONOMY.canonical(written) == canonical


@pytest.mark.parametrize("unknown", ["", "   ", "+++", "сепулькарий", "Java of the third kind"])
def test_canonical_of_an_unknown_name_is_none(unknown: str) -> None:
    assert TAXONOMY.canonical(unknown) is None


@given(st.sampled_from(SPELLINGS))
def test_canonical_is_idempotent(spelling: tuple[str, str, bool]) -> None:
    canonical = TAXONOMY.canonical(spelling[0])
    assert canonical is not None
    assert TAXONOMY.canonical(canonical) == canonical


@given(st.sampled_from(NAMES))
def test_canonical_ignores_the_case_of_any_name(name: str) -> None:
    assert TAXONOMY.canonical(name.upper()) == TAXONOMY.canonical(name.lower()) == name


# Skills in free text.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I fitted pipes and did MIG welding for six years.", ("MIG Welding",)),
        ("Опыт сварки и активных продаж", ("Welding", "Sales")),
        ("Занимался кирпичной кладкой, штукатурными работами", ("Bricklaying", "Plastering")),
        ("Experiencia en soldadura TIG y fontanería", ("TIG Welding", "Plumbing")),
        ("Manejo de carretillas elevadoras", ("Forklift Operation",)),
        ("Помогала в проведении аудитов", ("Auditing",)),
        ("Built dashboards in Laravel5", ("Dashboards", "Laravel")),
        ("Учёт НДС", ("VAT",)),
    ],
)
def test_find_meets_inflected_words_of_three_languages(text: str, found: tuple[str, ...]) -> None:
    assert TAXONOMY.find(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C++/C#", ("C++", "C#")),
        ("ASP.NET, then .NET.", ("ASP.NET", ".NET")),
        ("see www.example.net", ()),
        ("JavaScript", ("JavaScript",)),
        ("1С:Предприятие 8.3", ("1C Enterprise",)),
        ("HTML/CSS", ("HTML", "CSS")),
        ("предпродажи", ()),
        ("el diseño gráfico", ("Graphic Design",)),
        ("контроль качества", ("Quality Control",)),
        ("контроль. Качества человека", ()),
        ("project\nmanagement", ("Project Management",)),
        ("team spirit", ()),
    ],
)
def test_find_respects_the_boundaries_of_names(text: str, found: tuple[str, ...]) -> None:
    assert TAXONOMY.find(text) == found


def test_find_prefers_the_longest_name() -> None:
    assert TAXONOMY.find("Spring Boot and React Native") == ("Spring Boot", "React Native")


def test_find_keeps_the_order_of_first_appearance_without_repeats() -> None:
    assert TAXONOMY.find("Docker, Python, docker, SQL, питон") == ("Docker", "Python", "SQL")


def test_find_reads_letters_whose_accents_are_written_apart() -> None:
    assert TAXONOMY.find("disen\u0303o gra\u0301fico") == ("Graphic Design",)


# Names that mean something else as well.


@pytest.mark.parametrize(
    "text",
    [
        "We go to market twice a year",
        "You will excel at this and have access to training rooms",
        "Grade C or above in English; vitamin C",
        "Spring 2019, with a swift response",
        "Mr R. Smith will lead the team",
        "Julia Roberts",
        "the chef said a word",
        "Выплата 5000 руб. с 1-го числа",
        "Responsibilities: the ward",
    ],
)
def test_ambiguous_words_in_prose_are_not_skills(text: str) -> None:
    ambiguous = {name for name in NAMES if TAXONOMY.skills[name].ambiguous} | {"Microsoft Excel", "Microsoft Word"}
    assert ambiguous.isdisjoint(TAXONOMY.find(text))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Python, Go, Docker", "Go"),
        ("Python\nGo\nDocker", "Go"),
        ("C, R, Go and Kubernetes", "R"),
        ("Word, Excel, PowerPoint", "Microsoft Excel"),
        ("Linux; Chef; Ansible", "Chef"),
        ("Skills: Go, mountain hiking", "Go"),
        ("Навыки:\nGo\nпешие походы", "Go"),
        ("Habilidades: Go; senderismo", "Go"),
        ("Tech stack: Rust", "Rust"),
        ("Стек: Rust", "Rust"),
        ("programming in C", "C"),
        ("C developer wanted", "C"),
        ("senior разработчик на Go", "Go"),
        ("язык R", "R"),
        ("lenguaje R", "R"),
        ("знание Excel", "Microsoft Excel"),
        ("работа в Excel ежедневно", "Microsoft Excel"),
        ("conocimientos de Excel", "Microsoft Excel"),
    ],
)
def test_ambiguous_words_in_a_telling_context_are_skills(text: str, meant: str) -> None:
    assert meant in TAXONOMY.find(text)


@given(st.sampled_from(PLAIN_NAMES))
def test_find_meets_every_plain_name_alone(name: str) -> None:
    assert TAXONOMY.find(name) == (name,)


@given(st.text() | st.lists(st.sampled_from([spelling for spelling, _, _ in SPELLINGS])).map(" ".join))
def test_find_gives_known_names_only_and_each_once(text: str) -> None:
    found = TAXONOMY.find(text)
    assert set(found) <= set(NAMES)
    assert len(set(found)) == len(found)


@given(st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.sampled_from([", ", "; ", "\n", " / ", " • "]))
def test_find_meets_every_entry_after_a_heading(names: list[str], separator: str) -> None:
    assert set(TAXONOMY.find("Skills: " + separator.join(names[:10]))) == set(names[:10])


# A taxonomy of one's own.


def test_own_taxonomy_is_read_from_its_file(tmp_path: Path) -> None:
    path = write_taxonomy(tmp_path, HEADER + "Kite Making\tcrafts\tkites?|воздушные змеи\t\n")
    taxonomy = load_taxonomy(path)
    assert taxonomy.skills["Kite Making"] == Skill("Kite Making", "crafts", ("kites?", "воздушные змеи"))
    assert taxonomy.find("делаю воздушных змеев") == ("Kite Making",)
    assert taxonomy.find("I like kites a lot") == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1"),
        ("name\tgroup\n", "line 1"),
        (HEADER + "Sewing\tcrafts\n", "line 2: 2 columns"),
        (HEADER + "\tcrafts\t\t\n", "line 2: name and group"),
        (HEADER + "Sewing\tcrafts\t\tperhaps\n", "line 2: ambiguous"),
        (HEADER + "Sewing\tcrafts\t\t\nSewing\tcrafts\t\t\n", "'Sewing' stands twice"),
        (HEADER + "Sewing\tcrafts\tstitch\t\nKnitting\tcrafts\tStitch\t\n", "belongs to 'Sewing'"),
        (HEADER + "Sewing\tcrafts\t++\t\n", "no letter or digit"),
    ],
)
def test_broken_taxonomy_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = write_taxonomy(tmp_path, text)
    with pytest.raises(SettingsError, match=re.escape(complaint)) as refusal:
        load_taxonomy(path)
    assert str(path) in str(refusal.value)


def test_missing_taxonomy_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=re.escape(str(tmp_path / "none.tsv"))):
        load_taxonomy(tmp_path / "none.tsv")


def test_two_skills_of_one_key_are_refused() -> None:
    with pytest.raises(SettingsError, match="belongs to 'Front-End'"):
        Taxonomy([Skill("Front-End", "web"), Skill("front end", "web")])


# Listed skills.


def test_nothing_listed_and_no_text_gives_no_skills() -> None:
    assert normalize_skills([], taxonomy=TAXONOMY) == ()


def test_listed_skills_come_before_those_of_the_text() -> None:
    skills = normalize_skills(["js", "Сварка"], "Python and JavaScript", taxonomy=TAXONOMY)
    assert skills == ("JavaScript", "Welding", "Python")


def test_unknown_listed_skill_stays_as_written() -> None:
    assert normalize_skills(["  Kite   making. "], taxonomy=TAXONOMY) == ("Kite making",)


def test_listed_ambiguous_name_is_taken_at_its_word() -> None:
    assert normalize_skills(["go", "C", "r"], taxonomy=TAXONOMY) == ("Go", "C", "R")


@pytest.mark.parametrize(
    ("entry", "skills"),
    [
        ("Python, SQL; kite making", ("Python", "SQL", "kite making")),
        ("C, C++", ("C", "C++")),
        ("HTML/CSS", ("HTML", "CSS")),
        ("CI/CD", ("CI/CD",)),
        ("24/7", ("24/7",)),
        ("- .NET", (".NET",)),
        ("•Сварка\n•Пайка", ("Welding", "Soldering")),
    ],
)
def test_entry_that_is_a_list_is_split(entry: str, skills: tuple[str, ...]) -> None:
    assert normalize_skills([entry], taxonomy=TAXONOMY) == skills


def test_duplicates_are_dropped_by_their_letters() -> None:
    listed = ["Kite Making", "kite-making", "KITE MAKING", "Ёлки", "елки"]
    assert normalize_skills(listed, taxonomy=TAXONOMY) == ("Kite Making", "Ёлки")


def test_control_characters_and_lone_surrogates_are_removed() -> None:
    assert normalize_skills(["kite\x00 mak\ud800ing\x07"], taxonomy=TAXONOMY) == ("kite mak ing",)


def test_long_entries_are_cut_and_the_limit_holds() -> None:
    assert normalize_skills(["x" * 300], taxonomy=TAXONOMY) == ("x" * 100,)
    assert normalize_skills(["a1", "b2", "c3"], "Python", taxonomy=TAXONOMY, limit=2) == ("a1", "b2")


@given(st.lists(st.text()), st.text())
def test_normalized_skills_are_short_clean_and_unique(listed: list[str], text: str) -> None:
    skills = normalize_skills(listed, text, taxonomy=TAXONOMY)
    assert len(set(skills)) == len(skills)
    assert all(0 < len(skill) <= 100 for skill in skills)
    assert all(skill == skill.strip() and not re.search(r"[\x00-\x1f\x7f-\x9f]", skill) for skill in skills)


@given(st.lists(st.text()))
def test_normalizing_twice_changes_nothing(listed: list[str]) -> None:
    once = normalize_skills(listed, taxonomy=TAXONOMY)
    assert normalize_skills(once, taxonomy=TAXONOMY) == once
