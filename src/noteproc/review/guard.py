"""What every request has to pass before the workbench hears of it, and what every answer carries.

Only this machine may ask (Host), only pages of the workbench itself (Origin, Fetch Metadata), only a browser that was
let in by the start link (cookie), and a change needs a word that only our pages hold (CSRF token).
Source: OWASP Cross-Site Request Forgery Prevention; W3C Fetch Metadata; DNS rebinding is what the Host check is for.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSRF_HEADER = "x-noteproc-csrf"
START = "/start"
_OPEN = ("/static/",)
_SAFE = ("GET", "HEAD")
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of one start of the workbench; gone when it ends.

    Args:
        port: where it listens.
        token: in the start link.
        session: in the cookie.
        csrf: in our pages.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers share cookies between the ports of a host."""
        return f"noteproc-review-{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What the Host header may say."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def link(self) -> str:
        """The start link."""
        return f"http://127.0.0.1:{self.port}{START}?token={self.token}"

    def admits(self, token: str) -> bool:
        """Whether this is the token of the start link."""
        return hmac.compare_digest(token.encode(), self.token.encode())


class Guard:
    """The outermost layer of the workbench.

    Args:
        app: what is guarded.
        keys: this start's secrets.
    """

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(send_guarded, *refusal)
            return
        try:
            await self._app(scope, receive, send_guarded)
        except Exception:
            # Not passed on: whoever logs it may write a note's words.
            if not begun:
                await _refuse(send_guarded, 500, "internal error")

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        path, method = scope["path"], scope["method"]
        host = headers.get("host", "")
        if host not in self._keys.hosts or len(headers.getlist("host")) != 1:
            return 421, "the workbench answers on 127.0.0.1 only"
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return 403, "asked from another site"
        if path != START and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "asked from another site"
        if path == START or path.startswith(_OPEN):
            return None if method in _SAFE else (405, "not that way")
        if not self._known(headers):
            return 403, "open the link that noteproc review has printed"
        if method in _SAFE:
            return None
        if method != "POST":
            return 405, "not that way"
        if origin is None:
            return 403, "asked from nowhere"
        if not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), self._keys.csrf.encode()):
            return 403, "reload the page"
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return 415, "JSON is expected"
        return None

    def _known(self, headers: Headers) -> bool:
        cookie: SimpleCookie = SimpleCookie()
        for line in headers.getlist("cookie"):
            cookie.load(line)
        held = cookie.get(self._keys.cookie)
        return held is not None and hmac.compare_digest(held.value.encode(), self._keys.session.encode())


async def _refuse(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
