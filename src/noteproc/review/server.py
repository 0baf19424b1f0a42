"""The workbench's web server: pages, and the calls that the script makes. Every call is one call of the desk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from noteproc.errors import ConfigError, NoteprocError, ReadError
from noteproc.redaction.entities import ENTITY_TYPES
from noteproc.review.decisions import StaleDecision
from noteproc.review.desk import Desk
from noteproc.review.export import FORMATS, exported
from noteproc.review.guard import Guard, Keys
from noteproc.review.preferences import Preferences
from noteproc.review.statistics import statistics
from noteproc.review.trial import STYLES, Trial
from noteproc.review.vocabulary import table
from noteproc.review.worklist import Wish
from noteproc.version import VERSION

_LONGEST_BODY = 8_000_000
_HERE = Path(str(files("noteproc.review")))

Call = Callable[[Request, Mapping[str, Any]], Any]


class Workbench:
    """The pages and calls of one desk.

    Args:
        desk: the notes and decisions.
        keys: this start's secrets.
        preferences: the reviewer's own keys and looks.
        trial: redacts and codes pasted notes.
    """

    def __init__(self, desk: Desk, keys: Keys, preferences: Preferences, trial: Trial | None = None) -> None:
        self._desk = desk
        self._keys = keys
        self._preferences = preferences
        self._trial = trial or Trial()
        self._templates = Environment(
            loader=PackageLoader("noteproc.review", "templates"), autoescape=True, undefined=StrictUndefined
        )

    def app(self) -> ASGIApp:
        """The guarded application."""
        routes: list[BaseRoute] = [
            Route("/start", self._start),
            Route("/", self._page("workbench.html")),
            Route("/try", self._page("try.html")),
            Route("/stats", self._stats),
            Route("/export/{form}", self._export),
            Route("/api/start", self._get(self._about)),
            Route("/api/notes/{place:int}", self._get(self._note)),
            Route("/api/notes/{place:int}/history", self._get(self._history)),
            *(
                Route(f"/api/{path}", self._post(call), methods=["POST"])
                for path, call in {
                    "worklist": self._worklist,
                    "next": self._next,
                    "undo": self._undo,
                    "redo": self._redo,
                    "lookup": self._lookup,
                    "page": self._code_page,
                    "preferences": self._prefer,
                    "try": self._try,
                    "notes/{place:int}/decide": self._decide,
                    "notes/{place:int}/supports": self._supports,
                    "notes/{place:int}/draft": self._draft,
                    "notes/{place:int}/original": self._original,
                }.items()
            ),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]
        return Guard(Starlette(routes=routes, exception_handlers={Exception: _failed}), self._keys)

    async def _start(self, request: Request) -> Response:
        if not self._keys.admits(request.query_params.get("token", "")):
            return self._rendered("message.html", 403, title="No entry", words="This link is not the newest one.")
        # Not a redirect: a browser that came from elsewhere would not send a strict cookie along with one.
        answer = self._rendered("message.html", title="noteproc review", words="Opening the workbench.", go="/")
        answer.set_cookie(self._keys.cookie, self._keys.session, httponly=True, samesite="strict", path="/")
        return answer

    def _page(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            return self._rendered(name, styles=STYLES, formats=FORMATS)

        return page

    def _rendered(self, name: str, status: int = 200, **values: object) -> HTMLResponse:
        shown = {
            "csrf": self._keys.csrf if name != "message.html" else "",
            "theme": self._preferences.read()["theme"],
            "version": VERSION,
            "reviewer": self._desk.reviewer.name,
            "here": name.removesuffix(".html"),
            "go": "",
            **values,
        }
        return HTMLResponse(self._templates.get_template(name).render(shown), status)

    async def _stats(self, request: Request) -> Response:
        told = await run_in_threadpool(statistics, self._desk.results, self._desk.log)
        return self._rendered("stats.html", stats=told, formats=FORMATS)

    async def _export(self, request: Request) -> Response:
        form = FORMATS.get(request.path_params["form"])
        if form is None:
            return PlainTextResponse("no such format", 404)
        pieces = exported(self._desk.results, self._desk.log, form.name, reading=self._desk.reviewer.reading)
        headers = {"content-disposition": f'attachment; filename="{form.file}"'}
        return StreamingResponse(pieces, media_type=form.media_type, headers=headers)

    def _get(self, call: Callable[[Request], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await _answered(lambda: call(request))

        return answer

    def _post(self, call: Call) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                asked = await _body(request)
            except ValueError:
                return JSONResponse({"error": "a JSON object of a fair size is expected"}, 400)
            return await _answered(lambda: call(request, asked))

        return answer

    def _about(self, request: Request) -> dict[str, Any]:
        return {
            "reviewer": self._desk.reviewer.name,
            "reading": self._desk.reviewer.reading,
            "originals": self._desk.originals is not None,
            "progress": self._desk.worklist.progress(),
            "preferences": self._preferences.read(),
            "commands": [dict(row) for row in table("keys")],
            "reasons": [dict(row) for row in table("reasons")],
            "entity_types": list(ENTITY_TYPES),
        }

    def _note(self, request: Request) -> dict[str, Any]:
        return self._desk.view(request.path_params["place"])

    def _history(self, request: Request) -> list[dict[str, Any]]:
        return self._desk.history(request.path_params["place"])

    def _worklist(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        first, most = _number(asked, "first", 0), _number(asked, "most", 100)
        count, rows = self._desk.worklist.rows(_wish(asked), first, most)
        return {"count": count, "first": first, "rows": rows, "progress": self._desk.worklist.progress()}

    def _next(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        after = asked.get("after")
        return {"place": self._desk.worklist.next_open(_wish(asked), after if isinstance(after, int) else None)}

    def _decide(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        place, data = request.path_params["place"], asked.get("data", {})
        revision, action, seconds = asked.get("revision"), asked.get("action"), asked.get("seconds", 0)
        if not isinstance(data, dict) or type(revision) is not int or not isinstance(action, str):
            raise ConfigError("a decision needs a revision, an action and its data")
        spent = float(seconds) if isinstance(seconds, int | float) else 0.0
        try:
            view = self._desk.decide(place, revision, action, data, spent)
        except StaleDecision as stale:
            return {"error": str(stale), "stale": True, **self._desk.view(place)}
        return {**view, "progress": self._desk.worklist.progress()}

    def _undo(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._moved(self._desk.undo(), "nothing is left to undo")

    def _redo(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._moved(self._desk.redo(), "nothing is left to do again")

    def _moved(self, view: dict[str, Any] | None, otherwise: str) -> dict[str, Any]:
        if view is None:
            raise ConfigError(otherwise)
        return {**view, "progress": self._desk.worklist.progress()}

    def _supports(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        start, end = _number(asked, "start", 0), _number(asked, "end", 0)
        return self._desk.supported(request.path_params["place"], start, end)

    def _draft(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        key = (str(asked["system"]), str(asked["code"])) if asked.get("code") else None
        picked = [(_number(asked, "start", 0), _number(asked, "end", 0))] if "start" in asked else []
        return {"text": self._desk.draft(request.path_params["place"], key, picked)}

    def _original(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._desk.original(request.path_params["place"])

    def _lookup(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        words, system = asked.get("words"), asked.get("system")
        if not isinstance(words, str) or not (system is None or isinstance(system, str)):
            raise ConfigError("words are needed")
        return {"hits": self._desk.hits(words, system or None)}

    def _code_page(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        page = self._desk.page(str(asked["system"]) if asked.get("system") else None, str(asked.get("code", "")))
        if page is None:
            raise ReadError("no loaded table knows that code")
        return page.to_dict()

    def _prefer(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._preferences.write(asked)

    def _try(self, request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
        text, style, setting = asked.get("text"), asked.get("style", "tag"), asked.get("setting", "auto")
        if not all(isinstance(value, str) for value in (text, style, setting)):
            raise ConfigError("a note, a style and a setting are needed")
        return self._trial.run(str(text), str(style), str(setting))


async def _failed(request: Request, error: Exception) -> Response:
    """What went wrong may quote a note: its kind is all that is said."""
    return PlainTextResponse(f"internal error ({type(error).__name__})", 500)


async def _body(request: Request) -> Mapping[str, Any]:
    """The JSON object that was sent.

    Raises:
        ValueError: too long, or no JSON object.
    """
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > _LONGEST_BODY:
            raise ValueError
        pieces.append(piece)
    told = json.loads(b"".join(pieces) or b"{}")
    if not isinstance(told, dict):
        raise ValueError
    return told


async def _answered(call: Callable[[], Any]) -> Response:
    try:
        told = await run_in_threadpool(call)
    except ConfigError as error:
        return JSONResponse({"error": str(error)}, 400)
    except ReadError as error:
        return JSONResponse({"error": str(error)}, 404)
    except NoteprocError as error:
        return JSONResponse({"error": str(error)}, 422)
    except sqlite3.OperationalError as error:
        why = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
        return JSONResponse({"error": f"not saved: the decisions log cannot be written ({why})"}, 507)
    return JSONResponse(told, 409 if isinstance(told, dict) and told.get("stale") else 200)


def _wish(asked: Mapping[str, Any]) -> Wish:
    return Wish(*(str(asked.get(name, default)) for name, default in _WISH.items()))


_WISH = {"status": "all", "search": "", "order": "doubt"}


def _number(asked: Mapping[str, Any], name: str, default: int) -> int:
    value = asked.get(name, default)
    if type(value) is not int or value < 0:
        raise ConfigError(f"{name} is a number")
    return value
