"""What has fields is a record; a dictionary of anything stands only where JSON is read, written, or kept as it came."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "convscope"

# `to_json` may return one. All other places, by module and function (or class, or alias), with the reason:
READ = """
    errors ConvscopeError.from_json
    explain.payload.encoding decode
    checking.packaged PackagedReport.from_json
    checking.report Finding.from_json
    lab.app _body
    lab.payload Measured.from_json
    lab.drops DropRequest.from_json
    lab.records DescribeRequest.from_json
    lab.records TrainingRequest.from_json
    lab.records number_of
    lab.records text_of
    runs.run_json read_run_json
    runs.tensor_files read
    training.config_file read_config
    runs.tensor_files unpack
"""
WRITTEN = """
    quantisation.quantising _facts
    cli.info contents
    foreign.describing facts_of
    formula.description _layer
    lab.drops Dropped
    web.error_json Fault
    page.inline PayloadJson
    page.large is_large
    runs.directory Run.create
    runs.directory Run.create_fresh
    runs.run_json run_json
    runs.tensor_files pack
    runs.tensor_files write
"""
KEPT_AS_IT_CAME = """
    cli.info _flat
    foreign.graph Op
    lab.records RunReport
    modelfile.metadata Metadata
    modelfile.reading ModelFile.facts
    modelfile.writing serialise
    modelfile.writing write
    prediction.model Model.facts
"""
ARGUMENTS_OF_A_CALL = """
    explain.imported.graphs _Tracer.call_module
    cli.foreign_options foreign_options
    errors _words
    explain.imported.chosen _parts
    explain.imported.translation _WEIGHTED
    explain.imported.laying Axes.read
    explain.imported.laying layer_of
    explain.imported.laying learned_places
    explain.imported.laying maps_call
    explain.imported.laying turned
    explain.imported.translation _conv2d
    explain.imported.translation _group_norm
    explain.imported.translation _instance_norm
    explain.imported.translation _convolution
    explain.imported.translation _prelu
    explain.imported.translation of_constant
    explain.imported.translation _linear
    explain.imported.translation _normalised
    explain.imported.translation _normalised_operator
    explain.imported.translation _plain
    explain.imported.translation of_weighted
    explain.imported.translation of_call
    modelfile.writing _node
    training.config_file with_config
    training.config_file _fault_of
    quantisation.quantising quantise
    training.recipes Recipe.changed
    sklearn.classifier ConvClassifier.__getstate__
    sklearn.classifier ConvClassifier.__setstate__
"""
PLACES = {line.strip() for part in (READ, WRITTEN, KEPT_AS_IT_CAME, ARGUMENTS_OF_A_CALL) for line in part.split("\n")}
PARSERS = {
    "checking.packaged": "reports that ship",
    "data.cache_segment": "what decoding had to say of kept pictures",
    "data.patterns": "what the process that matches a pattern has found",
    "errors": "the sentences",
    "foreign.sidecar": "what lies beside a foreign model",
    "web.error_json": "what a training process answers",
    "lab.payload": "measurements and patches that ship",
    "lab.static_site": "the mark of a site",
    "page.inline": "the dictionaries",
    "page.opening": "a dictionary",
    "runs.json_text": "files of a run and records of a model, priced first",
    "training.distributed": "what one process tells the others",
}


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the package by its dotted name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def of_anything(node: ast.AST) -> bool:
    """Whether a type is a dictionary or mapping from text to anything."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "[str, " in node.value:
        return any(f"{kind}[str, {of}]" in node.value for kind in ("dict", "Mapping") for of in ("Any", "object"))
    return (
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value).rpartition(".")[2] in ("dict", "Mapping", "MutableMapping")
        and ast.unparse(node.slice).strip("()") in ("str, Any", "str, object")
    )


def places(node: ast.AST, within: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the qualified name of what surrounds every such type."""
    for child in ast.iter_child_nodes(node):
        inner = within
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = (*within, child.name)
        elif not within and isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name):
            inner = (child.targets[0].id,)
        elif not within and isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            inner = (child.target.id,)
        if of_anything(child):
            yield ".".join(inner)
        yield from places(child, inner)


def found_in(source: str) -> list[str]:
    return list(places(ast.parse(source)))


def test_the_search_finds_them() -> None:
    assert found_in("def f(a: dict[str, Any]) -> Mapping[str, object]: ...") == ["f", "f"]
    assert found_in("class A:\n  b: typing.Mapping[str, object]\n  def c(self): d: dict[str, Any] = {}") == ["A", "A.c"]
    assert found_in("Json = dict[str, Any]\nK: TypeAlias = 'list[dict[str, object]]'") == ["Json", "K"]
    assert found_in("def f(a: dict[str, int], b: list[Any]) -> dict[int, Any]: ...") == []


@pytest.mark.medium
def test_what_has_fields_is_a_record() -> None:
    found = {f"{name} {place}" for name, tree in trees() for place in places(tree) if place.split(".")[-1] != "to_json"}
    assert sorted(found - PLACES) == [], "make it a record, or say in this file why it is none"
    assert sorted(PLACES - found - {""}) == [], "gone: take it out of this file"


@pytest.mark.medium
def test_json_is_parsed_in_few_places() -> None:
    found = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("json.loads", "json.load", "loads")
    }
    assert found == set(PARSERS)
