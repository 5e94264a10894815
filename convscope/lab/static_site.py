"""The lab as a static site: the chapters, a recorded training in place of live ones, that network's see-through page,
a page for a network of the reader's own, and one for teachers.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from ..errors import InputError, phrase
from ..explain.look import SLIDES, look
from ..files import TEMPORARY, atomic_write, read_plain, remove, require_place, write_fault
from ..page.inline import PayloadJson, lab_html, page_html, teacher_html
from ..page.opening import empty_html
from .event_streams import new_snapshots, snapshot, thinned
from .offline import MANIFEST, WORKER, offline_files
from .payload import lab_payload
from .pretrained_file import FILE as PRETRAINED
from .pretrained_file import pretrained_file
from .records import Recording
from .run_index import RunReader
from .whole_digits import WHOLE, whole_digits

MARK, PAGES = "convscope-lab.json", ("index.html", "trained.html", "teacher.html", "open.html")
FILES = (*PAGES, WHOLE, PRETRAINED, MANIFEST, WORKER)
SITE = "convscope.lab-site/1"


def write_site(folder: Path, run: Path | None = None) -> Path:
    """Write the site of a finished run (default: the one that ships) to `folder` and return its first page.

    Its pages open from file:// too; on a web host it can be installed and works without a network. Raises InputError
    for a folder that holds anything but an earlier site, and for a run that is not finished.
    """
    run = SLIDES if run is None else run
    if not (run / "model.onnx").is_file():
        raise InputError("run.unfinished.here", where=str(run), hint=phrase("run.unfinished.here.try"))
    if folder.is_dir() and any(folder.iterdir()) and not _ours(folder):
        raise InputError("folder.other", where=str(folder), expected=phrase("lab.folder.expected"))
    require_place(folder / MARK if os.path.lexists(folder) else folder, folders=True)
    whole, digits = whole_digits()
    pretrained, weights = pretrained_file()
    payload = {**site_payload(run), "mnist": whole.to_json(), "pretrained": pretrained.to_json()}
    pages = (
        lab_html(payload, False, packed=True),
        page_html({**look(run).payload, "lab": f"{PAGES[0]}#c=mnist"}, packed=True),
        teacher_html(teacher_payload(payload)),
        empty_html(lab=PAGES[0]),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_fault(folder, error) from error
    for leftover in folder.glob(TEMPORARY + "*"):
        remove(leftover)
    atomic_write(folder / MARK, json.dumps({"format": SITE, "files": FILES}).encode())
    encoded = {name: html.encode("utf-8", "replace") for name, html in zip(PAGES, pages, strict=True)}
    for name, data in ({WHOLE: digits, PRETRAINED: weights} | encoded | offline_files(encoded)).items():
        # The worker last: it knows the digests of all others, but keeps neither the whole of MNIST nor the weights for
        # anybody who did not ask.
        atomic_write(folder / name, data)
    return folder / FILES[0]


def site_payload(run: Path) -> PayloadJson:
    """Return what the static page is given: the recorded run as api.js would tell it."""
    path = run.resolve()
    reader = RunReader(path)
    lines = reader.log.rest()
    reader.update(lines)
    summary = replace(reader.summary(), look=FILES[1], report=None)
    shots = [shot for file in new_snapshots(path, set()) if (shot := snapshot(file)) is not None]
    recorded = Recording(summary, tuple(thinned(lines)), tuple(shots), FILES[1])
    offline = {"manifest": MANIFEST, "worker": WORKER}
    shown = {"recorded": recorded.to_json(), "offline": offline, "teacher": PAGES[2], "open": PAGES[3]}
    return {**lab_payload().to_json(), **shown}


def teacher_payload(payload: PayloadJson) -> PayloadJson:
    """Return what the page for teachers is given of the static page's: where that is, and what answers are made of."""
    hard = {"labels": payload["hard"]["labels"]}
    return {
        "format": "convscope-teacher",
        "language": "auto",
        "lab": PAGES[0],
        "digits": payload["digits"],
        "hard": hard,
    }


def _ours(folder: Path) -> bool:
    """Whether a folder is an earlier site: its mark, and nothing that the site does not have."""
    try:
        marked = json.loads(read_plain(folder / MARK))["format"] == SITE
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    names = {path.name for path in folder.iterdir() if not path.name.startswith(TEMPORARY)}  # of one that was killed
    return bool(marked and names <= {MARK, *FILES})
