"""The report's section on training: convscope beside its peers, from the command to 98.5, 99.0 and 99.5 %."""

from __future__ import annotations

from typing import Any

from benchmarks.budgets import Budget, budgets, ratio, reached
from benchmarks.results import Row, summary
from benchmarks.svg import Curve, Dot, curves, dots
from benchmarks.tables import figure, markdown, percent, spread

GOALS = (0.985, 0.99, 0.995)
LEVELS = (0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997)
PEERS = {
    "deck": ("the lecture's own script", "deck.py"),
    "pytorch": ("PyTorch's MNIST example", "pytorch_example.py"),
    "keras": ("Keras' simple MNIST convnet", "keras_convnet.py"),
    "fastai": ("fastai, one-cycle", "fastai_onecycle.py"),
    "sklearn": ("scikit-learn's MLPClassifier", "sklearn_mlp.py"),
}
ENVIRONMENTS = {"deck": "torch", "pytorch": "torch"}  # the others' are named as they are

WORDS = """## Training: seconds to an accuracy

{headline}

![Seconds of training to 98.5 and 99 % of the test pictures](benchmarks/time-to-accuracy.svg)

{goals}

*Seconds of processor*, one core, one thread, all 60,000 training pictures; in brackets by the wall clock. **How it is counted, for convscope
and peers alike.** A run is a fixed schedule that no test picture stops. A *budget* is a schedule of so many epochs; a peer
whose learning rate does not depend on where the schedule ends has one at every epoch's end, of one-cycle and of convscope's
recipes only the end of the whole, annealed schedule is one. After each, the 10,000 test pictures are scored, which is not
counted. *Seconds to 99 %* are those of the quickest budget whose test accuracy, averaged over the seeds, is 99 % or more:
so a peer is given the best place to stop with hindsight, where convscope's recipes were settled beforehand, on validation
pictures. Counting begins when the pictures are in memory as each library wants them and the network is made.
"never" means: in no budget within {cap} s of processor, or in the whole of what its documentation prescribes.
The ratio is the mean of the ratios of runs with the same seed, which were measured in turn.

![Test accuracy against seconds of training](benchmarks/curves.svg)

{costs}

*First step* is from starting the command to the end of the first training step, imports, reading and making of the network
included. *Memory* is the largest resident size of the process, evaluation included. *Installation* is what pip puts into an empty environment,
pip itself left out{cuda}.

{peers}

{footnote}
"""


def section(
    training: dict[str, Any], first: dict[str, Any] | None, installation: dict[str, Any] | None
) -> tuple[str, dict[str, str]]:
    """Return the section's text and its plots by name."""
    rows = training["rows"]
    names = sorted(
        {row["name"] for row in rows}, key=lambda n: (not own(n), list(PEERS).index(n) if n in PEERS else 0, n)
    )
    found = {name: budgets(rows, name) for name in names}
    text = WORDS.format(
        headline=headline(found),
        goals=goals(found),
        cap=f"{480:,}",
        costs=costs(found, rows, first, installation),
        cuda=", which for fastai is torch's CUDA build, the one that PyPI has" if installation else "",
        peers="\n".join(
            f"- **{said}**: [{file}](../benchmarks/peers/{file}), settings as documented."
            for said, file in PEERS.values()
        ),
        footnote=f"Measured {training['date']}: {', '.join(f'{n} {v}' for n, v in training['versions'].items())}.",
    )
    return text, {"time-to-accuracy": race(found), "curves": drawn(found)}


def own(name: str) -> bool:
    """Tell whether a method is one of convscope's recipes."""
    return name.startswith("convscope")


def said(name: str) -> str:
    """Return what a method is called in tables."""
    return PEERS[name][0] if name in PEERS else name


def best(found: dict[str, list[Budget]], goal: float, ours: bool) -> Budget | None:
    """Return the quickest budget to an accuracy among convscope's recipes, or among the peers."""
    there = [b for name, of in found.items() if own(name) == ours and (b := reached(of, goal))]
    return min(there, key=lambda b: summary(b.cpu).mean, default=None)


def headline(found: dict[str, list[Budget]]) -> str:
    """Return the sentence that says how many times as fast, for 99 %."""
    ours, theirs = best(found, 0.99, True), best(found, 0.99, False)
    if not ours or not theirs:
        return "No peer and recipe that both reach 99 % have been measured."
    times = ratio(theirs, ours)
    return (
        f"**To 99 % of the test pictures {times.mean:.0f} times as fast as the quickest peer** ({said(theirs.method)}; {times.least:.0f} to "
        f"{times.most:.0f} times in {times.n} pair{'s' if times.n > 1 else ''} of runs): {figure(summary(ours.cpu).mean)} s instead of {figure(summary(theirs.cpu).mean)} s."
    )


def goals(found: dict[str, list[Budget]]) -> str:
    """Return the table of seconds to each accuracy, with how many times as long as convscope."""
    head = ["", *(f"to {100 * goal:g} %" for goal in GOALS), "at 99 %: × convscope", "best budget, %", "n"]
    table = []
    for name, of in found.items():
        cells = []
        for goal in GOALS:
            budget = reached(of, goal)
            cells.append(
                "never" if budget is None else f"{spread(summary(budget.cpu))} ({figure(summary(budget.wall).mean)})"
            )
        budget, ours = reached(of, 0.99), best(found, 0.99, True)
        times = f"{figure(ratio(budget, ours).mean)}" if budget and ours and not own(name) else ""
        top = max(of, key=lambda b: b.accuracy.mean)
        table.append([said(name), *cells, times, f"{percent(top.accuracy)}", str(top.accuracy.n)])
    return markdown(head, table)


def costs(
    found: dict[str, list[Budget]], rows: list[Row], first: dict[str, Any] | None, installation: dict[str, Any] | None
) -> str:
    """Return the table of speed, start-up, memory and size."""
    table = []
    sizes = {row["name"]: row for row in installation["rows"]} if installation else {}
    for name in found:
        runs = [row for row in rows if row["name"] == name]
        starts = [row["seconds"] for row in first["rows"] if row["name"] == name] if first else []
        size = sizes.get("convscope" if own(name) else ENVIRONMENTS.get(name, name))
        table.append(
            [
                said(name),
                spread(summary(row["pictures"] / row["cpu"] for row in runs)),
                f"{spread(summary(starts))}" if starts else "",
                spread(summary(row["megabytes"] for row in runs)),
                figure(size["megabytes"]) if size else "",
                str(size["packages"]) if size else "",
            ]
        )
    return markdown(
        ["", "pictures/s of processor", "first step, s", "memory, MB", "installation, MB", "packages"], table
    )


def race(found: dict[str, list[Budget]]) -> str:
    """Return the plot of seconds to 98.5 and 99 %."""
    rows = []
    for name, of in found.items():
        for goal in (0.985, 0.99):
            if budget := reached(of, goal):
                s = summary(budget.cpu)
                rows.append(
                    Dot(f"{said(name)}, {100 * goal:g} %", s.mean, s.least, s.most, f"{figure(s.mean)} s", own(name))
                )
    rows.sort(key=lambda row: row.value)
    return dots("Seconds of training on MNIST, one core", "seconds of processor (logarithmic)", rows)


def drawn(found: dict[str, list[Budget]]) -> str:
    """Return the plot of accuracy against seconds: a curve for each peer, a point for each recipe."""
    lines = []
    for name, of in found.items():
        points = [(summary(b.cpu).mean, b.accuracy.mean) for b in of]
        lines.append(Curve(said(name), points, own(name)))
    return curves(
        "Test accuracy against seconds of training on MNIST, one core",
        "seconds of processor (logarithmic)",
        lines,
        LEVELS,
    )
