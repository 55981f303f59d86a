"""From storing requests to use cases and back to payloads."""

from typing import Any

from fastapi import Response, status

from ingestion import AnyDocument, Change, TaskState
from milvus import Kind
from service.api.dependencies import PageQuery, Services
from service.api.payloads import RecordedPayload, TaskPayload, make_stored_payload
from service.errors import NotSearchable


def store_document(services: Services, document: AnyDocument, response: Response, *, wait: bool) -> RecordedPayload:
    """Store one document; 201 for a new one that is searchable, 200 for another, 202 while it is on its way.

    Raises NotSearchable where it is known that no search will find it.
    """
    recorded = services.desk.store([document], wait=wait)[0].recorded
    task = services.desk.find_task(recorded.task_id)
    if task.state is TaskState.FAILED:
        raise NotSearchable(f"{document.id!r} is stored, but cannot be searched for: {task.error}")
    done = task.state is TaskState.DONE
    created = status.HTTP_201_CREATED if recorded.change is Change.NEW else status.HTTP_200_OK
    response.status_code = created if done else status.HTTP_202_ACCEPTED
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return RecordedPayload(id=recorded.id, change=recorded.change, task_id=task.id, task_state=task.state)


def erase_document(services: Services, kind: Kind, id_: str, response: Response, *, wait: bool) -> TaskPayload:
    """Erase one document; 200 once no search finds it, 202 before."""
    task = services.desk.erase(kind, id_, wait=wait)
    response.status_code = status.HTTP_200_OK if task.state is TaskState.DONE else status.HTTP_202_ACCEPTED
    return TaskPayload.model_validate(task)


def find_document(services: Services, kind: Kind, id_: str) -> dict[str, Any]:
    """The values of a stored payload."""
    stored, entity = services.desk.find(kind, id_)
    return make_stored_payload(stored, entity)


def list_documents(services: Services, kind: Kind, paging: PageQuery) -> dict[str, Any]:
    """The values of a list payload."""
    listing = services.desk.list_documents(kind, cursor=paging.cursor, limit=paging.limit)
    items = [make_stored_payload(stored, entity) for stored, entity in listing.items]
    return {"items": items, "next_cursor": listing.next_cursor}
