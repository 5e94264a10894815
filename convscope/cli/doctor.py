"""`convscope doctor`: this machine as convscope sees it, and what is missing or slow here, and why."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from ..errors import ENVIRONMENT, LINE, OK, printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Show what convscope finds on this machine: versions, CPUs and how many are free, precision, memory, folders, "
        "browser. A convolution is timed. What is missing or slow is said with its reason and what to try. The exit "
        "code is 4 if a package is missing without which verbs fail."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the examination; return the exit code."""
    from ..machine.examination import examine
    from ..version import __version__

    seen = examine()
    if args.json:
        findings = [asdict(finding) for finding in seen.findings]
        print(json.dumps({"convscope": __version__, "facts": seen.facts, "findings": findings}, ensure_ascii=False))
    else:
        facts = {"convscope": __version__, **seen.facts}
        width = max(map(len, facts))
        print(*(f"{name:{width}}  {printable(value, LINE)}" for name, value in facts.items()), sep="\n")
        print()
        for finding in seen.findings:
            print(f"{finding.level}: {printable(finding.what, LINE)}")
            if finding.hint:
                print(f"    try: {finding.hint}")
        if not any(finding.level != "note" for finding in seen.findings):
            print("nothing is missing, and nothing is slow")
    return ENVIRONMENT if any(finding.level == "missing" for finding in seen.findings) else OK
