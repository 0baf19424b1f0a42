"""What stands before every request: size, token, and that no error carries a word of it."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 16_000_000  # bytes
_TOO_LARGE = f"a request holds at most {LARGEST_BODY} bytes"
_SIGNED = re.compile(r"AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)/")


class Guard:
    """Refuses what is too large or comes without the token, and turns every error into one line without detail.

    Args:
        app: what stands behind.
        token: what a caller must show, as ``Authorization: Bearer TOKEN``; a client of Comprehend Medical gives it as
            its access key id.
        open_paths: paths that need no token.
    """

    def __init__(self, app: ASGIApp, token: str, open_paths: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._token = token.encode()
        self._open = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"] not in self._open and not self._shown(headers):
            await _answer(send, 401, "show the token: Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"})
            return
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > LARGEST_BODY:
            await _answer(send, 413, _TOO_LARGE)
            return
        started = False
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise HTTPException(413, _TOO_LARGE)
            return message

        async def told(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"cache-control", b"no-store")]
            await send(message)

        try:
            await self._app(scope, counted, told)
        except Exception as error:
            # Neither logged nor raised on: a traceback may quote a note.
            if not started:
                await _answer(send, 500, f"stopped by an internal error ({type(error).__name__})")

    def _shown(self, headers: Mapping[str, str]) -> bool:
        given = headers.get("authorization", "")
        signed = _SIGNED.match(given)
        shown = signed.group(1) if signed else given.removeprefix("Bearer ").strip()
        return hmac.compare_digest(shown.encode("utf-8", "replace"), self._token)


async def _answer(send: Send, status: int, error: str, headers: Mapping[str, str] | None = None) -> None:
    body = json.dumps({"error": error}).encode()
    told = {"content-type": "application/json", "content-length": str(len(body)), "cache-control": "no-store"}
    pairs = [(name.encode(), value.encode()) for name, value in {**told, **(headers or {})}.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
