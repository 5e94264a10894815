"""Options that every verb has which reads labelled pictures."""

from __future__ import annotations

import argparse

PATTERNS = {
    "--label-from": "labels from the paths of the pictures, as in train",
    "--group-by": "groups from the paths of the pictures, as in train",
}


def add_data_root(parser: argparse.ArgumentParser) -> None:
    """Declare where fashion-mnist is."""
    parser.add_argument("--data-root", metavar="DIR", help="folder with fashion-mnist's files")


def add_patterns(parser: argparse.ArgumentParser, *options: str) -> None:
    """Declare some of PATTERNS, which train explains."""
    for option in options:
        parser.add_argument(option, metavar="REGEX", help=PATTERNS[option])


def add_no_cache(parser: argparse.ArgumentParser) -> None:
    """Declare how to go without the decoded pictures that are kept."""
    parser.add_argument(
        "--no-cache", dest="cache", action="store_false", help="decode every picture anew (see convscope cache)"
    )
