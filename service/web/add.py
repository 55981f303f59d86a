"""Adding documents: one by a form, which shows what is understood before it is stored, or many as files."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from ingestion import AnyDocument, Change, UnreadableDocument, find_names
from ingestion.documents import MAX_TEXT_CHARACTERS, kind_of
from ingestion.loading import LoadReport
from ingestion.sources import Rejection
from ingestion.uploading import MAX_ROWS, Upload, clean_name, load_upload, name_origin, read_text_upload
from milvus import EducationLevel, EmploymentType, Entity, Kind, WorkFormat
from service.api.analytics_payloads import defuse
from service.api.dependencies import GivenServices, Services
from service.api.errors import FieldProblem
from service.api.middleware import MAX_BODY_BYTES
from service.api.searches import MAX_UPLOAD_BYTES
from service.web.add_form import BadForm, DocumentForm, fill_form, make_document, read_form
from service.web.rendering import link_id, link_query, render
from service.web.security import refuse_forgery

MAX_FILES = 100
_MIB = 1024 * 1024
_ROW = re.compile(r"\(row (\d+)\)$|:(\d+)$")
_PLACE = re.compile(r":\d+(?: \(row \d+\))?$")
_FIELD = re.compile(r"([a-z_]+(?:\.[a-z_0-9]+)*): (.+)", re.DOTALL)

router = APIRouter(prefix="/add")


async def read_sent(request: Request) -> FormData:
    """The form as it was sent."""
    return await request.form()


Sent = Annotated[FormData, Depends(read_sent)]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that did not go in. `row` and `field` are empty where it is the file, or the row, as a whole."""

    file: str
    row: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What became of an uploaded file: rows that are new, changed, as they were, and rejected (the first ones)."""

    name: str
    new: int
    changed: int
    unchanged: int
    rejected: int
    rows: Sequence[RejectedRow]
    ignored: Sequence[str]
    replaced: str | None


@router.get("")
def show_add(request: Request, kind: Annotated[Kind, Query()] = Kind.VACANCIES) -> HTMLResponse:
    """The two forms, empty."""
    return _show(request, DocumentForm(kind))


@router.get("/files")
def show_files_again(request: Request) -> RedirectResponse:
    """What was uploaded is not there to be shown once more: back to the forms."""
    return RedirectResponse(link_query("/add", dict(request.query_params)), HTTPStatus.SEE_OTHER)


@router.post("", dependencies=[Depends(refuse_forgery)])
def add_document(
    request: Request,
    services: GivenServices,
    sent: Sent,
    kind: Annotated[Kind, Form()],
) -> Response:
    """Show what is understood of a document or, where the button said so, store it.

    A document that would replace another one is shown first; the field `replaces` is the id that was shown.
    """
    form = read_form(kind, sent)
    try:
        document = make_document(form)
    except BadForm as error:
        return _show(request, form, problems=error.problems)
    if sent.get("action") == "save" and (sent.get("replaces") == document.id or not _is_stored(services, document)):
        services.desk.store([document], wait=False)
        return RedirectResponse(link_id(kind, document.id), HTTPStatus.SEE_OTHER)
    return _preview(request, services, form, document)


@router.post("/files", dependencies=[Depends(refuse_forgery)])
def add_files(request: Request, services: GivenServices, sent: Sent) -> HTMLResponse:
    """Load files; one that is a single text is shown as a filled form instead."""
    told = sent.get("kind")
    kind = Kind(told) if told in list(Kind) else None
    files = [one for one in sent.getlist("files") if isinstance(one, UploadFile) and one.filename]
    shown = DocumentForm(kind or Kind.VACANCIES)
    if not files:
        return _show(request, shown, refusal="no file was chosen")
    if len(files) > MAX_FILES:
        return _show(request, shown, refusal=f"more than {MAX_FILES} files at once")
    names = _tell_apart(clean_name(one.filename or "") for one in files)
    if len(files) == 1:
        try:
            document = _read_text(files[0], names[0], kind)
        except UnreadableDocument as error:
            return _show(request, shown, refusal=str(error))
        if document is not None:
            form = DocumentForm(kind_of(document), {"id": document.id, "text": document.text or ""})
            return _preview(request, services, form, document, file_name=names[0])
    loaded = [
        _describe(name, load_upload(Upload(name, file.file.read(), kind), books=services.books))
        for name, file in zip(names, files, strict=True)
    ]
    services.desk.wake()
    return render(request, "added.html", {"files": loaded})


@router.get("/rejected.csv")
def list_rejected(services: GivenServices, file: Annotated[str, Query(max_length=1000)]) -> Response:
    """The rejected rows of the newest upload of a file of this name, as CSV (RFC 4180)."""
    name = clean_name(file)
    rejected = services.books.rejections.read(origin=name_origin(name), limit=MAX_ROWS + 1)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("file", "row", "field", "reason"))
    rows = sorted((_split(name, one) for one in rejected), key=lambda row: int(row.row or 0))
    writer.writerows(map(defuse, (row.file, row.row, row.field, row.reason)) for row in rows)
    headers = {"Content-Disposition": 'attachment; filename="rejected.csv"', "X-Content-Type-Options": "nosniff"}
    return Response(written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _read_text(file: UploadFile, name: str, kind: Kind | None) -> AnyDocument | None:
    upload = Upload(name, file.file.read(), kind)
    file.file.seek(0)
    if upload.is_text and len(upload.content) > MAX_UPLOAD_BYTES:
        raise UnreadableDocument(f"{name}: larger than {MAX_UPLOAD_BYTES // _MIB} MiB")
    return read_text_upload(upload)


def _is_stored(services: Services, document: AnyDocument) -> bool:
    return services.books.ledger.get_document(kind_of(document), document.id) is not None


def _preview(
    request: Request,
    services: Services,
    form: DocumentForm,
    document: AnyDocument,
    *,
    file_name: str | None = None,
) -> HTMLResponse:
    entity = services.desk.normalizer.normalize(document, names=find_names(document))
    filled = fill_form(form, document, entity)
    return _show(
        request,
        filled,
        entity=entity,
        currency=services.desk.normalizer.rates.reference,
        file_name=file_name,
        replaces=document.id if _is_stored(services, document) else None,
    )


def _show(
    request: Request,
    form: DocumentForm,
    *,
    entity: Entity | None = None,
    currency: str | None = None,
    problems: Sequence[FieldProblem] = (),
    file_name: str | None = None,
    replaces: str | None = None,
    refusal: str | None = None,
) -> HTMLResponse:
    context: dict[str, Any] = {
        "form": form,
        "entity": entity,
        "currency": currency,
        "problems": {one.field: one.message for one in reversed(problems)},
        "file_name": file_name,
        "replaces": replaces,
        "refusal": refusal,
        "max_text": MAX_TEXT_CHARACTERS,
        "max_mib": MAX_BODY_BYTES // _MIB,
        "max_files": MAX_FILES,
        "max_rows": MAX_ROWS,
        "work_formats": list(WorkFormat),
        "employment_types": list(EmploymentType),
        "education_levels": list(EducationLevel),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems or refusal else HTTPStatus.OK
    return render(request, "add.html", context, status=status)


def _tell_apart(names: Iterable[str]) -> list[str]:
    """The names, with a number where one came before: "cv.pdf", "cv (2).pdf"."""
    told: list[str] = []
    for name in names:
        path, number, chosen = PurePath(name), 1, name
        while chosen in told:
            number += 1
            chosen = f"{path.stem} ({number}){path.suffix}"
        told.append(chosen)
    return told


def _describe(name: str, report: LoadReport) -> LoadedFile:
    return LoadedFile(
        name=name,
        new=report.changes[Change.NEW],
        changed=report.changes[Change.CHANGED],
        unchanged=report.changes[Change.UNCHANGED],
        rejected=report.rejected_total,
        rows=[_split(name, one) for one in report.rejected],
        ignored=[column for column, _ in report.ignored.most_common(20)],
        replaced=report.describe_replaced(),
    )


def _split(name: str, rejection: Rejection) -> RejectedRow:
    """A rejection as file, row and field; of an archive's member the file is the member."""
    row = _ROW.search(rejection.location)
    file = _PLACE.sub("", rejection.location)
    field = _FIELD.fullmatch(rejection.reason)
    return RejectedRow(
        file=file or name,
        row=(row[1] or row[2]) if row else "",
        field=field[1] if field else "",
        reason=field[2] if field else rejection.reason,
    )
