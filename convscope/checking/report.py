"""What a check found: one Finding a kind of fault, and the report of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Phrase, printable, said_json
from .copies import Copies
from .label_questions import LabelQuestion

FIRST = 3  # examples of a finding that are named


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of fault: what it is, how many pictures, files or classes have it, the first of them, how to mend it.

    Each of `paths` is one example: a path, or the paths that belong together, such as a picture and its copy. What is a
    `question` may be no fault at all.
    """

    what: Phrase
    count: int
    paths: tuple[tuple[str, ...], ...]
    fix: Phrase
    question: bool = False

    @property
    def key(self) -> str:
        """Which fault it is."""
        return self.what.key

    def lines(self) -> tuple[str, ...]:
        """Return the finding for reading: what, the first examples, how to mend it."""
        examples = [" = ".join(printable(path, 200) for path in example) for example in self.paths]
        more = [f"and {self.count - len(examples):,} more"] * (self.count > len(examples) > 0)
        return (str(self.what), *(f"    {line}" for line in (*examples, *more)), f"  try: {self.fix}")

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON takes it, with its English sentences."""
        return {
            "key": self.key,
            "count": self.count,
            "paths": [list(example) for example in self.paths],
            "what": said_json(self.what),
            "fix": said_json(self.fix),
            "message": str(self.what),
            "question": self.question,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Finding:
        """Return the finding that `to_json` wrote."""
        what, fix = (Phrase(value[name]["key"], value[name]["words"]) for name in ("what", "fix"))
        return cls(
            what, value["count"], tuple(tuple(example) for example in value["paths"]), fix, bool(value.get("question"))
        )


@dataclass(frozen=True, eq=False)
class Report:
    """What a check of `pictures` pictures found in `seconds`; `copies` says which belong together.

    `put_off` names the parts that were left undone because they would have taken too long. `questions` are labels that
    may be wrong, the most doubtful first, where pictures were looked at closely.
    """

    name: str
    pictures: int
    findings: tuple[Finding, ...]
    copies: Copies
    seconds: float
    put_off: tuple[Phrase, ...] = ()
    questions: tuple[LabelQuestion, ...] = ()

    @property
    def groups(self) -> NDArray[np.int64]:
        """Return a number for every training picture, int64 (N,): the same for those that belong together."""
        return self.copies.training_groups()

    def leaking(self, split: str) -> NDArray[np.bool_]:
        """Return which pictures of "validation" or "test" belong together with a training picture, bool (N,)."""
        return self.copies.leaking(split)

    def lines(self) -> tuple[str, ...]:
        """Return the report for reading."""
        return tuple(line for finding in self.findings for line in finding.lines())

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON takes it; `groups` counts what belongs together as one."""
        return {
            "name": self.name,
            "pictures": self.pictures,
            "groups": len(np.unique(self.copies.groups)),
            "findings": [finding.to_json() for finding in self.findings],
            "questions": [question.to_json() for question in self.questions],
            "put_off": [said_json(part) for part in self.put_off],
            "seconds": self.seconds,
        }
