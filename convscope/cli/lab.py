"""`convscope lab`: the lecture's chapters and a workbench in the browser, served on this machine or written as a
site."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import OK, UsageError, printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Serve the chapters and the workbench on this machine, for its own browser only, until Ctrl-C. Trainings "
        "started there go on when the lab is closed. With --build, write the chapters as a static site instead."
    )
    parser.add_argument(
        "--port", type=int, default=8765, metavar="N", help="port to listen on (default 8765; 0: any that is free)"
    )
    parser.add_argument(
        "--runs",
        default="runs",
        metavar="DIR",
        help="folder of the runs: those there are shown, new ones are written there (default runs)",
    )
    parser.add_argument(
        "--roots",
        nargs="+",
        default=[],
        metavar="DIR",
        help="folders of pictures, or of such folders, to offer as data",
    )
    parser.add_argument("--open", action="store_true", help="open the lab in the browser")
    parser.add_argument("--host", metavar="NAME", help="listen on this address of the machine, for other machines")
    parser.add_argument(
        "--token",
        metavar="TEXT",
        help="with --host: a token of your own, 16 characters or more; other users of this machine can read it",
    )
    parser.add_argument("--build", metavar="DIR", help="write a static site to DIR and exit")
    parser.add_argument(
        "--run",
        dest="shown",
        metavar="RUN",
        help="with --build: the finished run that it shows (default: one that ships)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped, or write the site; return the exit code."""
    if args.build is not None:
        from ..lab.static_site import write_site

        path = write_site(Path(args.build), None if args.shown is None else Path(args.shown))
        print(printable(path, 400))
        return OK
    if args.shown is not None:
        raise UsageError("lab.run", hint="convscope lab --build DIR --run RUN")
    from ..lab.server import serve

    def ready(address: str, door: Path) -> None:
        print(address, flush=True)
        print("Ctrl-C stops the lab; trainings go on", file=sys.stderr)
        if args.token is not None:
            note = "other users of this machine can read --token; without it the lab has one that they cannot"
            print(f"note: {note}", file=sys.stderr)
        if args.open:
            import webbrowser

            if not webbrowser.open(door.resolve().as_uri()):
                print("no browser was found here: open the address in one yourself", file=sys.stderr)

    serve(Path(args.runs), [Path(root) for root in args.roots], args.port, args.host, args.token, ready)
    return OK
