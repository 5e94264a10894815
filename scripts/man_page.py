"""Write docs/convscope.1, the manual page that the wheel installs, from the parsers: `make cli-reference`.

argparse-manpage writes what the parsers know; examples, exit codes and places are added here.
"""

from __future__ import annotations

from pathlib import Path

from argparse_manpage.manpage import Manpage

from convscope.cli.examples import EXAMPLES
from convscope.cli.parser import full_parser
from scripts.cli_reference import EXIT_CODES

PAGE = Path(__file__).parent.parent / "docs" / "convscope.1"
MACROS = {"TH", "SH", "SS", "TP", "PP", "B", "RS", "RE", "nf", "fi", "UR", "UE"}
ENVIRONMENT = {
    "CONVSCOPE_CACHE": "the folder of what is kept between commands: decoded pictures, features, measurements",
    "NO_COLOR": "set to anything: no colours in the terminal",
}


def man_page() -> str:
    """Return the page in troff's man macros."""
    page = Manpage(full_parser())
    page.date, page.manual, page.source = "", "User Commands", "convscope"
    page.description = "a see-through workbench for convolutional neural networks"
    page.add_section("examples", "=", "\n".join(_example(*example) for verb in EXAMPLES.values() for example in verb))
    page.add_section("exit status", "=", "\n".join(_term(str(code), what) for code, what in EXIT_CODES.items()))
    page.add_section("environment", "=", "\n".join(_term(name, what) for name, what in ENVIRONMENT.items()))
    return "".join(f"{_shielded(line)}\n" for line in str(page).splitlines())


def _shielded(line: str) -> str:
    """Return a line that begins with a dot by chance, as ".npz" does where words were wrapped, so that troff prints it;
    it would take the word for a macro and drop the line.
    """
    word = line.removeprefix(".").split(" ")[0]
    return f"\\&{line}" if line.startswith((".", "'")) and word not in MACROS else line


def _term(word: str, what: str) -> str:
    return f".TP\n\\fB{_escaped(word)}\\fR\n{_escaped(what)}"


def _example(line: str, what: str) -> str:
    return f".PP\n{_escaped(what)}:\n.PP\n.nf\n.RS\n{_escaped(line)}\n.RE\n.fi"


def _escaped(words: str) -> str:
    r"""Return words as troff prints them: backslashes and hyphens meant, quotes as typed.

    >>> print(_escaped("--arch 'relu'"))
    \-\-arch \(aqrelu\(aq
    """
    words = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("~", "\\(ti")
    return words.replace("^", "\\(ha")


if __name__ == "__main__":
    PAGE.write_text(man_page(), encoding="utf-8", newline="\n")
    print(PAGE)
