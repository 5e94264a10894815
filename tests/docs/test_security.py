"""SECURITY.md names the bounds that the code keeps."""

from __future__ import annotations

from pathlib import Path

from convscope.data import label_table, zip_tree
from convscope.formula.plan import MAX_LAYERS
from convscope.formula.text_bounds import MAX_TEXT
from convscope.formula.tracing import MAX_PARAMETERS
from convscope.lab import app, drops, security
from convscope.pictures import decoding, formats
from convscope.serve.limits import MOST_HELD, Limits
from convscope.web import connections, server

POLICY = (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8")


def test_the_bounds_are_the_codes() -> None:
    served = Limits()
    for row in (
        f"| {MAX_TEXT:,} bytes, {MAX_LAYERS} layers, {MAX_PARAMETERS:,} parameters |",
        f"| a file of {decoding.MAX_FILE_BYTES:,} bytes, {formats.MAX_PIXELS:,} pixels |",
        f"| a table of labels | {label_table.MOST_BYTES:,} bytes |",
        f"| a member of an archive | {zip_tree.MOST_BYTES:,} bytes |",
        f"| a head of {server.MOST_HEAD:,} bytes, a body of {security.MOST_BODY:,} bytes, "
        f"{security.BODY_SECONDS:.0f} seconds for each |",
        f"| a piece of a dropped file | {drops.MOST_PIECE:,} bytes, {security.PIECE_SECONDS:.0f} seconds |",
        f"| {drops.MOST_FILES:,} files, {drops.MOST_BYTES:,} bytes, {drops.MOST_FILE:,} bytes a file, "
        f"{drops.MOST_SETS} sets |",
        f"| {connections.MOST} connections, {app.STREAMS} event streams |",
        f"| a head of {server.MOST_HEAD:,} bytes, a body of {served.bytes:,} bytes, {served.pictures:,} pictures, "
        f"{served.seconds:.0f} seconds |",
        f"| {connections.MOST} connections, {served.queue:,} pictures, {MOST_HELD:,} bytes of bodies |",
    ):
        assert row in POLICY, row
