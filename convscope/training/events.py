"""The events of a training: the lines of its log, its beginning, and notes for the user."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Phrase
from ..runs.records import LogLine
from .settings import RunSettings


@dataclass(frozen=True, slots=True)
class BeginLine:
    """The first line: which run, its settings, and the step it goes on from, 0 for a new one."""

    run: str
    step: int
    parameters: int
    settings: RunSettings

    def to_json(self) -> dict[str, object]:
        beginning = {"kind": "begin", "run": self.run, "step": self.step, "parameters": self.parameters}
        return {**beginning, **self.settings.to_json()}


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A sentence for the user; `text` is its English."""

    message: Phrase

    @property
    def text(self) -> str:
        return str(self.message)

    def to_json(self) -> dict[str, object]:
        return {"kind": "note", "text": self.text}


@dataclass(frozen=True, slots=True)
class LoadingLine:
    """How many pictures are loaded so far, and of how many; several a second, the last when all are. `what`: whether
    "pictures" are read or "features" of them computed.
    """

    done: int
    total: int
    what: str = "pictures"

    def to_json(self) -> dict[str, object]:
        return {"kind": "loading", "done": self.done, "total": self.total, "what": self.what}


Event = LogLine | BeginLine | NoteLine | LoadingLine
