"""How Sphinx makes the documentation's site of docs/: `make site` writes build/site, with lab and gallery inside."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

import convscope
from convscope import Plan
from convscope.version import __version__

ROOT = Path(__file__).parent.parent

project = "convscope"
author = "The convscope authors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
exclude_patterns = ["conf.py"]
nitpicky = False
default_role = "code"  # `name` in our docstrings means code, as in Markdown

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
copybutton_prompt_text = "$ "

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
python_maximum_signature_line_length = 88  # a longer one has a line for each parameter

html_theme = "furo"
html_title = "convscope"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["screenshots"]
html_theme_options = {"source_directory": "docs/"}

# What stands at the root of the repository is in the site as a page of its own.
AT_ROOT = {"../CONTRIBUTING.md": "project/contributing.md", "../SECURITY.md": "project/security.md"}


def inside(text: str) -> str:
    """Return a page's Markdown with links to pages of the repository's root turned to their places in the site, and
    links to its other files, which are no pages, to their names.
    """
    for target, page in AT_ROOT.items():
        text = text.replace(f"]({target}", f"]({page}")
    return re.sub(r"\[([^\]]*)\]\(\.\./(?!_)[^)]*\)", r"\1", text)


def layer_classes() -> str:
    """Return the directives that describe the class of every layer."""
    named = {name: getattr(convscope, name) for name in convscope.__all__}
    layers = [
        name
        for name, value in named.items()
        if isinstance(value, type) and issubclass(value, Plan) and value is not Plan
    ]
    return "\n".join(f".. autoclass:: {name}" for name in layers)


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    if "/" not in page:
        source[0] = inside(source[0])
    if page == "reference/python":
        source[0] = source[0].replace("LAYERS", layer_classes())


def setup(app: Sphinx) -> None:
    """Let Sphinx read the pages so."""
    app.connect("source-read", _read)
