"""`report`: the whole report of a run, with what takes time: robustness, and what more pictures would give."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, Phrase, PlanError, UsageError, phrase
from ..evaluation.measuring import Reading
from ..reporting.gather import LATER, gather
from ..reporting.health import health_of
from ..reporting.measuring import RunPictures, run_pictures
from ..reporting.outsiders import outsiders_of
from ..reporting.records import Report, SubsetCurve
from ..reporting.robustness import MOST, PASSES, robustness_of
from ..runs.log import read_sound_lines
from ..runs.records import ResultLine
from ..runs.run_json import read_run_json
from .settings import RunSettings
from .subset_curve import FEWEST, SubsetPlan, subset_curve
from .validation import split_training

if TYPE_CHECKING:
    from ..data import Dataset
    from ..data.reading import Progress

Say = Callable[[Phrase], None]


@dataclass(frozen=True, slots=True)
class Saying:
    """Whom to tell what: sentences before the work begins, and how many parts of a kind of work are done."""

    say: Say = lambda said: None
    passes: Callable[[int, int], None] = lambda done, total: None
    fits: Callable[[int, int], None] = lambda done, total: None


def report(
    run: str | os.PathLike[str],
    data: Dataset | str | os.PathLike[str] | None = None,
    *,
    quick: bool = False,
    data_root: str | os.PathLike[str] | None = None,
    label_from: str | None = None,
    language: str = "auto",
    cache: bool = True,
    progress: Progress | None = None,
    saying: Saying | None = None,
) -> Report:
    """Return the report of a finished run; `convscope.reporting.writing.write_report` makes the page of it.

    The pictures are those that the run began with, as far as they are still there, or `data`: a name, a path or a
    Dataset. With `quick`, nothing that takes time of its own: neither robustness and health nor the curve from
    subsets. What cannot be shown is said in the report. `saying` is told what takes long before it begins, `progress`
    how many pictures are read. Raises InputError for what is no finished run and for data that cannot be used.
    """
    from ..prediction import load

    path, saying = Path(run), saying or Saying()
    if not path.is_dir():
        raise UsageError("report.run", where=str(path), hint=phrase("report.run.try"))
    model = load(path)
    settings = RunSettings.from_json(read_run_json(path), path)
    pictures = run_pictures(model, path, data, Reading(data_root, label_from, cache, progress))
    missing = dict(pictures.missing)
    foreign = robust = subsets = health = None
    if pictures.parts:
        rest = _rest(path, settings, pictures)
        late = LATER[model.rejection is None :] if quick else ()
        missing |= {name: phrase("report.later", run=path) for name in late}
        if not quick:
            missing |= {} if isinstance(rest, SubsetPlan) else {"subsets": rest}
            _announce(pictures, rest if isinstance(rest, SubsetPlan) else None, saying)
            health = health_of(model, pictures.parts[0])
            foreign = outsiders_of(model, pictures.parts[0])
            robust = robustness_of(model, pictures.parts[0], saying.passes)
            if isinstance(rest, SubsetPlan):
                made = _subsets(settings, pictures, rest, saying)
                missing |= {} if isinstance(made, SubsetCurve) else {"subsets": made}
                subsets = made if isinstance(made, SubsetCurve) else None
    found = pictures.found
    whole = gather(
        path,
        pictures.parts,
        found.dataset if found else None,
        pictures.copies,
        near=pictures.near,
        missing=tuple(missing.items()),
        language=language,
    )
    whole = replace(whole, notes=(*pictures.notes, *whole.notes), health=health)
    return replace(whole, outsiders=foreign, robustness=robust, subsets=subsets)


def _rest(run: Path, settings: RunSettings, pictures: RunPictures) -> SubsetPlan | Phrase:
    """Return which trainings on subsets there can be, or why there can be none."""
    found = pictures.found
    assert found is not None
    if not found.own:
        return phrase("report.subsets.other")
    if len(found.dataset.train) - (0 if found.held_out is None else len(found.held_out)) < FEWEST:
        return phrase("report.subsets.few", least=FEWEST)
    return SubsetPlan.of(seconds_of(run) or settings.planned_seconds or 0.0)


def seconds_of(run: Path) -> float | None:
    """Return how long a run's training took, as its log has it."""
    lines = read_sound_lines(run)
    return next((line.seconds for line in reversed(lines) if isinstance(line, ResultLine)), None)


def _announce(pictures: RunPictures, plan: SubsetPlan | None, saying: Saying) -> None:
    """Say about how long what comes takes."""
    robust = pictures.pace * PASSES * min(MOST, len(pictures.parts[0]))
    saying.say(phrase("report.robust.seconds", seconds=_seconds(robust)))
    if plan is not None:
        saying.say(phrase("report.subsets.seconds", n=plan.trainings, seconds=_seconds(plan.seconds)))


def _seconds(seconds: float) -> str:
    return f"{max(1.0, seconds):.0f}"


def _subsets(settings: RunSettings, pictures: RunPictures, plan: SubsetPlan, saying: Saying) -> SubsetCurve | Phrase:
    """Return the curve, or why a training on a part of the pictures was not possible."""
    found, copies = pictures.found, pictures.copies
    assert found is not None
    assert copies is not None
    dataset = found.dataset
    train, held = split_training(dataset, found.held_out)
    groups = copies.training_groups()[train.rows]
    try:
        return subset_curve(settings, dataset, train, held, pictures.parts[0], plan, groups, saying.fits)
    except (InputError, PlanError) as error:
        return phrase("report.subsets.failed", reason=error.brief())
