"""Write docs/benchmarks.md and its plots from benchmarks/results/*.json; nothing in it is typed by hand but the words.

python -m benchmarks.report
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks import frontier_report, results, training_report
from benchmarks.svg import Dot, dots
from benchmarks.tables import figure, footnote, of_result

DOCS = Path(__file__).parents[1] / "docs"
README = DOCS.parent / "README.md"
MARKS = ("<!-- benchmarks: written by make bench-report -->\n", "<!-- benchmarks end -->\n")
OWN_PAGE = ("pictures", "rejection", "networks")  # results that a page of their own shows
ORDER = (
    "training",
    "first-step",
    "installation",
    "frontier",
    "step-profile",
    "prediction",
    "folder",
    "decoding",
    "startup",
    "scale",
    "ddp",
    "busy",
    "page-drawing",
    "forward",
    "first-view",
)
TITLES = {
    "step-profile": "What a training step is made of",
    "prediction": "Prediction",
    "folder": "A folder of pictures",
    "decoding": "Pictures decoded",
    "startup": "Start-up",
    "ddp": "Two processes",
    "busy": "Threads beside other work",
    "learning": "Training in a page",
    "lenet": "LeNet-5, then and now",
    "scale": "From a thousand pictures to a million",
    "page-drawing": "The page, while a hand draws",
    "forward": "A large network in the page",
    "first-view": "How soon a page is there",
}


@dataclass(frozen=True)
class Plot:
    """A dot for each value of the field `label`, at the mean of `figure`, of the rows that have what `where` says."""

    title: str
    axis: str
    label: str
    figure: str
    unit: str
    where: tuple[str, str] | None = None

    def drawn(self, rows: list[results.Row]) -> str:
        groups: dict[str, list[float]] = {}
        for row in rows:
            if self.where is None or row[self.where[0]] == self.where[1]:
                groups.setdefault(row[self.label], []).append(row[self.figure])
        lines = []
        for label, values in groups.items():
            s = results.summary(values)
            lines.append(
                Dot(label, (s.mean, s.least, s.most), f"{figure(s.mean)} {self.unit}", label.startswith("convscope"))
            )
        return dots(self.title, self.axis, lines)


PLOTTED = {
    "startup": Plot(
        "Whole processes, from the command to the end",
        "milliseconds of CPU time, logarithmic",
        "command",
        "cpu_milliseconds",
        "ms",
    ),
    "prediction": Plot(
        "One picture through the slides network, in process",
        "microseconds of CPU time, logarithmic",
        "what",
        "cpu_microseconds",
        "µs",
        ("pictures_at_once", "1"),
    ),
}
OPENING = """# Benchmarks

Every figure here was measured, and this page is written by `python -m benchmarks.report` from the rows in
[benchmarks/results](../benchmarks/results), one row a run. A test holds the page to them.

{machine}

**Mean ± standard deviation** over the runs; *n* is how many. A figure without ± is a single run. Where *s of CPU
time* and *s of wall clock* differ: the machine was shared while this was measured, which lengthens the second and,
through caches, a little of the first. Work on one thread of an idle machine takes equally long by both.

**Again, on your machine**: `make bench` measures everything (the peers' environments take 10 GB and their trainings
some hours), `make bench-report` writes this page. `python -m benchmarks.training --only keras --seeds 0` runs a part;
its rows are merged with those that are there. Below each table stand when and on which processor it was measured, and
the versions: figures of one table were measured in one place, those of two tables may not have been.
"""


def main() -> None:
    """Write the page and the plots."""
    page, plots = report(found(results.FOLDER))
    folder = DOCS / "benchmarks"
    folder.mkdir(exist_ok=True)
    for name, text in plots.items():
        (folder / f"{name}.svg").write_text(text)
    (DOCS / "benchmarks.md").write_text(page)
    README.write_text(readme(README.read_text(), found(results.FOLDER)))
    print(f"{DOCS / 'benchmarks.md'}, {len(plots)} plots")


def found(folder: Path) -> dict[str, results.Result]:
    """Return every result in the folder by its name, in the report's order, then the alphabet's."""
    names = sorted(
        (p.stem for p in folder.glob("*.json") if p.stem not in OWN_PAGE),
        key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n),
    )
    return {name: results.read(name, folder) for name in names}


def report(all_results: dict[str, results.Result]) -> tuple[str, dict[str, str]]:
    """Return the page's text and the plots by name."""
    machines = [about(result["machine"]) for result in all_results.values()]
    parts, plots = [OPENING.format(machine="\n\n".join(dict.fromkeys(machines)))], {}
    if "training" in all_results:
        text, drawn = training_report.section(*(all_results.get(n) for n in ("training", "first-step", "installation")))
        parts.append(text)
        plots |= drawn
    for name, result in all_results.items():
        if name == "frontier":
            text, drawn = frontier_report.section(result)
            parts.append(text)
            plots |= drawn
        elif name in PLOTTED:
            heading, plot = TITLES[name], PLOTTED[name]
            plots[name] = plot.drawn(result["rows"])
            picture = f"![{plot.title}](benchmarks/{name}.svg)"
            parts.append(
                f"## {heading}\n\n{result['what']}\n\n{picture}\n\n{of_result(result['rows'])}\n\n{footnote(result)}\n"
            )
        elif name not in ("training", "first-step", "installation"):
            heading = TITLES.get(name, name.replace("-", " ").replace("_", " ").capitalize())
            parts.append(f"## {heading}\n\n{result['what']}\n\n{of_result(result['rows'])}\n\n{footnote(result)}\n")
    return "\n".join(parts), plots


def readme(text: str, all_results: dict[str, results.Result]) -> str:
    """Return the README with the table between its two marks written anew; as it is if it has none."""
    before, mark, rest = text.partition(MARKS[0])
    if not mark or "training" not in all_results:
        return text
    _, end, after = rest.partition(MARKS[1])
    return before + mark + training_report.short_table(all_results["training"]) + "\n" + end + after


def about(machine: results.Machine) -> str:
    """Return a sentence about the machine."""
    features = ", ".join(machine["features"]) or "no vector instructions worth naming"
    cores = f"{machine['cores']} core{'s' if machine['cores'] != 1 else ''}"
    return (
        f"**Machine**: {machine['processor']}, {cores} ({features}), {machine['memory_gib']} GiB, {machine['system']}."
    )


if __name__ == "__main__":
    main()
