"""The lab's routes. Everything under /api speaks JSON and needs the token; docs/lab.md lists it all."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import ConvscopeError, FormulaError, InputError, MissingError, PlanError, UsageError, phrase
from ..explain.look import SLIDES
from ..files import read_plain
from ..page.inline import json_text
from ..reporting.writing import NAME as REPORT
from ..runs.json_text import parse_json
from ..web.error_json import status, to_json
from .catalogue import Catalogue
from .drops import DropRequest, Drops
from .event_streams import RunsNow, all_runs_events, run_events
from .jobs import TrainingJobs
from .page_cache import OWN_NETWORK, SHIPPED_LOOK, PageCache, lab_page, own_network_page
from .pretrained_file import FILE as PRETRAINED
from .pretrained_file import pretrained_file
from .records import DescribeRequest, TrainingRequest, whole
from .run_index import RunIndex
from .run_report import report
from .security import AccessPolicy, guarded

STREAMS = 24  # at once
MOST_REPORT = 256 << 20  # bytes of a run's report.html
# A report is a file of the run's, whoever made it: its own script may run, in an origin of its own, and reach nothing.
REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'; sandbox allow-scripts allow-downloads allow-modals; frame-ancestors 'none'"
)
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
Handler = Callable[[Request], Awaitable[Response]]


class Lab:
    """The application's state and its answers."""

    def __init__(self, root: Path, roots: list[Path], policy: AccessPolicy) -> None:
        self.policy = policy
        self.runs = RunIndex(root)
        self.drops = Drops(self.runs.root / ".lab" / "data")
        self.jobs = TrainingJobs(self.runs, Catalogue(roots, self.drops))
        self.now = RunsNow(self.jobs)
        self.page_cache = PageCache()
        self.streams, self.closing = 0, False
        self._describing = asyncio.Semaphore(2)

    def application(self) -> ASGIApp:
        """Return the whole application, guarded."""
        get: dict[str, Handler] = {
            "/": self.page,
            OWN_NETWORK: self.own_network,
            SHIPPED_LOOK: self.shipped_look,
            "/runs/{id}/look": self.look,
            "/runs/{id}/report": self.report_page,
            "/api/offer": self.offer,
            f"/api/{PRETRAINED}": self.pretrained,
            "/api/data/{name}": self.data,
            "/api/runs": self.list,
            "/api/runs/{id}": self.one,
            "/api/runs/{id}/report": self.report,
            "/api/runs/{id}/network": self.network,
            "/api/runs/{id}/events": self.follow,
            "/api/events": self.follow_all,
        }
        post: dict[str, Handler] = {
            "/api/describe": self.describe,
            "/api/data": self.begin_data,
            "/api/data/{id}/piece": self.take_piece,
            "/api/data/{id}/end": self.end_data,
            "/api/data/{id}/cancel": self.cancel_data,
            "/api/data/{name}/remove": self.remove_data,
            "/api/runs": self.start,
            "/api/runs/{id}/stop": self.stop,
            "/api/runs/{id}/resume": self.resume,
        }
        routes = [Route(path, self._errors_as_json(handler), methods=["GET"]) for path, handler in get.items()]
        routes += [Route(path, self._errors_as_json(handler), methods=["POST"]) for path, handler in post.items()]
        routes += [
            Route(path, self._errors_as_json(_another), methods=["GET", "POST"]) for path in get.keys() ^ post.keys()
        ]
        return guarded(Router(routes, redirect_slashes=False, default=_nothing), self.policy)

    async def page(self, request: Request) -> Response:
        """The lab's page."""
        answer = page_response(lab_page(self.policy.token))
        answer.set_cookie(self.policy.cookie, self.policy.key, path="/runs", httponly=True, samesite="strict")
        return answer

    async def look(self, request: Request) -> Response:
        """A finished run's see-through page: a page of its own, which may do nothing here."""
        page = await self.page_cache.page(self._finished(request))
        return page_response(page.html, sandbox=True)

    async def shipped_look(self, request: Request) -> Response:
        """The see-through page of the network that ships, which chapter 10 begins with."""
        page = await self.page_cache.page(SLIDES)
        return page_response(page.html, sandbox=True)

    async def own_network(self, request: Request) -> Response:
        """The see-through page without a network: a file that is dropped on it is read there and never sent."""
        return page_response(await asyncio.to_thread(own_network_page), sandbox=True)

    async def report_page(self, request: Request) -> Response:
        """A finished run's report.html: a page of its own, which may do nothing here."""
        path = self._finished(request) / REPORT
        try:
            page = await asyncio.to_thread(read_plain, path, MOST_REPORT)
        except OSError:
            raise MissingError("lab.report.none", got=path.parent.name) from None
        return HTMLResponse(page, headers={"content-security-policy": REPORT_POLICY})

    async def network(self, request: Request) -> Response:
        """A finished run's see-through payload."""
        page = await self.page_cache.page(self._finished(request))
        return Response(json_text(page.payload), media_type="application/json")

    async def offer(self, request: Request) -> Response:
        """What can be trained."""
        return _json((await asyncio.to_thread(self.jobs.catalogue.offer)).to_json())

    async def pretrained(self, request: Request) -> Response:
        """The weights that photographs are learned on."""
        _, data = await asyncio.to_thread(pretrained_file)
        return Response(data, media_type="application/octet-stream")

    async def describe(self, request: Request) -> Response:
        """A formula's table, or what is wrong with it."""
        wanted = DescribeRequest.from_json(await _body(request))
        async with self._describing:
            try:
                found = await asyncio.to_thread(self.jobs.catalogue.describe, wanted)
            except (FormulaError, PlanError, InputError) as error:
                return _json({"description": None, "fault": to_json(error, *self.jobs.places)})
        return _json({"description": found.to_json(), "fault": None})

    async def begin_data(self, request: Request) -> Response:
        """Begin to send a set of one's own."""
        wanted = DropRequest.from_json(await _body(request))
        return _json({"id": await asyncio.to_thread(self.drops.begin, wanted)}, 201)

    async def take_piece(self, request: Request) -> Response:
        """A part of a file of such a set."""
        asked = request.query_params
        at, size = (_count(asked.get(name, ""), name) for name in ("at", "size"))
        path, piece = asked.get("path", ""), await request.body()
        await asyncio.to_thread(self.drops.write, request.path_params["id"], path, at, size, piece)
        return _json({})

    async def end_data(self, request: Request) -> Response:
        """All of a set is sent: it is there from now on."""
        name = await asyncio.to_thread(self.drops.end, request.path_params["id"])
        return await self._understood(name, 201)

    async def cancel_data(self, request: Request) -> Response:
        """Forget a set that is being sent."""
        await asyncio.to_thread(self.drops.cancel, request.path_params["id"])
        return _json({})

    async def remove_data(self, request: Request) -> Response:
        """Remove a set of one's own."""
        await asyncio.to_thread(self.drops.remove, request.path_params["name"])
        return _json({})

    async def data(self, request: Request) -> Response:
        """What a set of one's own is understood as."""
        return await self._understood(request.path_params["name"])

    async def _understood(self, name: str, status: int = 200) -> Response:
        async with self._describing:
            found = await asyncio.to_thread(self.drops.one, name, *self.jobs.places)
        return _json(found.to_json(), status)

    async def list(self, request: Request) -> Response:
        """Every run."""
        runs = await asyncio.to_thread(self.jobs.all)
        return _json({"runs": [run.to_json() for run in runs.values()]})

    async def one(self, request: Request) -> Response:
        """One run."""
        return await self._summary(request.path_params["id"])

    async def report(self, request: Request) -> Response:
        """Every setting of one run, and how sure its figures are."""
        found = await asyncio.to_thread(report, self.runs.path(request.path_params["id"]))
        return _json(found.to_json())

    async def start(self, request: Request) -> Response:
        """Start a training."""
        wanted = TrainingRequest.from_json(await _body(request))
        return await self._summary(await asyncio.to_thread(self.jobs.start, wanted), 201)

    async def stop(self, request: Request) -> Response:
        """Ask a training to stop."""
        await asyncio.to_thread(self.jobs.stop, request.path_params["id"])
        return await self.one(request)

    async def resume(self, request: Request) -> Response:
        """Go on with a stopped training."""
        await asyncio.to_thread(self.jobs.resume, request.path_params["id"])
        return await self.one(request)

    async def follow_all(self, request: Request) -> Response:
        """The list of runs as it changes."""
        return self._stream(lambda: all_runs_events(self.now, lambda: self.closing))

    async def follow(self, request: Request) -> Response:
        """One run as it goes."""
        id = request.path_params["id"]
        await asyncio.to_thread(self.jobs.one, id)
        return self._stream(lambda: run_events(self.now, id, lambda: self.closing))

    def _stream(self, events: Callable[[], Any]) -> Response:
        if self.streams >= STREAMS:
            raise UsageError("lab.streams", hint=phrase("lab.streams.try"))

        self.streams += 1  # here and not when it begins: many are asked for before the first one does
        return _Stream(self, events())

    async def _summary(self, id: str, status: int = 200) -> Response:
        return _json((await asyncio.to_thread(self.jobs.one, id)).to_json(), status)

    def _errors_as_json(self, handler: Handler) -> Handler:
        """Return the handler with convscope's errors as JSON."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except ConvscopeError as error:
                return _json({"error": to_json(error, *self.jobs.places)}, status(error))
            except HTTPException as error:
                return _json({"error": UsageError("lab.unanswered").to_json()}, error.status_code)

        return answer

    def _finished(self, request: Request) -> Path:
        path = self.runs.path(request.path_params["id"])
        if not (path / "model.onnx").is_file():
            raise InputError("run.unfinished", got=path.name)
        return path


class _Stream(StreamingResponse):
    """A stream of events that gives its place back however it ends."""

    def __init__(self, lab: Lab, events: Any) -> None:
        super().__init__(events, media_type="text/event-stream")
        self.lab = lab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.lab.streams -= 1


def page_response(html: str, sandbox: bool = False) -> HTMLResponse:
    """Return a page under its own policy, which nobody may frame; `sandbox`: in an origin of its own."""
    match = POLICY.search(html)
    assert match is not None
    own = " sandbox allow-scripts allow-downloads allow-forms;" if sandbox else ""
    policy = f"{match[1]};{own} frame-ancestors 'none'"
    return HTMLResponse(html, headers={"content-security-policy": policy})


def _count(text: str, name: str) -> int:
    value = int(text) if re.fullmatch(r"[0-9]{1,15}", text) else text
    return whole(value, name, 0, 10**15) or 0


async def _another(request: Request) -> Response:
    raise HTTPException(405)


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await _json({"error": MissingError("lab.nothing").to_json()}, 404)(scope, receive, send)


async def _body(request: Request) -> dict[str, Any]:
    try:
        value = parse_json(await request.body())
    except InputError:
        raise UsageError("lab.body.json") from None
    if not isinstance(value, dict):
        raise UsageError("lab.body.object")
    return value


def _json(value: object, status: int = 200) -> Response:
    # ASCII: a name in a run may hold half a surrogate pair, which UTF-8 does not have.
    return Response(json.dumps(value, allow_nan=False), status, media_type="application/json")
