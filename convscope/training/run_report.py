"""The report that a finished training leaves in its run: of what was measured anyway, with nothing computed again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..calibration import Calibration
from ..errors import EnvironmentFault, InputError, phrase
from ..reporting.gather import LATER, gather
from ..reporting.measuring import changed_labels
from ..reporting.part import Part
from ..reporting.writing import NAME, write_report
from .context import RunContext
from .parts import Parts

if TYPE_CHECKING:
    from .final_figures import FinalFigures


def report_run(run: Path, parts: Parts, final: FinalFigures, near: bool, rejects: bool, context: RunContext) -> None:
    """Write report.html into a run; `near`: near copies were looked for. The model file is there already: what keeps
    the page from being written is noted.

    Robustness, what the bound for none of these does (where the network `rejects`) and the curve from subsets take time
    of their own: they are left to `convscope report`, and said.
    """
    later = phrase("report.later", run=run)
    missing = tuple((part, later) for part in LATER[not rejects :])
    try:
        measured = list(parts_of(parts, final))
        write_report(gather(run, measured, parts.dataset, parts.copies, near=near, missing=missing), run / NAME)
    except (EnvironmentFault, InputError) as error:
        context.note(phrase("note.report", run=run, reason=error.brief()))


def parts_of(parts: Parts, final: FinalFigures) -> Iterator[Part]:
    """Yield the pictures that were measured, with the scores that the network gave them, test pictures first."""
    temperature = final.calibration.temperature if isinstance(final.calibration, Calibration) else None
    for name, pictures in (("test", parts.test), ("validation", parts.held)):
        if pictures is not None and name in final.scores:
            yield Part(
                name=name,
                data=parts.dataset.name,
                pictures=pictures,
                labels=pictures.labels,
                logits=final.scores[name],
                classes=parts.dataset.classes,
                temperature=temperature,
                groups=parts.groups(pictures),
                leaked=parts.leaked(pictures),
                before=changed_labels(parts.dataset, pictures),
            )
