"""Who reads a message: at the command line an option is `--val 5000`, in Python `val=5000`.

Sentences name options as the command line does. `sentence_for_caller` and `options_for_caller` put them as a call in
Python does, unless the process is a command (`command_line`). A whole command within a sentence stays what it is.
"""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SWITCHES = ("strict", "quick", "always", "bgr", "centre", "empty", "open", "json")  # options without a value
OTHERWISE = {"from": "from_"}  # those that Python has another name for
COMMAND = r"\b(?:convscope|torchrun|pip|apt-get) [^,;:()]*"  # up to the next pause
CHOICES = "yes|no|none|head|all|train|test|validation|fast|lite0"
VALUE = rf"\{{\w+\}}|'[^']*'|\"[^\"]*\"|[A-Z]+(?:\.\w+)?\b|\d\w*%?|(?:{CHOICES})\b"
IN_SENTENCE = rf"({COMMAND})|--([a-z][a-z-]*)(?: ({VALUE}))?"
ALONE = r"--([a-z][a-z-]*)(?: (?!--)(\S+))?"

_commands = 0  # how many commands this process is within


@contextmanager
def command_line() -> Iterator[None]:
    """Say everything in the words of the command line while this lasts."""
    global _commands
    _commands += 1
    try:
        yield
    finally:
        _commands -= 1


def sentence_for_caller(sentence: str, words: Mapping[str, str]) -> str:
    """Return a sentence with its gaps filled by `words`, its options as who reads it has them."""
    if _commands or "--" not in sentence:
        return sentence.format_map(words)
    import re  # only mistakes and notes pay for it

    said, end = "", 0
    for found in re.finditer(IN_SENTENCE, sentence):
        command, name, value = found.groups()
        said += sentence[end : found.start()].format_map(words)
        said += command.format_map(words) if command else argument(name, value and value.format_map(words))
        end = found.end()
    return said + sentence[end:].format_map(words)


def options_for_caller(text: str) -> str:
    """Return text that is options with their values and nothing else, `--tune head`, as who reads it has them; any
    other text as it is.
    """
    if _commands or not text.startswith("--"):
        return text
    import re

    return re.sub(ALONE, lambda found: argument(found[1], found[2]), text)


def argument(name: str, value: str | None) -> str:
    """Return an option of the command line as an argument of a call in Python.

    >>> argument("batch-size", "64"), argument("from", "lite0"), argument("no-cache", None), argument("val", None)
    ('batch_size=64', 'from_="lite0"', 'cache=False', 'val=')
    """
    if name in SWITCHES or name.startswith("no-"):
        return f"{name.removeprefix('no-').replace('-', '_')}={name in SWITCHES}" + (f" {value}" if value else "")
    name = OTHERWISE.get(name, name.replace("-", "_"))
    if value is None or value.isupper() or value[0] in "'\"" or _number(value):
        return f"{name}={value or ''}"
    return f'{name}="{value}"'


def _number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
