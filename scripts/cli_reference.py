"""Write docs/cli.md, the reference of every verb and option, from the parsers themselves: `make cli-reference`.

tests/docs/test_cli_reference.py fails where the file is not what the parsers say.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from textwrap import fill

from convscope.cli.examples import EXAMPLES
from convscope.cli.parser import VERBS, verb_parser

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
HEAD = """# The command line

<!-- Written by `make cli-reference` from the parsers in convscope/cli; do not edit. -->

```sh
convscope VERB …          # what follows below
convscope VERB --help     # the same in the terminal
convscope --version
python -m convscope VERB …
```

Options can stand before or after the other arguments, as `--seed 3` or `--seed=3`, and be shortened as long as they
stay unambiguous. Results go to standard output; notes, progress and errors go to standard error.

`convscope completion` lets a shell complete all of it, and the wheel installs the same as a manual page,
`man convscope`.

| exit code | |
|--:|---|
"""
EXIT_CODES = {
    0: "done",
    1: "a bug in convscope, with a traceback",
    2: "usage: a verb, option or combination that does not exist",
    3: "input: a file, image, formula or model that cannot be used",
    4: "environment: a missing package or device, no space, no permission",
    5: "interrupted by Ctrl-C, SIGTERM, SIGHUP or SIGXCPU; a training keeps a checkpoint and says how to go on",
}


def reference() -> str:
    """Return the whole page."""
    codes = "".join(f"| {code} | {what} |\n" for code, what in EXIT_CODES.items())
    return "\n".join([HEAD + codes, *(section(verb) for verb in VERBS)])


def section(verb: str) -> str:
    """Return one verb's heading, description and table of arguments."""
    parser = verb_parser(verb)
    actions = [action for action in parser._actions if action.dest != "help"]  # argparse has no public list of them
    synopsis = ["convscope", verb, *(placed(action) for action in actions if not action.option_strings)]
    return "\n".join(
        [
            f"## convscope {verb}",
            "",
            f"`{' '.join(synopsis)} [options]`",
            "",
            fill(str(parser.description), 120),
            "",
            "| argument | |",
            "|---|---|",
            *(f"| {name(action)} | {text(action)} |" for action in actions),
            "",
            "```sh",
            *(f"{typed}  # {what}" for typed, what in EXAMPLES[verb]),
            "```",
            "",
        ]
    )


def placed(action: argparse.Action) -> str:
    """Return a positional argument as a synopsis has it: [MODEL], IMAGE …."""
    word = f"{action.metavar} …" if action.nargs in ("*", "+") else str(action.metavar)
    return f"[{word}]" if action.nargs in ("*", "?") else word


def name(action: argparse.Action) -> str:
    """Return an argument's names and value: `-o`, `--out PAGE`."""
    if not action.option_strings:
        return code(str(action.metavar))
    *short, long = action.option_strings
    value = "" if action.nargs == 0 else f" {action.metavar or '{' + ','.join(map(str, action.choices or ())) + '}'}"
    return ", ".join([*map(code, short), code(long + value + (" …" if action.nargs == "+" else ""))])


def code(words: str) -> str:
    """Return words as code in a cell of a table."""
    return "`" + words.replace("|", "\\|") + "`"


def text(action: argparse.Action) -> str:
    """Return an argument's help, which argparse reads as a %-format, as Markdown."""
    return ((action.help or "") % {}).replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    print(PAGE)
