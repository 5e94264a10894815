"""The report's section on training: convscope beside its peers, from the command to 98.5, 99.0 and 99.5 %."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks import costs
from benchmarks.budgets import Budget, budgets, ratio, reached
from benchmarks.methods import METHODS
from benchmarks.results import Result, Row, summary
from benchmarks.svg import Curve, Dot, curves, dots
from benchmarks.tables import figure, footnote, markdown, mean_and_sd, percent

GOALS = (0.985, 0.99, 0.995)
LEVELS = (0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997)
WORDS = """## Training: seconds to an accuracy

{headline}

![Seconds of training until 99 % of the test pictures are right](benchmarks/time-to-accuracy.svg)

{goals}

*Seconds of CPU time*, one core, one thread, all 60,000 training pictures; in brackets by the wall clock. **How it is
counted, for convscope and peers alike.** A run is a fixed schedule that no test picture stops. A *budget* is a
schedule of so many epochs; a peer whose learning rate does not depend on where the schedule ends has one at every
epoch's end, of one-cycle and of convscope's recipes only the end of the whole, annealed schedule is one. After each,
the 10,000 test pictures are scored, which is not counted. *Seconds to 99 %* are those of the quickest budget whose
test accuracy, averaged over the seeds, is 99 % or more: so a peer is given the best place to stop with hindsight,
where convscope's recipes were fixed beforehand, on validation pictures. Counting begins when the pictures are in
memory as each library wants them and the network is made. "never" means: in no budget within {cap} s of CPU time, or
in the whole of what its documentation prescribes. The ratio is the mean of the ratios of runs with the same seed. *At
the end*: how much of the schedule that its source prescribes was run within {cap} s, and what it came to.

![Test accuracy against seconds of training](benchmarks/curves.svg)

{costs}
{start}
*First step* is from starting the command to the end of the first training step, imports, reading and making of the
network included, by the wall clock. *Memory* is the largest resident size of the process, evaluation included.
*Installation* is what pip puts into an empty environment, pip itself left out{cuda}.

**Limits.** Peers run what their own documentation prescribes for MNIST, with the hindsight above, not what an expert
could make of them: convscope is PyTorch underneath, and nothing keeps a loop of one's own, written with the same
care, from being as fast. Nine tenths of fastai's time on its book's CNN is its loader of single pictures
([log](log.md)). Two cores of a server with AVX-512 and bf16 are not a laptop; the float32 line is nearer to one.
Nothing was measured on a GPU. {when} {seeds}

{peers}

{footnote}
"""


def section(training: Result, first: Result | None, installation: Result | None) -> tuple[str, dict[str, str]]:
    """Return the section's text and its plots by name."""
    rows = training["rows"]
    names = [name for name in METHODS if any(row["name"] == name for row in rows)]
    found = {name: budgets(rows, name) for name in names}
    cap = figure(max(row.get("cap", 0) for row in rows))
    text = WORDS.format(
        headline=headline(found),
        goals=goals(found),
        cap=cap,
        seeds=few(found),
        when=when(rows),
        costs=costs.table(found, rows, first, installation),
        start="\n![Seconds from the command to the first training step](benchmarks/first-step.svg)\n" if first else "",
        cuda=", which for fastai is torch's CUDA build, the one that PyPI has" if installation else "",
        peers="\n".join(
            f"- **{m.label}**: [{m.script}](../benchmarks/peers/{m.script})" for m in METHODS.values() if not m.ours
        ),
        footnote=footnote(training),
    )
    plots = {"time-to-accuracy": race(found, cap), "curves": drawn(found)}
    return text, plots | ({"first-step": costs.start(first["rows"])} if first else {})


def short_table(training: Result) -> str:
    """Return the README's table: to 99 %, convscope's quickest recipe first, then each peer."""
    rows = training["rows"]
    found = {name: budgets(rows, name) for name in METHODS if any(row["name"] == name for row in rows)}
    ours, table = best(found, 0.99, True), []
    for name, of in found.items():
        budget = reached(of, 0.99)
        if METHODS[name].ours and (ours is None or name != ours.method):
            continue
        speed = summary(row["pictures"] / row["cpu"] for row in rows if row["name"] == name)
        times = f"{ratio(budget, ours).mean:.1f} ×" if budget and ours and budget is not ours else ""
        top = max(b.accuracy.mean for b in of)
        seconds = f"{figure(summary(budget.cpu).mean)} s" if budget else f"never ({100 * top:.2f} %)"
        table.append([METHODS[name].label, seconds, times, figure(speed.mean), str(of[-1].accuracy.n)])
    return markdown(["MNIST, one core, one thread", "to 99 % of the test pictures", "", "pictures/s", "runs"], table)


def when(rows: list[Row]) -> str:
    """Return the sentence that says over which time the runs were spread, and what else the machine did meanwhile."""
    hours = [datetime.fromtimestamp(t, UTC) for t in (min(row["at"] for row in rows), max(row["at"] for row in rows))]
    loads = sorted(row["load"] for row in rows)
    return (
        f"The runs ended between {hours[0]:%H:%M} and {hours[1]:%H:%M} UTC, with {loads[0]:.1f} to {loads[-1]:.1f} "
        f"processes (load average) on the machine."
    )


def few(found: dict[str, list[Budget]]) -> str:
    """Return the sentence that names what was run fewer than three times."""
    names = [f"{METHODS[name].label} ({of[-1].accuracy.n})" for name, of in found.items() if of[-1].accuracy.n < 3]
    return f"Fewer than three seeds: {', '.join(names)}." if names else ""


def best(found: dict[str, list[Budget]], goal: float, ours: bool) -> Budget | None:
    """Return the quickest budget to an accuracy among convscope's recipes, or among the peers."""
    there = [b for name, of in found.items() if METHODS[name].ours == ours and (b := reached(of, goal))]
    return min(there, key=lambda b: summary(b.cpu).mean, default=None)


def headline(found: dict[str, list[Budget]]) -> str:
    """Return the sentences that say how many times as fast, for 99 %: stopped with hindsight, and as documented."""
    ours, theirs = best(found, 0.99, True), best(found, 0.99, False)
    if not ours or not theirs:
        return "No peer and recipe that both reach 99 % have been measured."
    ends = {name: [b for b in of if b.epochs == METHODS[name].documented] for name, of in found.items()}
    lines = [
        f"**To 99 % of the test pictures, {METHODS[ours.method].label} takes {figure(summary(ours.cpu).mean)} s of "
        f"one core.**\n"
    ]
    lines += [
        f"- {words} {METHODS[b.method].label}, {figure(summary(b.cpu).mean)} s, {ratio(b, ours).mean:.1f} times as "
        f"long "
        f"({ratio(b, ours).least:.1f} to {ratio(b, ours).most:.1f} in {ratio(b, ours).n} "
        f"pair{'s' * (ratio(b, ours).n > 1)} of runs)."
        for words, b in (
            ("The quickest peer, stopped at its best place with hindsight:", theirs),
            ("The quickest peer that runs as its source prescribes, to the end:", best(ends, 0.99, False)),
        )
        if b
    ]
    return "\n".join(lines)


def goals(found: dict[str, list[Budget]]) -> str:
    """Return the table of seconds to each accuracy, with how many times as long as convscope."""
    head = ["", *(f"to {100 * goal:g} %" for goal in GOALS), "at 99 %: × convscope", "at the end", "n"]
    table = []
    for name, of in found.items():
        cells = []
        for goal in GOALS:
            budget = reached(of, goal)
            cells.append(
                "never"
                if budget is None
                else f"{mean_and_sd(summary(budget.cpu))} ({figure(summary(budget.wall).mean)})"
            )
        budget, ours = reached(of, 0.99), best(found, 0.99, True)
        times = f"{figure(ratio(budget, ours).mean)}" if budget and ours and not METHODS[name].ours else ""
        last, whole = of[-1], METHODS[name].documented
        came = (
            f"{last.epochs:.3g}{f' of {whole:,}' if whole else ''} epochs, {figure(summary(last.cpu).mean)} s: "
            f"{percent(last.accuracy)} %"
        )
        table.append([METHODS[name].label, *cells, times, came, str(last.accuracy.n)])
    return markdown(head, table)


def race(found: dict[str, list[Budget]], cap: str) -> str:
    """Return the plot of seconds to 99 %: a line for each method, those that never get there last."""
    rows, late = [], []
    for name, of in found.items():
        budget = reached(of, 0.99)
        if budget is not None:
            s = summary(budget.cpu)
            rows.append(Dot(METHODS[name].short, (s.mean, s.least, s.most), f"{figure(s.mean)} s", METHODS[name].ours))
        else:
            text = f"never ({100 * max(b.accuracy.mean for b in of):.2f} %)"
            late.append(Dot(METHODS[name].short, None, text, METHODS[name].ours))
    rows.sort(key=lambda row: row.values or (0, 0, 0))
    title = "Seconds of training until 99 % of MNIST's test pictures are right, one core"
    return dots(
        title, f"seconds of CPU time, logarithmic; never: not within {cap} s, or its whole schedule", rows + late
    )


def drawn(found: dict[str, list[Budget]]) -> str:
    """Return the plot of accuracy against seconds: a curve for each peer, a point for each recipe."""
    lines = [
        Curve(METHODS[name].short, [(summary(b.cpu).mean, b.accuracy.mean) for b in of], METHODS[name].ours)
        for name, of in found.items()
    ]
    return curves(
        "Test accuracy against seconds of training on MNIST, one core",
        "seconds of CPU time, logarithmic",
        lines,
        LEVELS,
    )
