"""Tells the headings of a resume in English, Russian and Spanish, and cuts the resume into sections by them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingestion.mentions import fold
from ingestion.parsing.languages import find_languages
from ingestion.parsing.lines import Line
from ingestion.parsing.model import Section, SectionKind

_MAX_KEY = 60
_MAX_WORDS = 7

# Words are matched without the spaces between them, since extraction loses spaces ("WORKEXPERIENCE") and spreads
# letters ("S K I L L S"). Several words of one entry are joined by "_".
_MODIFIERS = """
    professional career work working job key core main technical tech relevant related additional other my personal
    general selected academic previous past current hard soft computer digital it software areas area of in the and a
    foreign spoken special industry practical basic clinical teaching executive management specific primary brief
    occupational functional business it_
    профессиональные профессиональный профессиональная профессиональное профессиональных ключевые основные главные
    рабочий трудовой технические технический общие дополнительные дополнительное дополнительная личные мои мой и
    основное работы практический предыдущий цифровые компьютерные деловые специальные релевантный другие базовое
    profesional profesionales laboral laborales academica academicas academico academicos tecnica tecnicas tecnico
    tecnicos personales de del y e en la las los mi mis principales clave otros otras digitales informaticas
    informaticos docente previa relevante adicional adicionales blandas duras mas
"""
_HEADS: dict[SectionKind, str] = {
    SectionKind.EXPERIENCE: """
        experience experiences employment employment_history work_history career_history job_history history
        career_path work_record
        опыт опыт_работы трудовая_деятельность трудовая_биография места_работы место_работы_и карьера послужной_список
        профессиональная_деятельность деятельность
        experiencia experiencias historial trayectoria vida_laboral empleos
    """,
    SectionKind.EDUCATION: """
        education educational_background academic_background qualifications studies degrees academics
        образование обучение учеба
        formacion educacion estudios titulacion titulaciones datos_academicos
    """,
    SectionKind.SKILLS: """
        skills skill skillset skill_set competencies competences competence expertise strengths technologies tools stack
        highlights core_qualifications key_qualifications abilities proficiencies knowledge programs technical_summary
        specialties technical_profile
        навыки умения компетенции стек технологии инструменты знания владение_по владение_компьютером программы
        владение_программами знание_программ
        habilidades competencias conocimientos aptitudes herramientas tecnologias destrezas informatica capacidades
    """,
    SectionKind.LANGUAGES: """
        languages language languages_knowledge linguistic_skills
        языки знание_языков владение_языками иностранные_языки знание_иностранных_языков языковые_навыки
        владение_иностранными_языками языковые_знания
        idiomas idioma lenguas
    """,
    SectionKind.SUMMARY: """
        summary profile about_me about objective objectives overview statement goal goals introduction bio
        carrier_objective
        о_себе обо_мне цель цели профиль краткая_информация главное
        perfil sobre_mi acerca_de_mi resumen objetivo objetivos presentacion extracto quien_soy
    """,
    SectionKind.OTHER: """
        projects project certifications certificates certification certificate licenses licences license awards award
        honors honours publications references recommendations interests hobbies volunteering volunteer_experience
        volunteer_work activities courses training trainings memberships affiliations patents conferences
        accomplishments achievements information contacts contact details portfolio links military_service
        immigration_status status availability declaration continuing_education qualities
        проекты сертификаты сертификация курсы тренинги рекомендации достижения портфолио публикации награды хобби
        увлечения интересы контакты контактная_информация контактные_данные данные личная_информация качества
        информация сведения прочее повышение_квалификации тесты
        экзамены
        proyectos certificaciones certificados cursos referencias intereses aficiones logros voluntariado
        publicaciones premios datos datos_personales informacion datos_de_interes datos_de_contacto contacto carnets
        permisos formacion_complementaria
    """,
}
# Labels of a paragraph about one position as often as headings of the whole resume.
_LABELS = frozenset(
    """
    technologies tools stack techstack achievements keyachievements accomplishments projects project knowledge
    expertise programs highlights responsibilities details status information skills
    технологии инструменты стек достижения проекты программы знания herramientas tecnologias logros proyectos
    """.split()  # noqa: SIM905  # as long as a table
)
_SPREAD_LABELS = _LABELS - {"skills"}


def _alternatives(words: str) -> str:
    keys = {fold(word).replace("_", "") for word in words.split()}
    return "|".join(sorted(keys, key=lambda key: (-len(key), key)))


_HEAD = "|".join(f"(?P<{kind}>{_alternatives(words)})" for kind, words in _HEADS.items())
_WORD = re.compile(rf"(?:{_HEAD})|(?:{_alternatives(_MODIFIERS)})")
_HEADING = re.compile(rf"(?:{'|'.join(_alternatives(words) for words in [*_HEADS.values(), _MODIFIERS])})+")
_NOT_LETTER = re.compile(r"[\W\d_]+")
_TRAILING_DURATION = re.compile(r"[ \t]*[—–-]?[ \t]*\d{1,2}[ \t](?:лет|год)[^\n]{0,20}$|[ \t]*\(\d[^)]{0,20}\)$")
_CAPITALS = re.compile(r"[A-ZА-ЯЁÁÉÍÓÚÑ]{4,20}(?:[ ](?:&|[A-ZА-ЯЁÁÉÍÓÚÑ]{1,20})){0,4}(?=[ ][A-ZА-ЯЁ]?[a-zа-яё])")
# Headings of the printed resumes of hh.ru, which no colon parts from what they head.
_HH_SKILLS = re.compile(r"(?:Навыки|Знание языков)[ \t]+(?=\w)")


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one section without its heading; what follows the heading in its own line is the first of them."""

    section: Section
    heading: str
    lines: tuple[Line, ...]

    @property
    def kind(self) -> SectionKind:
        """The kind of the section."""
        return self.section.kind


def tell_heading(text: str) -> SectionKind | None:
    """The kind of the section that a line without its list mark heads, or None if it is no heading."""
    kind, _ = _read_heading(text.rstrip(" \t:：.-–—_=*|"))
    return kind


def _read_heading(text: str) -> tuple[SectionKind | None, str]:
    """The kind and the key; a heading is made of known words alone."""
    if len(text) > 2 * _MAX_KEY:
        return None, ""
    text = _TRAILING_DURATION.sub("", text)
    spread = sum(len(word) == 1 for word in text.split()) > len(text.split()) // 2
    key = _NOT_LETTER.sub("", fold(text))
    if (
        not key
        or len(key) > _MAX_KEY
        or (len(text.split()) > _MAX_WORDS and not spread)
        or any(character.isdigit() for character in text)
    ):
        return None, ""
    if not _HEADING.fullmatch(key):
        return None, ""
    for word in _WORD.finditer(key):
        if word.lastgroup:
            return SectionKind(word.lastgroup), key
    return None, ""


def split_sections(lines: Sequence[Line]) -> list[Block]:
    """The sections in reading order. What stands before the first heading is the header."""
    blocks: list[Block] = []
    kind, heading, content = SectionKind.HEADER, None, []
    for line in lines:
        found = _open_section(line, kind)
        if found is None:
            content.append(line)
            continue
        blocks.extend(_close(kind, heading, content))
        kind, rest = found
        heading, content = line, [rest] if rest else []
    blocks.extend(_close(kind, heading, content))
    return blocks


def _close(kind: SectionKind, heading: Line | None, content: Sequence[Line]) -> Iterator[Block]:
    parts = [heading, *content] if heading else list(content)
    if not parts:
        return
    spans: list[tuple[int, int]] = []
    for line in parts:
        # Lines of one column follow each other in the text; a jump is the border of a column.
        if spans and 0 <= line.start - spans[-1][1] <= _MAX_JUMP:
            spans[-1] = (spans[-1][0], line.end)
        elif not spans or line.start > spans[-1][1] or line.end < spans[-1][0]:
            spans.append((line.start, line.end))
        else:
            spans[-1] = (spans[-1][0], max(line.end, spans[-1][1]))
    yield Block(Section(kind, tuple(spans)), heading.text if heading else "", tuple(content))


_MAX_JUMP = 12


def _open_section(line: Line, current: SectionKind) -> tuple[SectionKind, Line | None] | None:
    """The section that a line opens and the rest of the line, or None."""
    text = line.text
    bare = text.rstrip(" \t:：.-–—_=*|")
    kind, key = _read_heading(bare)
    if kind:
        return (kind, None) if _stands_alone(line, key, current) else None
    if current in (SectionKind.SKILLS, SectionKind.LANGUAGES) and (label := _HH_SKILLS.match(text)):
        kind = SectionKind.LANGUAGES if "язык" in label[0] else SectionKind.SKILLS
        return kind, _cut(line, label.end())
    colon = text.find(":", 0, _MAX_KEY)
    end = colon if colon >= 0 else _find_capitals(text)
    kind, key = _read_heading(text[:end])
    if kind is None or not _heads_rest(kind, key, text[end + 1 :], current):
        return None
    return kind, _cut(line, end + 1)


def _find_capitals(text: str) -> int:
    """Where the words in capitals end that a line in small letters begins with: "LANGUAGES Hebrew, English"."""
    capitals = _CAPITALS.match(text)
    return capitals.end() if capitals else 0


def _stands_alone(line: Line, key: str, current: SectionKind) -> bool:
    """Whether a line of heading words is a heading where it stands, and not an entry of a list or a label."""
    capitals = line.text.isupper()
    # The last word of a wrapped sentence ("patents") is no heading.
    if line.text[:1].islower() and not line.after_blank and not line.text.endswith(":"):
        return False
    if line.bullet and not capitals and not line.text.endswith(":") and current is not SectionKind.HEADER:
        return line.after_blank
    if key in _SPREAD_LABELS and current is SectionKind.EXPERIENCE and not capitals:
        return line.after_blank and not line.text.endswith(":")
    return True


def _heads_rest(kind: SectionKind, key: str, rest: str, current: SectionKind) -> bool:
    """Whether "Skills: SQL" opens a section: labels within a position or within a list of skills do not."""
    if kind is SectionKind.LANGUAGES:
        return any(True for _ in find_languages(rest))
    if key in _SPREAD_LABELS or kind is SectionKind.OTHER:
        return current not in (SectionKind.EXPERIENCE, SectionKind.SKILLS)
    return not (kind is SectionKind.SKILLS and current is SectionKind.SKILLS)


def _cut(line: Line, position: int) -> Line | None:
    rest = line.text[position:]
    stripped = rest.strip()
    if not stripped:
        return None
    start = line.start + position + len(rest) - len(rest.lstrip())
    return Line(start, start + len(stripped), stripped)
