"""python -m tests.faults [NAME …] [--times N] [--seed S]: run campaigns long and write down what came of them."""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import signal
import sys
import time

from benchmarks.results import machine
from tests.faults.campaign import all_campaigns
from tests.faults.report import RESULTS, write_report


def main() -> int:
    """Run the campaigns named, or all; exit code 1 where one did harm."""
    campaigns = {campaign.name: campaign for campaign in all_campaigns()}
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(campaigns)} (default: all)")
    parser.add_argument("--times", type=int, help="attacks of each (default: what each takes for long)")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other attacks (default: 0)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of every `finally`: what was begun ends, too
    harmed = False
    for name in arguments.names or campaigns:
        campaign = campaigns[name]
        begun = time.perf_counter()
        tally = campaign.run(arguments.times or campaign.long, arguments.seed)
        seconds = time.perf_counter() - begun
        harmed |= bool(tally.faulty)
        print(f"{name}: {tally.tried:,} {campaign.tries}, {tally.faulty:,} did harm, {seconds:.0f} s", flush=True)
        for fault in tally.faults:
            print(f"    {fault}", flush=True)
        record = {
            "campaign": name, "tried": tally.tried, "faulty": tally.faulty,
            "counts": dict(sorted(tally.counts.items())),
            "figures": tally.figures, "faults": tally.faults, "seed": arguments.seed, "seconds": round(seconds, 1),
            "date": datetime.date.today().isoformat(), "machine": machine(), "python": platform.python_version(),
        }  # fmt: skip
        (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    write_report()
    return int(harmed)


if __name__ == "__main__":
    sys.exit(main())
