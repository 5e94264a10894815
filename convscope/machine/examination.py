"""This machine as convscope sees it, and what is missing or slow on it, with why and what to do: `convscope doctor`."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .cache import cache_folder
from .cpus import available_cpus, cpu_name, cpu_quota
from .free_cpus import FreeCpus, threads_for
from .memory import memory_limit
from .packages import Package, packages

GB = 1e9
LITTLE_MEMORY = 2 * GB  # trainings of photographs on lite0 take 1 to 1.5 GB
LITTLE_ROOM = 1 * GB
SLOW, MEASURED = 15.0, 150.0  # GFLOP/s of a convolution on one thread; an Intel Xeon with AVX-512 reached the second
CONVOLUTION = 3 * 2 * 32 * 64 * 9 * 32 * 12 * 12  # operations of precision.convolution_seconds: forward and backward

Level = Literal["missing", "slow", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is `missing` (a verb fails), `slow`, or worth a `note`, with what to try ("": nothing)."""

    level: Level
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What was read off and measured, by name, in the order to show it; and what was found."""

    facts: dict[str, str]
    findings: list[Finding]


def examine() -> Examination:
    """Look at this machine for about two seconds: packages are imported, a convolution is timed."""
    free = FreeCpus()
    there = packages()
    facts = {
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": f"{platform.python_version()}, {sys.executable}",
        **{package.name: _version(package) for package in there},
    }
    findings = [*_packages_found(there)]
    for part in (_cpus(free), _speed(there), _memory(), _folders(), _browser()):
        for said in part:
            if isinstance(said, Finding):
                findings.append(said)
            else:
                facts[said[0]] = said[1]
    order = ("missing", "slow", "note")
    return Examination(facts, sorted(findings, key=lambda finding: order.index(finding.level)))


Said = Iterator[tuple[str, str] | Finding]


def _version(package: Package) -> str:
    return package.installed or f"not installed (for {package.extra or 'everything'})"


def _packages_found(there: list[Package]) -> Iterator[Finding]:
    for package in there:
        wanted = f"{package.name} {package.least} or newer"
        hint = f"pip install -U 'convscope[{package.extra}]'" if package.extra else "pip install -U convscope"
        if package.installed is None and package.extra:
            yield Finding("note", f"{package.name} is not installed: the extra {package.extra} needs it", hint)
        elif package.installed is None:
            yield Finding("missing", f"{package.name} is not installed; needed is {wanted}", hint)
        elif package.fault:
            again = f"pip install --force-reinstall {package.name}"
            yield Finding("missing", f"{package.name} {package.installed} can't be imported: {package.fault}", again)
        elif package.too_old:
            yield Finding("missing", f"{package.name} {package.installed} is too old; needed is {wanted}", hint)


def _cpus(free: FreeCpus) -> Said:
    cpus, quota = available_cpus(), cpu_quota()
    spare = free.free()
    yield "processor", cpu_name()
    yield "CPUs", f"{cpus} for this process, {spare:.1f} of them free now"
    yield "threads", f"{threads_for(spare, cpus)}, if a training began now (--threads changes it)"
    if quota is not None and quota < cpus:
        yield "quota", f"the time of {quota:g} CPUs"
        hint = "ask for more where the container is started, or say --threads 1"
        yield Finding("slow", f"a container grants the time of {quota:g} CPUs and shows {cpus}", hint)
    if threads_for(spare, cpus) < cpus:
        busy = cpus - spare
        what = f"other programs use {busy:.1f} of {cpus} CPUs, so a training takes fewer threads than there are CPUs"
        yield Finding("slow", what, "end them, or wait")


def _speed(there: list[Package]) -> Said:
    torch_there = next((p for p in there if p.name == "torch"), None)
    if torch_there is None or torch_there.installed is None or torch_there.fault:
        return
    import torch

    from .device import resolve_device
    from .precision import convolution_seconds, resolve_precision

    device = resolve_device("auto")
    yield "device", {"cpu": "CPU", "cuda": "NVIDIA or AMD GPU (cuda)", "mps": "Apple GPU (mps)"}[device.type]
    yield "instructions", str(torch.backends.cpu.get_cpu_capability())
    speed = CONVOLUTION / convolution_seconds(torch.float32) / GB
    yield "convolution", f"{speed:.0f} GFLOP/s in float32 on one thread, measured now"
    chosen = resolve_precision("auto", device)
    yield "precision", f"{chosen} where a recipe leaves it to the machine: measured once, then kept"
    if speed < SLOW:
        what = f"a convolution runs at {speed:.1f} GFLOP/s a thread; a server with AVX-512 reached {MEASURED:.0f}"
        yield Finding("slow", what, "turn power saving off; a virtual machine may hide AVX2: see instructions")
    if torch.version.cuda and device.type == "cpu":
        what = "this PyTorch was built for CUDA and finds no GPU: it works, and takes some 4 GB more of the disk"
        yield Finding("note", what, "pip install torch --index-url https://download.pytorch.org/whl/cpu")


def _memory() -> Said:
    limit = memory_limit()
    yield "memory", "unknown" if limit is None else f"{limit / GB:.1f} GB for this process"
    if limit is not None and limit < LITTLE_MEMORY:
        what = f"{limit / GB:.1f} GB of memory: trainings of photographs take up to 1.5 GB"
        yield Finding("slow", what, "smaller pictures (--size 64), fewer at a time (--batch-size 32)")


def _folders() -> Said:
    for name, folder, why in (
        ("cache", cache_folder(), "pictures are decoded, and features computed, anew by every command"),
        ("temporary files", Path(tempfile.gettempdir()), "what is larger than memory has no place"),
    ):
        place = next((up for up in (folder, *folder.parents) if up.exists()), None)
        if place is None or not place.is_dir() or not os.access(place, os.W_OK):
            yield name, f"{folder}, not to be written to"
            hint = "CONVSCOPE_CACHE=FOLDER" if name == "cache" else "TMPDIR=FOLDER"
            yield Finding("slow", f"{folder} can't be written to: {why}", hint)
            continue
        room = shutil.disk_usage(place).free
        yield name, f"{folder}, {room / GB:.1f} GB free"
        if room < LITTLE_ROOM:
            yield Finding("slow", f"{room / GB:.1f} GB are free for {folder}: {why}", "convscope cache --clear")


def _browser() -> Said:
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        yield "browser", "none that can be opened from here"
        what = "no browser can be opened from here: pages are written, and no window shows them"
        yield Finding("note", what, "open the .html file in a browser, on any machine")
        return
    yield "browser", str(getattr(found, "name", "") or type(found).__name__)
