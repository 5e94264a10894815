"""`convscope serve`: a model behind HTTP, for other programs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import OK, EnvironmentFault, UsageError
from .foreign_options import add_foreign
from .predict import opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Serve a model file over HTTP until SIGTERM or Ctrl-C: POST a picture or many to /predict, and the answers are "
        "those of `convscope predict --json`. What is in the queue at the end is answered still. A page at / tries it."
    )
    parser.add_argument("model", metavar="MODEL", help="a model.onnx, a run directory, or another ONNX file")
    parser.add_argument(
        "--port", type=int, default=8000, metavar="N", help="port to listen on (default 8000; 0: any that is free)"
    )
    parser.add_argument(
        "--host",
        metavar="NAME",
        help="listen on this address, for other machines; 0.0.0.0: on all addresses",
    )
    parser.add_argument(
        "--token-file", metavar="FILE", help="answer only who sends what is in this file: Authorization: Bearer …"
    )
    parser.add_argument(
        "--no-token", action="store_true", help="with --host: answer anybody who reaches it, such as a proxy before it"
    )
    limits = parser.add_argument_group("limits")
    limits.add_argument(
        "--batch", type=int, metavar="N", help="compute at most so many pictures together (default: as is quickest)"
    )
    limits.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="MS",
        help="milliseconds that a free processor waits for a batch to fill (default 0: busy ones fill it anyway)",
    )
    limits.add_argument("--megabytes", type=int, default=32, metavar="N", help="of a request's body (default 32)")
    limits.add_argument("--pictures", type=int, default=1024, metavar="N", help="in a request (default 1024)")
    limits.add_argument(
        "--queue", type=int, default=4096, metavar="N", help="pictures that wait at most; beyond: 429 (default 4096)"
    )
    limits.add_argument(
        "--seconds", type=float, default=30.0, metavar="S", help="that a request may take; beyond: 503 (default 30)"
    )
    add_foreign(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; return the exit code."""
    try:
        import prometheus_client  # noqa: F401
        import python_multipart  # noqa: F401
    except ModuleNotFoundError as error:
        hint = "pip install 'convscope[serve]'"
        raise EnvironmentFault("package.missing", verb="serve", got=error.name, hint=hint) from error
    from ..serve.access import read_token
    from ..serve.limits import Limits
    from ..serve.server import serve

    if args.no_token and args.token_file is not None:
        raise UsageError("serve.tokens", got="--token-file --no-token")
    limits = Limits(args.megabytes << 20, args.pictures, args.queue, args.seconds, args.wait, args.batch)
    token = None if args.token_file is None else read_token(Path(args.token_file))

    def ready(address: str) -> None:
        print(address, flush=True)
        print("Ctrl-C stops it", file=sys.stderr)

    serve(opened(args), args.port, args.host, token, args.no_token, limits, ready)
    return OK
