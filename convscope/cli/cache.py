"""`convscope cache`: decoded pictures and features that are kept; how many bytes, where, and away with them."""

from __future__ import annotations

import argparse
import json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Pictures of folders are decoded once and kept, by the content of their files, for every command that reads "
        "them again, and so are the features that a pretrained network makes of them; the longest unused go first. "
        "Say where they are and how many bytes they take, or remove them: "
        "nothing is lost but time."
    )
    parser.add_argument("--clear", action="store_true", help="remove all of them")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show or clear the cache as `args` say; return the exit code."""
    from ..data.decoded_cache import clear, usage

    removed = clear().size if args.clear else 0
    now = usage()
    if args.json:
        print(json.dumps({"folder": str(now.folder), "bytes": now.size, "most": now.most, "removed": removed}))
    elif args.clear:
        print(f"removed {removed / 1e6:,.1f} MB of decoded pictures and features from {now.folder}")
    else:
        print(
            f"{now.size / 1e6:,.1f} MB of decoded pictures and features, at most {now.most / 1e6:,.0f} MB\n{now.folder}"
        )
    return 0
