"""What "none of these" catches: every corpus trained on, every other one shown, and classes left out.

    python -m benchmarks.rejection CORPORA --runs RUNS           from scratch and from lite0, all pairs
    python -m benchmarks.rejection CORPORA --runs RUNS --table   docs/rejection.md, of the rows there are

CORPORA is a folder of corpora: NAME/train/CLASS/… and NAME/test/CLASS/… of pictures, or NAME.npz to train on beside
NAME/test; what has test pictures alone is only shown. NAME stands in KINDS, which says what is of one kind. Runs that
are there already are not trained again; one without its model.onnx is resumed, which fits the rejection anew. Each
network is trained by `convscope train --seed 0`, with `--recipe fast` or `--from lite0`, and asked by
`convscope.load(RUN).predict`: up to 300 pictures of each corpus. Nothing is tuned here.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import convscope
from benchmarks import results
from convscope.prediction import Model

KINDS = {
    **dict.fromkeys(("bdpq", "hangul", "latin"), "letters"),
    **dict.fromkeys(("digits", "mnist"), "digits"),
    **dict.fromkeys(("photos", "scenes", "textures"), "photographs"),
    **dict.fromkeys(("emoji", "stamps"), "things on plain ground"),
    "elpv": "solar cells",
    "fashion": "clothes",
    "noise": "",
    "blank": "",
}
LEFT_OUT = {
    "bdpq": ("b", "d"),
    "digits": ("1", "3", "5", "7"),
    "latin": ("E", "S"),
    "photos": ("chelsea", "coffee", "flower", "gravel"),
    "stamps": ("birds", "flowers", "fruit"),
}
STARTS = {"scratch": ("--recipe", "fast"), "lite0": ("--from", "lite0")}
MOST = 300  # pictures that are shown
NAME = "rejection"
WHAT = (
    "One row a network and a set of pictures shown to it: the share that is called none of the classes, and the share "
    "that the maximum of softmax would refuse where it refuses as many of the network's own held-out pictures."
)
PAGE = Path(__file__).parent.parent / "docs" / "rejection.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--only", nargs="+", default=sorted(KINDS), metavar="NAME", help="corpora to train on")
    parser.add_argument("--starts", nargs="+", default=list(STARTS), choices=list(STARTS))
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    rows = args.runs / "rows.jsonl"
    if not args.table:
        args.runs.mkdir(parents=True, exist_ok=True)
        done = {(row["start"], row["trained"], row["left_out"]) for row in _rows(rows)}
        with rows.open("a") as file:
            for start in args.starts:
                for name, left in networks(args.corpora, args.only):
                    if (start, name, left) in done:
                        continue
                    for row in measure(args.corpora, args.runs, start, name, left):
                        file.write(json.dumps(row) + "\n")
                        file.flush()
        return
    measured = _ordered(list(_rows(rows)))
    print(results.write(NAME, WHAT, measured))
    PAGE.write_text(page(measured), encoding="utf-8")


def _rows(path: Path) -> Iterator[dict[str, object]]:
    return map(json.loads, path.read_text().splitlines()) if path.exists() else iter(())


def networks(corpora: Path, only: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what is trained on: a corpus, and the class left out of it ("" for none)."""
    there = [name for name in only if (corpora / name / "train").exists() or (corpora / f"{name}.npz").exists()]
    yield from ((name, "") for name in there)
    yield from ((name, left) for name in there for left in LEFT_OUT.get(name, ()))


def measure(corpora: Path, runs: Path, start: str, name: str, left: str) -> Iterator[dict[str, object]]:
    """Train a network unless its run is there, and yield a row for each set of pictures shown to it."""
    run, data = runs / f"{start}-{name}{'-' if left else ''}{left}", corpora / name
    if (corpora / f"{name}.npz").exists():
        data = corpora / f"{name}.npz"
    if left:
        data = runs / "data" / f"{name}-{left}"
        if not data.exists():
            for folder in (f for split in ("train", "test") for f in (corpora / name / split).iterdir()):
                if folder.name != left:
                    shutil.copytree(folder, data / folder.parent.name / folder.name)
    if not (run / "model.onnx").exists():
        words = ["train", str(data), "--seed", "0", "--threads", "1", "--out", str(run), *STARTS[start], "--json"]
        if (run / "run.json").exists():
            words = ["train", "--resume", str(run), "--threads", "1", "--json"]
        subprocess.run([sys.executable, "-m", "convscope", *words], check=True, stdout=subprocess.DEVNULL)
    model, began = convscope.load(run), time.process_time()
    facts = {"start": start, "trained": name, "left_out": left}
    if model.rejection is None:
        yield {**facts, "shown": "", "n": 0}
        return
    softmax = softmax_bound(model, run)
    if left:
        shown = [(left, corpora / name / "test" / left)]
    else:
        others = sorted(other for other in KINDS if other != name and (corpora / other / "test").exists())
        shown = [("own", corpora / name / "test"), *((other, corpora / other / "test") for other in others)]
    for other, folder in shown:
        found = model.predict(chosen(folder), top=1)
        certain = np.array([p.probability for p in found])
        right = [p.label == path.parent.name for p, path in zip(found, chosen(folder), strict=True) if p.label]
        yield {
            **facts,
            "shown": other,
            "n": len(found),
            "refused": float(np.mean([p.label is None for p in found])),
            "softmax": None if softmax is None else float((certain < softmax).mean()),
            "answered_accuracy": float(np.mean(right)) if other == "own" and right else None,
            "held_out": model.rejection.n,
            "seconds": round(time.process_time() - began, 2),
        }


def chosen(folder: Path) -> list[Path]:
    """Return up to MOST pictures below a folder, the same ones every time."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [paths[i] for i in np.sort(np.random.default_rng(0).permutation(len(paths))[:MOST])]


def softmax_bound(model: Model, run: Path) -> float | None:
    """Return the probability below which 5 % of the held-out pictures lie, as split conformal prediction has it; None
    where none is held out.
    """
    from convscope.data.run_data import load_run_data
    from convscope.pictures.preprocessing import preprocess_stack

    found = load_run_data(run)
    if found.dataset.validation is None and found.held_out is None:  # a head whose folds tell: nothing is held out
        return None
    split = found.dataset.validation or found.dataset.train.take(found.held_out)  # type: ignore[arg-type]
    pictures, _ = preprocess_stack(model.spec, split.images[:])
    return -float(
        np.sort(-model.predictor.probabilities(pictures).max(1))[min(len(split), -(-19 * (len(split) + 1) // 20)) - 1]
    )


def _ordered(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return rows in one order, whichever was measured first."""
    return sorted(rows, key=lambda row: [str(row[name]) for name in ("start", "trained", "left_out", "shown")])


def page(rows: list[dict[str, object]]) -> str:
    """Return docs/rejection.md."""
    parts = [HEAD]
    for start in STARTS:
        some = [row for row in rows if row["start"] == start and row["n"]]
        if not some:
            continue
        trained = sorted({str(row["trained"]) for row in some if not row["left_out"]})
        shown = sorted({str(row["shown"]) for row in some if not row["left_out"]} - {"own"})
        share = {(row["trained"], row["shown"]): row for row in some if not row["left_out"]}
        parts.append(f"\n## {TITLES[start]}\n\n| trained on ↓ shown → | own test | {' | '.join(shown)} |\n")
        parts.append("|---|" + "--:|" * (len(shown) + 1) + "\n")
        for name in trained:
            cells = [_cell(share.get((name, other)), kin=KINDS[name] == KINDS.get(other)) for other in ("own", *shown)]
            parts.append(f"| {name} | {' | '.join(cells)} |\n")
        far = [r for r in some if not r["left_out"] and r["shown"] != "own" and _far(r)]
        kin = [r for r in some if not r["left_out"] and r["shown"] != "own" and not _far(r) and KINDS[str(r["shown"])]]
        own = [r for r in some if r["shown"] == "own"]
        near = [r for r in some if r["left_out"]]
        parts.append(
            "\n| | pairs | none of these | below 75 % | maximum of softmax | below 75 % |\n|---|--:|--:|--:|--:|--:|\n"
        )
        named = {"another kind": far, "the same kind": kin, "a class left out": near, "own test pictures": own}
        for what, of in named.items():
            if of:
                low = [f"{_low(of, by)}" if of is not own else "" for by in ("refused", "softmax")]
                shares = (f"{_mean(of, by)} | {n}" for by, n in zip(("refused", "softmax"), low, strict=True))
                parts.append(f"| {what} | {len(of)} | {' | '.join(shares)} |\n")
        if near:
            told = ", ".join(
                f"{r['trained']} without {r['left_out']} {100 * float(str(r['refused'])):.0f}" for r in near
            )
            parts.append(f"\n{textwrap.fill(f'Left out: {told} %.', 120)}\n")
    return "".join(parts)


HEAD = """# None of these: what is caught

<!-- Written by `python -m benchmarks.rejection CORPORA --runs RUNS --table`; do not edit. -->

Shares of pictures that are called none of the classes, in per cent, by networks as `convscope train` makes them (seed
0). *own test*: pictures of the classes that training has not seen; those of `photos` are other parts of the ten
photographs, those of the letters are set in other typefaces. In italics what is of the same kind. Letters are drawn by
a script; digits are scikit-learn's, scenes and textures crops of scikit-image's
photographs (textures are three classes of photos), stamps tuxpaint's, emoji Google's, elpv solar cells. Few classes
were left out, so that mean is a rough one; b, 1, 5, coffee and flowers were looked at when the rule was chosen. Beside
it the maximum of softmax with a bound from the same held-out pictures. The rule is in [evaluation.md](evaluation.md),
what was tried in [log.md](log.md).

**Not caught** is what is as plain as the plainest pictures trained on and stands on the same ground: of 240 black
letters on white, heads of some hundred stamps, most of them on white as well, refuse none (log.md). The letters of the
table stand on coloured ground.
"""
TITLES = {"scratch": "From scratch", "lite0": "From lite0, a linear layer on its frozen features"}


def _far(row: dict[str, object]) -> bool:
    one, other = KINDS[str(row["trained"])], KINDS.get(str(row["shown"]), "")
    return bool(other) and one != other


def _cell(row: dict[str, object] | None, kin: bool) -> str:
    if row is None:
        return ""
    text = f"{100 * float(str(row['refused'])):.0f}"
    return f"*{text}*" if kin else text


def _mean(rows: list[dict[str, object]], name: str) -> str:
    if any(row[name] is None for row in rows):
        return ""
    return f"{100 * float(np.mean([row[name] for row in rows])):.1f}"  # type: ignore[arg-type]


def _low(rows: list[dict[str, object]], name: str) -> int | str:
    if any(row[name] is None for row in rows):
        return ""
    return sum(float(str(row[name])) < 0.75 for row in rows)


if __name__ == "__main__":
    main()
