"""The REST service: a thin door over :class:`Operations`, described by its own OpenAPI document.

Synchronous endpoints: each request is worked on in a thread and waits its turn at the one processor.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from noteproc.errors import NoteprocError, RedactionError
from noteproc.exports.comprehend import OPERATIONS, detect_phi, infer_icd10cm
from noteproc.records import CodingContext, Note
from noteproc.service import schemas as s
from noteproc.service.guard import Guard
from noteproc.service.operations import Operations
from noteproc.version import VERSION

_OPEN = frozenset({"/v1/health", "/openapi.json"})
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": s.ErrorOut, "description": "The request cannot be read"},
    401: {"model": s.ErrorOut, "description": "The token is missing or wrong"},
    413: {"model": s.ErrorOut, "description": "The request is too large"},
    422: {
        "model": s.ErrorOut,
        "description": "The request cannot be done as asked, or the leak gate held the note back",
    },
    500: {"model": s.ErrorOut, "description": "Internal error"},
}
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": s.ErrorOut, "description": "No loaded table knows the code"}
}
_AMZ_JSON = "application/x-amz-json-1.1"
_TARGET = "ComprehendMedical_20181030."


_NAMES = frozenset({"body", "query", "path", "code"}).union(
    *(model.model_fields for model in (s.NoteIn, s.RedactedIn, s.LookupIn, s.CheckIn, s.AskIn))
)


class _Ascii(JSONResponse):
    """JSON in ASCII, so that every text can be sent, whatever characters it holds."""

    def render(self, content: object) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode("ascii")


def application(operations: Operations, token: str, hosts: Sequence[str] = ("127.0.0.1", "localhost")) -> ASGIApp:
    """The service as an ASGI application.

    Args:
        operations: what it offers.
        token: what every caller must show; see :class:`Guard`.
        hosts: the names by which the service may be called.
    """
    app = FastAPI(
        title="noteproc",
        version=VERSION,
        summary="Clinical notes in, PHI out, suggested codes with the words that support them.",
        docs_url=None,  # their pages load scripts from the network
        redoc_url=None,
        default_response_class=_Ascii,
        responses=_ERRORS,
    )
    app.openapi_version = "3.1.0"
    _add_errors(app)
    _add_health(app)
    # The token is named for clients' sake; it is the guard that asks for it.
    doors = APIRouter(dependencies=[Security(HTTPBearer(auto_error=False))])
    _add_notes(doors, operations)
    _add_codes(doors, operations)
    _add_comprehend(doors, operations)
    app.include_router(doors)
    guarded: ASGIApp = Guard(app, token, _OPEN)
    return TrustedHostMiddleware(guarded, allowed_hosts=list(hosts))


def note_of(asked: s.NoteIn) -> Note:
    """A request as a note."""
    metadata: dict[str, str] = {} if asked.setting == "auto" else {"setting": asked.setting}
    if asked.age is not None:
        metadata["age"] = str(asked.age)
    if asked.sex is not None:
        metadata["sex"] = asked.sex
    if asked.date_of_service is not None:
        metadata["date_of_service"] = asked.date_of_service.isoformat()
    for known in asked.known:
        key = f"known:{known.entity_type}"
        metadata[key] = "\n".join([*metadata.get(key, "").splitlines(), " ".join(known.value.split())])
    return Note(asked.note_id, asked.text, metadata=metadata)


def _add_health(app: FastAPI) -> None:
    @app.get("/v1/health", response_model=s.HealthOut)
    def health() -> dict[str, object]:
        """Whether the service is up; needs no token."""
        return {"status": "ok", "version": VERSION}


def _add_notes(doors: APIRouter, operations: Operations) -> None:
    @doors.post("/v1/redact", response_model=s.RedactedOut)
    def redact(note: s.NoteIn) -> dict[str, object]:
        """Take protected health information out of a note."""
        redacted = operations.redact(note_of(note))
        return {"note_id": redacted.note_id, "text": redacted.text, "phi": [asdict(span) for span in redacted.phi]}

    @doors.post("/v1/code", response_model=s.ResultOut)
    def code(note: s.NoteIn) -> dict[str, object]:
        """Redact a note and suggest codes, each with the words that support it."""
        return operations.process(note_of(note)).to_dict()

    @doors.post("/v1/code-redacted", response_model=s.ResultOut)
    def code_redacted(text: s.RedactedIn) -> dict[str, object]:
        """Suggest codes for a text that holds no PHI: the caller vouches for that."""
        context = CodingContext(text.setting, text.age, text.sex)
        return operations.code_redacted(text.note_id, text.text, context).to_dict()


def _add_codes(doors: APIRouter, operations: Operations) -> None:
    @doors.post("/v1/lookup", response_model=s.LookupOut)
    def lookup(asked: s.LookupIn) -> dict[str, object]:
        """Find codes by words, abbreviation, code, part of a code or range."""
        return operations.lookup(
            asked.query,
            system=asked.system,
            limit=asked.limit,
            billable=asked.billable,
            within=asked.within,
            on=asked.on,
        )

    @doors.get("/v1/codes/{code}", response_model=s.PageOut, responses=_NOT_FOUND)
    def show(
        code: Annotated[str, Path(min_length=2, max_length=12, pattern=r"^-?[0-9A-Za-z.]+$")],
        system: Annotated[s.System | None, Query()] = None,
        on: Annotated[date | None, Query()] = None,
    ) -> dict[str, object]:
        """Everything that is loaded about a code or modifier, each statement with its source."""
        page = operations.show(code, system=system, on=on)
        if page is None:
            raise HTTPException(404, "not in the loaded data")
        return page

    @doors.post("/v1/check", response_model=s.CheckOut)
    def check(claim: s.CheckIn) -> dict[str, object]:
        """Hold codes against each other, the date, the person and the imported edits."""
        return operations.check(
            claim.codes, on=claim.on, setting=claim.setting, age=claim.age, sex=claim.sex, units=claim.units
        )

    @doors.post("/v1/ask", response_model=s.AnswerOut)
    def ask(asked: s.AskIn) -> dict[str, object]:
        """Answer a question about codes from the loaded tables, each sentence with its source."""
        return operations.ask([*asked.before, asked.question], on=asked.on)


def _add_comprehend(doors: APIRouter, operations: Operations) -> None:
    @doors.post("/", include_in_schema=False)
    async def comprehend(request: Request) -> JSONResponse:
        """DetectPHI and InferICD10CM as Amazon Comprehend Medical answers them."""
        operation = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
        if operation not in OPERATIONS:
            return _refused("UnknownOperationException", f"known here: {', '.join(OPERATIONS)}")
        try:
            body = json.loads(await request.body())
            text = str(body["Text"]) if isinstance(body["Text"], str) else ""
        except (ValueError, KeyError, TypeError, RecursionError):
            text = ""
        if not 0 < len(text) <= s.LONGEST_NOTE:
            return _refused("InvalidRequestException", f"Text must be text of 1 to {s.LONGEST_NOTE} characters")
        note = Note("note", text)
        try:
            if operation == "DetectPHI":
                answer = detect_phi((await run_in_threadpool(operations.redact, note)).phi, text)
            else:
                answer = infer_icd10cm(await run_in_threadpool(operations.process, note), text)
        except NoteprocError as error:
            return _refused("InvalidRequestException", str(error))
        return _Ascii(answer, media_type=_AMZ_JSON)


def _refused(kind: str, message: str) -> JSONResponse:
    return _Ascii({"__type": kind, "message": message}, 400, media_type=_AMZ_JSON)


def _place(where: Sequence[object]) -> str:
    """Where a request is wrong: names of ours alone, since a key may be anything."""
    return ".".join(name for name in map(str, where[:2]) if name in _NAMES) or "the request"


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
        # Places and reasons only: what was sent may be a note.
        told = "; ".join(f"{_place(one['loc'])}: {one['type']}" for one in error.errors()[:5])
        return _Ascii({"error": f"the request cannot be done as asked: {told}"}, 422)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return _Ascii({"error": str(error.detail)}, error.status_code, headers=error.headers)

    @app.exception_handler(NoteprocError)
    async def failed(request: Request, error: NoteprocError) -> JSONResponse:
        return _Ascii({"error": str(error)}, 409 if isinstance(error, RedactionError) else 422)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        return _Ascii({"error": f"stopped by an internal error ({type(error).__name__})"}, 500)
