"""What a benchmark found, as one JSON file in benchmarks/results/, and the sums every benchmark needs.

A file holds {"name", "what", "machine", "versions", "date", "rows"}. A row is one measured run, a flat object; what is
measured stands in seconds, megabytes and shares 0…1, unrounded by hand. Means are taken when the report is written,
from the rows, so a later run with more seeds adds rows and nothing else.

>>> summary([1.0, 2.0, 6.0]).mean, summary([1.0, 2.0, 6.0]).median
(3.0, 2.0)
>>> paired_ratios([10.0, 30.0], [5.0, 10.0])
[2.0, 3.0]
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, TypedDict, cast

Row = dict[str, Any]
FOLDER = Path(__file__).parent / "results"
FEATURES = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16")  # what decides how fast a convolution is


class Machine(TypedDict):
    """What the rows of a result were measured on."""

    processor: str
    features: list[str]
    cores: int | None
    memory_gib: float
    system: str


class Result(TypedDict):
    """A file of results; `rows` hold the runs as flat objects, whose fields each benchmark chooses."""

    name: str
    what: str
    machine: Machine
    versions: dict[str, str]
    date: str
    rows: list[Row]


@dataclass(frozen=True)
class Summary:
    """Figures of several runs of one thing. `sd` is the sample's standard deviation, 0 for a single run."""

    n: int
    mean: float
    sd: float
    median: float
    least: float
    most: float


def summary(values: Iterable[float]) -> Summary:
    """Return the figures of one value or more. Raises ValueError for none."""
    found = [float(v) for v in values]
    if not found:
        raise ValueError("no values to sum up")
    sd = statistics.stdev(found) if len(found) > 1 else 0.0
    return Summary(len(found), statistics.fmean(found), sd, statistics.median(found), min(found), max(found))


def paired_ratios(theirs: Sequence[float], ours: Sequence[float]) -> list[float]:
    """Return theirs ÷ ours, run by run: each pair was measured one right after the other, so drift cancels."""
    if len(theirs) != len(ours):
        raise ValueError(f"runs come in pairs: {len(theirs)} and {len(ours)}")
    return [a / b for a, b in zip(theirs, ours, strict=True)]


def machine() -> Machine:
    """Return what ran: the CPU by its own name, its cores and vector instructions, memory, system."""
    cpuinfo: dict[str, str] = {}
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        key, _, value = line.partition(":")
        cpuinfo.setdefault(key.strip(), value.strip())
    release = ".".join(platform.release().split(".")[:2])
    flags = set(cpuinfo.get("flags", "").split())
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    return {
        "processor": cpuinfo.get("model name") or platform.processor() or platform.machine(),
        "features": [f for f in FEATURES if f in flags],
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30, 1),
        "system": f"{platform.system()} {release} {platform.machine()}",
    }


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of the packages named (default: what convscope runs on), as installed."""
    names = packages or ("torch", "numpy", "onnx", "onnxruntime", "pillow")
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def read(name: str, folder: Path = FOLDER) -> Result:
    """Return the result of that name. Raises FileNotFoundError, or ValueError for a file of another form."""
    path = folder / f"{name}.json"
    result, fields = json.loads(path.read_text()), tuple(Result.__annotations__)
    if not isinstance(result, dict) or tuple(result) != fields or result["name"] != name:
        raise ValueError(f"{path}: expected an object of {', '.join(fields)} in that order, named {name!r}")
    if not (isinstance(result["rows"], list) and all(isinstance(row, dict) for row in result["rows"])):
        raise ValueError(f"{path}: rows must be a list of objects")
    return cast(Result, result)


def write(
    name: str,
    what: str,
    rows: Sequence[Row],
    *,
    key: Sequence[str] = (),
    using: dict[str, str] | None = None,
    folder: Path = FOLDER,
) -> Path:
    """Write a result and return its path. `what` says in a sentence or two what was counted and how.

    `using` are the versions, if they are not those of `versions()`. With `key` (such as ("name", "seed")) rows of an
    earlier file stay, except those that a new row has the key of; without it the file is written anew. Rows from
    another machine are never kept beside new ones: that raises ValueError.
    """
    kept: list[Row] = []
    here, used = machine(), using or versions()
    if key and (folder / f"{name}.json").exists():
        old = read(name, folder)
        if old["machine"] != here:
            raise ValueError(
                f"{folder / name}.json is from another machine ({old['machine']['processor']}): move it away first"
            )
        new = {tuple(row.get(k) for k in key) for row in rows}
        kept, used = [row for row in old["rows"] if tuple(row.get(k) for k in key) not in new], old["versions"] | used
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    result = Result(name=name, what=what, machine=here, versions=used, date=date, rows=[*kept, *rows])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    fresh = path.with_suffix(".json.new")
    fresh.write_text(text(result))
    fresh.replace(path)
    return path


def text(result: Result) -> str:
    """Return the file's text: a line for each row, so that a new run is a new line in a diff."""
    head = {name: value for name, value in result.items() if name != "rows"}
    lines = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in result["rows"])
    opening = json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}")
    return f'{opening},\n  "rows": [\n{lines}\n  ]\n}}\n'
