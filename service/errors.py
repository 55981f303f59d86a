"""Errors of the service room.

The tree:

    ServiceError
    ├── SourceNotFound     a search named a resume or vacancy that the index does not hold
    ├── EmptyQuery         once names and contacts are cut, nothing is left to search by
    ├── DocumentNotFound   no such stored document
    ├── NotSearchable      a document was stored, but searches will never find it
    ├── TaskNotFound       no such task
    ├── TaskPurged         a task that is done and whose record is no longer kept
    ├── CompanyNotFound    no vacancy is of such a company
    ├── NoSnapshot         there are no figures of the market yet
    ├── BadCursor          a list was continued with a cursor that we did not give
    ├── PortTaken          another program listens on the port
    ├── BadJudgements      a judged set or a file of grades that cannot be used
    ├── EvaluationRefused  an evaluation that cannot be: an unknown configuration, a plot that is no SVG
    └── BadCalibration     a file that holds no calibration
"""


class ServiceError(Exception):
    """Base of everything the service room raises on purpose."""


class SourceNotFound(ServiceError):
    """A search named a resume or vacancy that the index does not hold (yet)."""


class EmptyQuery(ServiceError):
    """Once names and contacts are cut, nothing is left to search by."""


class DocumentNotFound(ServiceError):
    """No document of this id is stored."""


class NotSearchable(ServiceError):
    """A document was stored, but searches will never find it; the message says why."""


class TaskNotFound(ServiceError):
    """There never was a task of this id."""


class TaskPurged(ServiceError):
    """A task that is done and whose record is no longer kept."""


class BadCursor(ServiceError):
    """A list was continued with a cursor that we did not give."""


class CompanyNotFound(ServiceError):
    """No vacancy is of such a company."""


class NoSnapshot(ServiceError):
    """There are no figures of the market yet; the message says how to get them."""


class PortTaken(ServiceError):
    """Another program listens on the port."""


class BadJudgements(ServiceError):
    """A judged set or a file of grades that cannot be used; the message names files and rows."""


class EvaluationRefused(ServiceError):
    """An evaluation that cannot be; the message says why and what would do."""


class BadCalibration(ServiceError):
    """A file that holds no calibration; the message names it and what is wrong."""
