"""In a notebook `convscope.look(...)` shows the page itself, and what nbconvert makes of the notebook still holds it,
alive.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from convscope import modelfile
from convscope.explain.look import look
from tests.browser.chromium import PATIENCE
from tests.samples import sample

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Execute a notebook of one cell in a kernel of its own; return the HTML that nbconvert makes of it, beside its
    model.
    """
    folder = tmp_path_factory.mktemp("notebook")
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", (1, 12, 11), 3)
    modelfile.write(folder / "model.onnx", network, spec, weights, ("a", 'b" onload="alert(1)', "c & d"))
    cells = [nbformat.v4.new_code_cell("import convscope\nconvscope.look('model.onnx', title='\"&amp;<b>')")]
    made = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(made, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    text, _ = HTMLExporter().from_notebook_node(made)
    (folder / "notebook.html").write_text(text, encoding="utf-8")
    return folder / "notebook.html"


def test_it_is_the_same_document_as_the_file(notebook: Path) -> None:
    frames = re.findall(r'<iframe[^>]*? srcdoc="([^"]*)"', notebook.read_text(encoding="utf-8"))
    page = look(notebook.parent / "model.onnx", title='"&amp;<b>')
    assert [html.unescape(frame) for frame in frames] == [page.html]
    assert not page.html.isascii()
    assert page._repr_html_().isascii()  # a byte a character in memory, where marimo counts up to 8 MB


def test_it_works_in_its_frame(notebook: Path, browser: webdriver.Chrome) -> None:
    browser.get(notebook.as_uri())
    browser.switch_to.frame(browser.find_element(By.CSS_SELECTOR, "iframe[srcdoc]"))
    try:
        assert browser.find_element(By.CSS_SELECTOR, "h1").text == '"&amp;<b>'
        browser.execute_script("document.querySelector('.column:nth-of-type(2) .tile').click()")
        WebDriverWait(browser, PATIENCE).until(
            lambda b: re.fullmatch(r"conv1, map [1-4] of 4", b.find_element(By.CSS_SELECTOR, "#view h2").text)
        )
        assert (
            browser.execute_script("try { return parent.document.title } catch (e) { return e.name }")
            == "SecurityError"
        )
    finally:
        browser.switch_to.default_content()
