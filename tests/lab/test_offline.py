"""What stands beside the static site's pages: digests that are theirs, icons of their sizes, a version of the whole."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re

import numpy as np
from PIL import Image

from convscope.lab.offline import MANIFEST, WORKER, offline_files

PAGES = {"index.html": b"<p>lab", "trained.html": b"<p>look"}


def build(files: dict[str, bytes]) -> dict[str, object]:
    found = re.search(r"const BUILD = (\{.*?\n\});", files[WORKER].decode(), re.S)
    assert found
    return dict(json.loads(found[1]))


def test_the_worker_knows_every_files_digest_and_comes_last() -> None:
    made = offline_files(PAGES)
    assert [*made] == [MANIFEST, WORKER]
    files = {**PAGES, **made}
    del files[WORKER]
    assert build(made)["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def test_a_changed_byte_is_another_version_and_the_same_site_the_same() -> None:
    one, again, other = (
        build(offline_files({**PAGES, "index.html": text}))["version"] for text in (b"<p>lab", b"<p>lab", b"<p>lav")
    )
    assert one == again != other


def test_icons_are_the_lectures_x_with_a_window_and_a_rim_to_cut() -> None:
    manifest = json.loads(offline_files(PAGES)[MANIFEST])
    for side, entry in zip((192, 512), manifest["icons"], strict=True):
        kind, _, text = entry["src"].partition(",")
        assert kind == "data:image/png;base64"
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))
        assert pixels.shape == (side, side, 3)
        assert entry["sizes"] == f"{side}x{side}"
        dark = (pixels == (74, 28, 0)).all(axis=2)
        assert (dark == dark[:, ::-1]).mean() > 0.97  # an X, but for the window at its left
        rim = np.ones((side, side), bool)
        rim[side // 8 : -side // 8, side // 8 : -side // 8] = False
        assert (pixels[rim] == (250, 247, 240)).all()
