"""Run directories whose files were written by somebody else: every reader says what is wrong, or shows what it can."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from convscope.data.run_data import load_run_data
from convscope.errors import ConvscopeError
from convscope.explain.payload.encoding import dumps
from convscope.explain.payload.history import read_history
from convscope.lab.event_streams import new_snapshots, snapshot
from convscope.lab.run_files import shown_line
from convscope.lab.run_index import RunIndex
from convscope.lab.run_report import report
from convscope.runs.checkpoints import read_checkpoint
from convscope.runs.digests import ZEROS, filled
from convscope.runs.manifest import read_manifest
from convscope.runs.run_json import read_run_json
from convscope.training.settings import RunSettings
from tests.faults.batches import in_children
from tests.faults.campaign import Campaign, Tally
from tests.faults.hostile_json import TEXTS, hostile_text
from tests.faults.limited import child
from tests.faults.oracle import CODES, SCREENFUL, command_line, ill_printed, ill_said

NUMBER_TYPES = ("F32", "F16", "BF16", "F64", "F8_E4M3", "F4", "I8", "U64", "BOOL", "C64", "X", "")
WIDTHS = {"F32": 4, "F16": 2, "BF16": 2, "F64": 8, "U64": 8, "C64": 8}
SIZES = (0, 1, 2, 3, -1, 2**31, 2**62, 2**63, 2**64)


def made_run(folder: Path) -> Path:
    """Train a small network on pictures in `folder`; return its run directory, without model.onnx."""
    random = Random(1)
    for label in ("cat", "dog"):
        (folder / "pictures" / label).mkdir(parents=True)
        for number in range(12):
            pixels = np.array([[random.randrange(256) for _ in range(8)] for _ in range(8)], np.uint8)
            Image.fromarray(pixels).save(folder / "pictures" / label / f"{number}.png")
    run = folder / "made"
    words = [
        "train",
        str(folder / "pictures"),
        "--out",
        str(run),
        "--arch",
        "conv(3, 3) + relu + gap + fc",
        "--size",
        "8",
    ]
    ended = child(lambda: print(command_line([*words, "--epochs", "4", "--no-cache"])), seconds=300)
    assert (run / "model.onnx").exists(), ended.said
    (run / "model.onnx").unlink()
    (run / "snapshots" / "pipe").mkdir()
    return run


def hostile_file(data: bytes, name: str, random: Random) -> bytes:
    """Return what a file of a run directory becomes in the hands of somebody else."""
    if name == "log.jsonl":
        lines = data.decode().splitlines()
        place = random.randrange(len(lines))
        lines[place] = hostile_text(json.loads(lines[place]), random)
        data = "\n".join([*lines, ""]).encode("utf-8", "surrogatepass")
    elif name == "run.json":
        settings = {key: value for key, value in json.loads(data).items() if key not in ("digest", "files")}
        data = hostile_text(settings, random).encode("utf-8", "surrogatepass")
    elif name.endswith(".csv"):
        rows = [line.split(",") for line in data.decode().splitlines()]
        row = random.choice(rows)
        row[random.randrange(len(row))] = random.choice(
            (*TEXTS, '"', '""', "\\", "\\x", "\\ud800", "x,y", "train", "test")
        )
        data = "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass") + b"\n"
    else:
        data = hostile_tensors(data, random)
    if random.random() < 0.1:
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice((b"\0", b"\xff", b"", b"\n\n", b"\xef\xbb\xbf")) + data[at:]
    return data


def hostile_tensors(data: bytes, random: Random) -> bytes:
    """Return a tensor file with something changed in its header, its facts or its numbers, and a digest that fits."""
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), bytearray(data[8 + length :])
    entry: dict[str, Any] = json.loads(header["__metadata__"]["convscope"]) | {"digest": ZEROS.decode()}
    kind, names = random.randrange(4), [name for name in header if name != "__metadata__"]
    name = random.choice(names)
    if kind == 0:
        facts = {key: value for key, value in entry.items() if key not in ("format", "digest")}
        changed = hostile_text(facts, random)
        text = changed[:-1] + f', "format": "{entry["format"]}", "digest": "{entry["digest"]}"}}'
        header["__metadata__"]["convscope"] = text
    else:
        header["__metadata__"]["convscope"] = json.dumps(entry)
    if kind == 1:
        at = random.randrange(max(1, len(body) - 8))
        body[at : at + 4] = np.float32(random.choice((np.nan, np.inf, 1e38, 0.0))).tobytes()
    elif kind == 2:
        begin, end = header[name]["data_offsets"]
        shape, dtype = header[name]["shape"], random.choice(NUMBER_TYPES)
        header[name] |= random.choice((
            {"dtype": dtype, "shape": [(end - begin) // max(1, WIDTHS.get(dtype, 1))]}, {"shape": shape[::-1]},
            {"shape": [random.choice(SIZES) for _ in range(random.choice((0, 1, 2, 3, 70)))]},
            {"shape": [1] * random.choice((1, 60, 70)) + shape}, {"data_offsets": [0, 0]},
        ))  # fmt: skip
        if random.random() < 0.3:  # a tensor more, of no bytes
            sizes = random.choice(([0], [0, 2**62], [0, 2**31, 2**31], [0] * 70, [0, 2**63]))
            header["empty"] = {"dtype": random.choice(NUMBER_TYPES), "shape": sizes, "data_offsets": [len(body)] * 2}
    elif kind == 3:
        other = random.choice(names)
        header[random.choice((name, other, random.choice(TEXTS), "maps." + random.choice(TEXTS)))] = header.pop(name)
    text = json.dumps(header).encode("utf-8", "surrogatepass")
    return filled(len(text).to_bytes(8, "little") + text + bytes(body))


def readers(run: Path) -> dict[str, Callable[[], object]]:
    """Return everybody who reads a run directory, by name."""
    return {
        "look": lambda: dumps(read_history(run)),
        "the lab's list": lambda: [one.to_json() for one in RunIndex(run.parent).all().values()],
        "the lab's report": lambda: report(run).to_json(),
        "the lab's snapshots": lambda: [s and s.to_json() for s in map(snapshot, new_snapshots(run, set()))],
        "the lab's stream": lambda: [
            s.to_json() for s in map(shown_line, (run / "log.jsonl").read_bytes().split(b"\n")) if s
        ],
        "evaluate": lambda: load_run_data(run, cache=False) and None,
        "resume": lambda: RunSettings.from_json(read_run_json(run), run).to_json(),
        "checkpoints": lambda: [
            read_checkpoint(p) and None for p in sorted((run / "checkpoints").glob("*.safetensors"))
        ],
        "manifest": lambda: read_manifest(run) and None,
    }


def hostile_runs(times: int, random: Random, tally: Tally) -> None:
    """Change a file of a run directory and let everybody read the directory."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        sound = made_run(folder)
        unread = ("lock", "stop", "config.toml", "report.html")  # no reader asks for them: the last is a browser's
        files = [p for p in sorted(sound.rglob("*")) if p.is_file() and p.name not in unread]
        weights = [8 if p.suffix == ".json" else 4 if p.suffix == ".jsonl" else 1 for p in files]
        run = folder / "runs" / "hostile"
        shutil.copytree(sound, run)

        def make(random: Random) -> bytes:
            file = random.choices(files, weights)[0]
            name = str(file.relative_to(sound)).encode()
            return name + b"\0" + hostile_file(file.read_bytes(), file.name, random)

        def attack(data: bytes, random: Random, tally: Tally) -> None:
            name, _, content = data.partition(b"\0")
            file = run / name.decode()
            file.write_bytes(content)
            try:
                if wrong := _wrongly_read(run):
                    tally.fault(wrong, data)
                else:
                    tally.ended("read or refused")
            finally:
                shutil.copyfile(sound / name.decode(), file)

        in_children(make, attack, times, random, tally)


def _wrongly_read(run: Path) -> str:
    for who, read in readers(run).items():
        try:
            json.dumps(read(), allow_nan=False)
        except ConvscopeError as error:
            if wrong := ill_said(error):
                return f"{who}: {wrong}"
        except Exception as error:
            return f"{who}: {error!r}"[:400]
    return ""


def hostile_resumes(times: int, random: Random, tally: Tally) -> None:
    """Resume a run of which a file was changed; whatever it says, Ctrl-C after some seconds ends it."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        sound = made_run(folder)
        names = ("run.json", "run.json", "log.jsonl", "manifest.csv", "checkpoints")
        for number in range(times):
            run, name = folder / f"run-{number}", random.choice(names)
            shutil.copytree(sound, run)
            file = max((run / name).iterdir()) if name == "checkpoints" else run / name
            content = hostile_file(file.read_bytes(), file.name, random)
            file.write_bytes(content)

            def resume(run: Path = run) -> None:
                code, out, err = command_line(["train", "--resume", str(run), "--no-cache"], terminal=False)
                wrong = ill_printed(out + err, 10 * SCREENFUL)
                print("\n" + json.dumps([code, wrong or err[-300:] * (code not in CODES or code == 1), bool(wrong)]))

            ended = child(resume, seconds=120)
            with contextlib.suppress(IndexError, ValueError):
                code, said, ill = json.loads(ended.said.splitlines()[-1])
                if code in CODES and code != 1 and not ill:
                    tally.ended({0: "trained", 3: "refused", 5: "stopped"}.get(code, f"exit code {code}"))
                else:
                    tally.fault(f"{name}: exit code {code}: {said}", content)
                shutil.rmtree(run)
                continue
            tally.fault(f"{name}: {'hung' if ended.hung else ended.code}: {ended.said[-800:]}", content)
            shutil.rmtree(run)


CAMPAIGNS = (
    Campaign(
        "hostile-runs", "files",
        "Files of a run directory forged by structure (settings, log, manifest, snapshots, checkpoints with a digest "
        "that fits): every reader shows what it can or refuses by one line, in 2 s and 512 MB",
        hostile_runs, quick=150, long=20_000,
    ),
    Campaign(
        "hostile-resumes", "runs",
        "Runs of forged settings, logs and checkpoints resumed: trained, or refused by one line",
        hostile_resumes, quick=3, long=150,
    ),
)  # fmt: skip
