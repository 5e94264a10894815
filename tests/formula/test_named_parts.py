"""Named parts: a plan with them equals the plan that one gets by writing them out by hand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.errors import FormulaError
from convscope.formula import describe, parse

LAYERS_OF_PARTS = ["conv({n}, {k})", "conv({k}, ({n}, 1), pad=({k}, 0))", "relu", "bn", "fc({n})", "dropout(0.5)"]


@st.composite
def texts_with_parts(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a formula with parts of two numbers each, and the same written out by substitution."""
    definitions, bodies = list[str](), list[str]()
    for i in range(draw(st.integers(1, 4)) + 1):
        written, expanded = list[str](), list[str]()
        for _ in range(draw(st.integers(1, 4))):
            last = i and draw(st.booleans())
            times = draw(st.sampled_from(["", "*2", "*{n}"]))
            if last:
                part, a, b = draw(st.integers(0, i - 1)), draw(st.sampled_from("n12")), draw(st.sampled_from("k23"))
                a, b = (f"{{{word}}}" if word.isalpha() else word for word in (a, b))
                body = bodies[part].replace("{n}", "\0").replace("{k}", b).replace("\0", a)
                wrap = draw(st.sampled_from(["{}", "skip({})", "concat({}, relu)"]))
                written.append(wrap.replace("{}", f"p{part}({a}, {b})") + times)
                expanded.append(f"({wrap.replace('{}', f'({body})')}){times}")
            else:
                layer = draw(st.sampled_from(LAYERS_OF_PARTS))
                written.append(layer + times)
                expanded.append(layer + times)
        definitions.append(" + ".join(written))
        bodies.append(" + ".join(expanded))
    n, k = (str(draw(st.integers(1, 3))) for _ in range(2))
    heads = [f"p{i}(n, k) = {body.replace('{n}', 'n').replace('{k}', 'k')};" for i, body in enumerate(definitions[:-1])]
    last, whole = (text.replace("{n}", n).replace("{k}", k) for text in (definitions[-1], bodies[-1]))
    return draw(st.sampled_from([" ", "\n", ""])).join([*heads, last]), whole


@given(texts_with_parts())
@settings(max_examples=300, deadline=None)
@pytest.mark.medium
def test_parts_equal_what_is_written_out_by_hand(texts: tuple[str, str]) -> None:
    with_parts, by_hand = texts
    try:
        plan = parse(by_hand)
    except FormulaError as error:  # too long, too deep, too many layers
        assert re.match(r"formula\.(long|brackets|joints)|plan\.(layers|deep)", error.key)
        return
    assert parse(with_parts) == plan == parse(str(plan))


@pytest.mark.parametrize(
    ("text", "key", "piece"),
    [
        ("c = relu + bn(lambda: 0); relu", "formula.syntax", "lambda"),
        ("c(n) = [relu][se(n)]*2; d = c(2); relu", "formula.syntax", "[se"),
        ("c(n) = pad((10**6, n)); d(n) = c(n); conv(0, 3)", "formula.syntax", "**6"),
        ("c(n) = fc(n); d = c(9999999999999999); relu", "formula.number", "9999999999999999"),
        ("c(n) = gate(3j(relu)); relu", "formula.syntax", "3j"),
        ('c(n) = upsamife(1, mode="0.5ilinear"); c(8)', "layer.unknown", "upsamife"),
        ('concat(relu) + upsample(8, "bil10**6inear")', "concat.group", "concat"),
    ],
)
def test_a_part_that_nothing_calls_is_a_formula_too_and_a_string_holds_no_numbers(
    text: str, key: str, piece: str
) -> None:
    with pytest.raises(FormulaError) as caught:
        describe(text, (1, 28, 28), 10)
    assert (caught.value.key, caught.value.column) == (key, text.index(piece) + 1)


def test_the_networks_of_the_documentation() -> None:
    text = 'c(n) = conv(n, 3, pad="same", bias=False) + bn + relu; c(32)*2 + maxpool(2) + c(64) + fc'
    block = '(conv({}, 3, pad="same", bias=False) + bn + relu)'
    assert parse(text) == parse(f"{block.format(32)}*2 + maxpool(2) + {block.format(64)} + fc")
    resnet18 = """
        conv1(n, k, s) = conv(n, k, stride=s, pad="same", bias=False) + bn;
        same(n) = skip(conv1(n, 3, 1) + relu + conv1(n, 3, 1)) + relu;
        half(n) = skip(conv1(n, 3, 2) + relu + conv1(n, 3, 1), conv1(n, 1, 2)) + relu + same(n);
        conv1(64, 7, 2) + relu + maxpool(3, stride=2, pad=1) + same(64)*2 + half(128) + half(256) + half(512) + gap + fc
    """
    network = describe(resnet18, (3, 224, 224), 1000).network
    assert (network.parameters, network.macs) == (11_689_512, 1_814_073_344)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("c(n) = conv(n, 3); c(16) + c(0)", "0)", "channels must be a whole number of 1 or more, got 0"),
        ("c(n) = conv(n, 3); d(m) = c(m)*2; d(-1)", "-1)", "channels must be a whole number of 1 or more, got -1"),
        ("c(n) = relu*n; c(2.5)", "2.5", "* repeats a layer or group a whole number of times, got 2.5"),
        ("c(n) = konv(n, 3); c(2)", "konv", "did you mean conv?"),
        ("block(n) = conv(n, 3); blok(2)", "blok(2)", "did you mean block?"),
        ("c(n) = conv(n, 3; c(2)", "(n, 3", "( is never closed"),
        ("c(n) = conv(n, 3); c", "c", "wrong number of arguments for c, got 0, expected 1"),
        ("c(n) = conv(n, 3); c(1, 2)", "c(1", "wrong number of arguments for c, got 2, expected 1"),
        ("c(n) = conv(n, 3); c((3, 3))", "(3, 3))", 'single numbers, True, False or "same", got (3, 3)'),
        ("a = b; b = relu; a", "b; b", "b can be used only after its definition"),
        ("a = relu + a; a", "a; a", "a can be used only after its definition"),
        ("relu(n) = bn; relu(2)", "relu(n)", "relu is the name of a layer or of another part"),
        ("a = bn; a = relu; a", "a = relu", "a is the name of a layer or of another part"),
        ("c(n, n) = fc(n); c(2, 2)", "n) =", "n is given twice"),
        ("for = relu; fc", "for", "a part with a name must stand here"),
        ("relu + bn; fc", "relu", "a part with a name must stand here"),
        ("c(n) = fc(n); ", "", "not a formula from here on"),
        ("a = relu; " + "b = a + a; c = b*200; d = c + c + c; d", "c + c; d", "too many layers after repeats"),
    ],
)
def test_a_fault_in_a_part_has_its_place(text: str, place: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    column = text.rindex(place) + 1 if place else text.rindex(";") + 2
    assert says in str(caught.value)
    assert caught.value.column == column


@pytest.mark.medium
def test_parts_that_double_end_at_the_limit_of_layers() -> None:
    doubling = "p0 = relu; " + "".join(f"p{i} = p{i - 1} + p{i - 1}; " for i in range(1, 25))
    assert parse(doubling + "p9").count == 512
    with pytest.raises(FormulaError, match="too many layers after repeats"):
        parse(doubling + "p24")
    many = "p = " + "relu + " * 500 + "relu; concat(" + "p, " * 2000 + "p)"
    with pytest.raises(FormulaError, match="too many layers after repeats"):
        parse(many)


def test_parts_within_parts_have_a_limit() -> None:
    links = ["p0 = relu; ", *(f"p{i} = p{i - 1}; " for i in range(1, 500))]
    assert str(parse("".join(links[:63]) + "p62")) == "relu"
    with pytest.raises(FormulaError, match="parts nested too deep"):
        parse("".join(links) + "p499")
    with pytest.raises(FormulaError, match="parts nested too deep"):  # brackets between them do not help
        parse("p0 = relu; " + "".join(f"p{i} = [[[p{i - 1}*1]]]; " for i in range(1, 200)) + "p199")


def test_an_se_counts_as_one_layer_of_those_that_calls_of_parts_have_made() -> None:
    """280 of 420 layers each are read when the first call ends: it is the sum of two of them that is too much."""
    many = " + ".join(["se(2)"] * 70)
    text = "p0 = relu; " + "".join(f"p{i} = {many} + p{i - 1}; " for i in range(1, 5)) + "p4"
    with pytest.raises(FormulaError, match="too many layers after repeats, got 841, expected at most 512"):
        parse(text)
    made = "concat(" + "c, " * 255 + "{})"
    assert parse("c = relu; " + made.format("c + c")).count == 258
