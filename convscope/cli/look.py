"""`convscope look`: every number of a network in one HTML file."""

from __future__ import annotations

import argparse
import os
import sys

from ..errors import BAD_INPUT, OK
from ..files import require_place
from .data_options import add_data_root, add_no_cache
from .foreign_options import add_foreign, foreign_options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Write one HTML file in which every number of a network can be seen: it opens offline, in a mail, on a "
        "phone. A run directory brings the history of its training along, and its data is found again."
    )
    parser.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help="a model.onnx or a run directory, or any convolutional network as an ONNX file (default: slides, which "
        "ships with convscope)",
    )
    parser.add_argument(
        "things",
        nargs="*",
        metavar="IMAGE|DATA",
        help="pictures to show it (files, folders, patterns such as 'scans/*.png'), and mnist, fashion-mnist or a "
        "folder with one sub-folder a class, for the channel cards and the errors",
    )
    parser.add_argument(
        "--against",
        metavar="MODEL",
        help="a second network, of the same picture size and classes, that is run on every picture too: where the two "
        "differ, layer by layer",
    )
    parser.add_argument(
        "-o", "--out", metavar="PAGE", help="the file to write (default: the model's name, in this folder)"
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--title", default="", metavar="TEXT", help="the page's heading (default: the model's name)")
    parser.add_argument(
        "--language",
        choices=("auto", "en", "ko"),
        default="auto",
        help="auto: the reader's own (default); both are in the page",
    )
    parser.add_argument(
        "--samples", type=int, default=20, metavar="N", help="pictures in the gallery, at most (default 20)"
    )
    parser.add_argument(
        "--megabytes",
        type=float,
        metavar="N",
        help="the page's size at most: parts are left out until it fits (default 5, or up to 20 where the weights "
        "need it)",
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="write the page without a network: a .onnx file that is dropped on it is read by the page itself",
    )
    parser.add_argument(
        "--formula",
        metavar="FORMULA",
        help="of a file of weights alone (.pt, .pth), which torch.save wrote of a state_dict: the network that they "
        "belong to, with --shape, --classes, --mean and --std where they are needed",
    )
    add_foreign(parser)
    add_data_root(parser)
    add_no_cache(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the page as `args` say; return 3 if a picture could not be read."""
    from ..errors import UsageError, phrase, printable
    from ..explain.look import look, look_empty
    from ..page.webpage import require_target
    from .loading import loading_on

    if args.out is not None and not os.path.isdir(args.out):
        require_target(args.out)  # before the work: a name that cannot be, a file that is no page
    else:
        require_place(os.path.join(args.out or ".", "page.html"))

    if args.empty and (args.model or args.things or args.against):
        raise UsageError("look.empty", got=args.model or args.against, expected=phrase("look.empty.expected"))
    with loading_on(sys.stderr) as shown:
        page = (
            look_empty(args.language)
            if args.empty
            else look(
                args.model,
                args.things or None,
                against=args.against,
                samples=args.samples,
                title=args.title,
                language=args.language,
                megabytes=args.megabytes,
                **foreign_options(args),
                formula=args.formula,
                data_root=args.data_root,
                cache=args.cache,
                progress=shown,
            )
        )
    path = page.save(args.out)
    for error in page.unread:
        print(error.line(), file=sys.stderr)
    for note in page.notes:
        print(note, file=sys.stderr)
    print(f"{printable(path, 400)}  {path.stat().st_size / 1e6:.2f} MB")
    if args.open and not page.show(path):
        print("no browser was found here: open the file in one yourself", file=sys.stderr)
    return BAD_INPUT if page.unread else OK
