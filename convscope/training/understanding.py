"""What is said before anything is trained: what the data is, what is trained on it, and why."""

from __future__ import annotations

from collections.abc import Iterator

from ..checking import Report
from ..data import Dataset
from ..data.understanding import understood as understood_data
from ..errors import Phrase, phrase, printable
from ..formula import Network
from .settings import RunSettings
from .start_recipes import leaves_out
from .starting import places


def understood(dataset: Dataset, settings: RunSettings, network: Network, report: Report) -> tuple[Phrase, ...]:
    """Return the lines: the data, what the check found, what is held out, size of the pictures, plan and recipe, flips
    and inversion.

    `settings.understood` is what resolving them found of flips.
    """
    return (
        *understood_data(dataset),
        *_found(report),
        _held_out(dataset, settings),
        _size(dataset),
        _plan(settings, network),
        *settings.understood,
        *([phrase("planned.invert")] if settings.input.invert == "auto" else ()),
    )


def _found(report: Report) -> Iterator[Phrase]:
    """Yield a line for each finding but what the data's own lines have said, and one for each part that was put off."""
    for finding in report.findings:
        if finding.key != "check.unreadable":
            first = " = ".join(printable(path, 60) for path in finding.paths[0]) if finding.paths else ""
            what = phrase("planned.such", what=finding.what, first=first) if first else finding.what
            yield phrase("planned.finding", what=what, fix=finding.fix)
    yield from report.put_off


def _held_out(dataset: Dataset, settings: RunSettings) -> Phrase:
    """Return what is trained on and what validates it."""
    data, recipe = settings.data, settings.recipe
    n, held = f"{data.train:,}", f"{data.validation:,}"
    if dataset.validation is not None:
        return phrase("planned.validation.given", n=n, held=held)
    if data.validation:
        return phrase("planned.validation.held", n=n, held=held, seed=settings.seed)
    if leaves_out(recipe, data.train):
        return phrase("planned.validation.left", n=n)
    if not recipe.holds_out:
        return phrase("planned.validation.recipe", n=n, recipe=recipe.name)
    return phrase("planned.validation.none", n=n)


def _size(dataset: Dataset) -> Phrase:
    channels, height, width = dataset.shape
    return phrase("planned.size.colour" if channels == 3 else "planned.size.grey", height=height, width=width)


def _plan(settings: RunSettings, network: Network) -> Phrase:
    """Return what is trained, how long, and why it is that."""
    recipe, start = settings.recipe, settings.start
    parameters = f"{network.parameters:,}"
    if start is not None and settings.is_fit:
        return phrase("planned.head", name=start.name, taps=places(start), parameters=parameters)
    if start is not None:
        return phrase("planned.tune", name=start.name, parameters=parameters, **_length(settings))
    if settings.plan == recipe.plan == recipe.general_plan:
        why = phrase("planned.why.recipe", recipe=recipe.name)
    elif settings.plan == recipe.plan:
        why = phrase("planned.why.centred", recipe=recipe.name)
    elif settings.plan == recipe.general_plan:
        why = phrase("planned.why.general", recipe=recipe.name)
    else:
        why = phrase("planned.why.asked")
    return phrase(
        "planned.plan",
        plan=settings.plan or settings.formula,
        why=why,
        parameters=parameters,
        **_length(settings),
    )


def _length(settings: RunSettings) -> dict[str, str]:
    recipe = settings.recipe
    return {
        "recipe": recipe.name,
        "epochs": f"{settings.epochs:.4g}",
        "steps": f"{settings.steps:,}",
        "batch": f"{min(recipe.batch_size, settings.data.train):,}",
    }
