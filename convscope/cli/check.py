"""`convscope check`: what is wrong with labelled pictures, before a network is trained on them."""

from __future__ import annotations

import argparse
import json
import math
import sys

from ..errors import BAD_INPUT, OK, phrase
from .data_options import add_data_root, add_no_cache, add_patterns


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Look for what spoils a training or its figures: copies, the same picture in training and test or under two "
        "classes, files that cannot be read, pictures that show nothing, classes that are small or out of proportion. "
        "With lite0, a network that ships with convscope, each picture is looked at closely: copies that are cropped, "
        "mirrored or turned, labels that may be wrong, pictures unlike all others; 10,000 pictures take about three "
        "minutes of one CPU the first time. "
        "Every finding says how many, names the first and how to mend it. The exit code is 3 if there is any that is "
        "no question."
    )
    parser.add_argument(
        "data",
        metavar="DATA",
        help="mnist, fashion-mnist, an IDX folder, a folder of pictures, or a .zip, .csv, .npz file",
    )
    parser.add_argument("--size", type=int, metavar="N", help="look at the pictures at N x N pixels")
    add_data_root(parser)
    add_patterns(parser, "--label-from", "--group-by")
    add_no_cache(parser)
    parser.add_argument("--quick", action="store_true", help="leave the closer look out: seconds instead of minutes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check as `args` say; return 3 if anything was found."""
    from .. import data
    from ..checking import check
    from ..checking.closer import MOST
    from ..checking.closer import estimate_seconds as closer_look_seconds
    from ..machine.cpus import available_cpus
    from .loading import loading_on

    with loading_on(sys.stderr) as shown:
        dataset = data.load(
            args.data,
            size=args.size,
            data_root=args.data_root,
            label_from=args.label_from,
            group_by=args.group_by,
            cache=args.cache,
            progress=shown,
        )
    for understood in data.understood(dataset):
        print(understood, file=sys.stderr)
    closer = not args.quick
    n = sum(len(split) for split in dataset.splits.values())
    if closer and (minutes := closer_look_seconds(n) / available_cpus() / 60) >= 0.5 and n <= MOST:
        said = phrase("check.closer", n=f"{n:,}", minutes=f"{math.ceil(minutes)}")
        print(said, file=sys.stderr)
    with loading_on(sys.stderr, "looking at pictures") as shown:
        report = check(dataset, closer=closer, cache=args.cache, progress=shown)
    for part in report.put_off:
        print(part, file=sys.stderr)
    if args.json:
        print(json.dumps(report.to_json()))
    else:
        for line in report.lines():
            print(line)
        print(f"{report.pictures:,} pictures checked in {report.seconds:.1f} s, findings: {len(report.findings)}")
    return BAD_INPUT if any(not finding.question for finding in report.findings) else OK
