"""The routes: /predict, what a load balancer and Prometheus ask, the API's description, and a page to try it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import ConvscopeError
from ..version import __version__
from ..web.error_json import status, to_json
from ..web.guard import Busy, Guard, Held, Refusal
from .answering import Answering
from .limits import MOST_HELD
from .metrics import TEXT, Metrics
from .reading import Asked, received

if TYPE_CHECKING:
    from ..foreign.predicting import ForeignModel
    from ..prediction import Model
    from .access import Access

Handler = Callable[[Request], Awaitable[Response]]
COUNTED = "convscope.counted"  # in a request's scope: that its answer is in the metrics already
PARTS = {"script-src": "script", "style-src": "style"}


class Service:
    """A model's application: its state and its answers. `closing`: no more is taken on."""

    def __init__(self, model: Model | ForeignModel, access: Access) -> None:
        self.model, self.access = model, access
        self.ready = self.closing = False
        self.metrics = Metrics(model.digest, __version__, lambda: self.answering.waiting)
        self.answering = Answering(model, access.limits, self.metrics.batch)
        self._page, self._policy = _page()

    def application(self) -> ASGIApp:
        """Return the whole application, guarded."""
        get: dict[str, Handler] = {
            "/": self.page,
            "/healthz": self.alive,
            "/readyz": self.is_ready,
            "/metrics": self.measured,
            "/model": self.about,
            "/openapi.json": self.description,
        }
        routes = {path: {"GET": handler, "HEAD": handler} for path, handler in get.items()}
        routes["/predict"] = {"POST": self.predict}

        async def routed(scope: Scope, receive: Receive, send: Send) -> None:
            request, known = Request(scope, receive), routes.get(scope["path"])
            answer = await known[request.method](request) if known and request.method in known else _nowhere(known)
            await answer(scope, receive, send)

        def told(scope: Scope, code: int) -> None:
            if scope["path"] == "/predict" and not scope.get(COUNTED):
                self.metrics.refused(code)

        return Guard(routed, self.access.check, Held(MOST_HELD), told)

    def warm(self) -> None:
        """Be ready. Raises what a model raises that cannot be computed here."""
        self.answering.warm()
        self.ready = True

    async def predict(self, request: Request) -> Response:
        """Which class is in each picture."""
        began, pictures = time.perf_counter(), 0
        try:
            asked = Asked.of(request.query_params)
            given = await received(request, self.access.limits)
            pictures = len(given)
            async with asyncio.timeout(self.access.limits.seconds):
                body = await self.answering.answer(given, asked)
            answer = Response(body, media_type="application/json")
        except TimeoutError:
            answer = _refused(Busy(503, "serve.late"))
        except ConvscopeError as error:
            answer = _refused(error)
        good, request.scope[COUNTED] = answer.status_code == 200, True
        self.metrics.answered(answer.status_code, pictures if good else 0, time.perf_counter() - began)
        return answer

    async def page(self, request: Request) -> Response:
        """A page to try it."""
        return HTMLResponse(self._page, headers={"content-security-policy": self._policy})

    async def alive(self, request: Request) -> Response:
        """Whether the process answers."""
        return JSONResponse({"status": "ok"})

    async def is_ready(self, request: Request) -> Response:
        """Whether it takes on pictures: the model is open, and no end was asked for."""
        if self.ready and not self.closing:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "closing" if self.closing else "starting"}, 503)

    async def measured(self, request: Request) -> Response:
        """What is counted."""
        return Response(self.metrics.text(), media_type=TEXT)

    async def about(self, request: Request) -> Response:
        """What the model reads and knows."""
        spec, limits = self.model.spec, self.access.limits
        return JSONResponse(
            {
                "classes": list(self.model.classes),
                "shape": list(spec.shape),
                "digest": self.model.digest,
                "refuses": self.model.rejection is not None,
                "limits": {"bytes": limits.bytes, "pictures": limits.pictures, "seconds": limits.seconds},
                "version": __version__,
            }
        )

    async def description(self, request: Request) -> Response:
        """The API's own description, OpenAPI 3.1."""
        text = (files(__package__) / "openapi.json").read_text("utf-8").replace("VERSION", __version__)
        return Response(text, media_type="application/json")


def _refused(error: ConvscopeError) -> Response:
    """Return an error as JSON, in its parts."""
    code = error.status if isinstance(error, Refusal) else status(error)
    answer = JSONResponse({"error": to_json(error)}, code)
    if isinstance(error, Refusal) and error.retry is not None:
        answer.headers["retry-after"] = str(error.retry)
    return answer


def _nowhere(known: Mapping[str, Handler] | None) -> Response:
    """Return what is said where there is no route, or one that is asked in another way."""
    if known is None:
        return _refused(Refusal(404, "serve.nothing"))
    allowed = ", ".join(known)
    refused = _refused(Refusal(405, "serve.method", expected=allowed))
    refused.headers["allow"] = allowed
    return refused


def _page() -> tuple[str, str]:
    """Return the page, and the policy by which it runs its own script and no other."""
    text = (files(__package__) / "page.html").read_text("utf-8")
    rules = ["default-src 'none'", "connect-src 'self'", "img-src blob:", "base-uri 'none'", "form-action 'none'"]
    for rule, tag in PARTS.items():
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        rules.append(f"{rule} 'sha256-{digest}'")
    return text, "; ".join([*rules, "frame-ancestors 'none'"])
