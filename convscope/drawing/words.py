"""What a picture calls the layers, in English and in Korean."""

from __future__ import annotations

import re
from typing import Final

from ..formula import ConvTranspose, Layer
from ..formula.geometry import Pair, pair, times
from .units import Unit

LANGUAGES = ("en", "ko")
LONGEST = 28  # letters of a step that the formula has not

NAMES: Final = {
    "conv": ("conv", "합성곱"),
    "maxpool": ("max pooling", "최댓값 풀링"),
    "avgpool": ("average pooling", "평균 풀링"),
    "adaptive_avgpool": ("average pooling", "평균 풀링"),
    "gap": ("global average", "전역 평균"),
    "fc": ("fully connected", "완전 연결"),
    "add": ("+", "+"),
    "mul": ("×", "×"),
    "concat": ("concat", "이어 붙임"),
    "bn": ("batch norm", "배치 정규화"),
    "dropout": ("dropout", "드롭아웃"),
    "flatten": ("flatten", "펼치기"),
    "crop": ("crop", "자르기"),
    "relu": ("ReLU", "ReLU"),
    "leaky_relu": ("leaky ReLU", "leaky ReLU"),
    "prelu": ("PReLU", "PReLU"),
    "relu6": ("ReLU6", "ReLU6"),
    "elu": ("ELU", "ELU"),
    "gelu": ("GELU", "GELU"),
    "silu": ("SiLU", "SiLU"),
    "hardswish": ("hard-swish", "hard-swish"),
    "sigmoid": ("sigmoid", "시그모이드"),
    "hardsigmoid": ("hard-sigmoid", "hard-sigmoid"),
    "tanh": ("tanh", "tanh"),
    "gelu_tanh": ("GELU (tanh)", "GELU (tanh)"),
    "softplus": ("softplus", "softplus"),
    "clip": ("clip", "clip"),
    "softmax": ("softmax", "소프트맥스"),
    "log_softmax": ("log-softmax", "로그 소프트맥스"),
    "scale": ("scale", "스케일"),
    "lrn": ("local response norm", "국소 응답 정규화"),
    "group_norm": ("group norm", "그룹 정규화"),
    "layer_norm": ("layer norm", "층 정규화"),
    "instance_norm": ("instance norm", "인스턴스 정규화"),
    "channel_shuffle": ("channel shuffle", "채널 섞기"),
    "channel_slice": ("some channels", "채널 일부"),
    "tokens": ("tokens", "토큰"),
    "position": ("position", "위치"),
    "pad": ("padding", "패딩"),
    "upsample": ("upsampling", "업샘플링"),
    "conv_transpose": ("transposed conv", "전치 합성곱"),
}  # fmt: skip
ATTENTION: Final = ("attention", "어텐션")
HEADS: Final = ("attention, {n} heads", "어텐션, 헤드 {n}개")
ATTENDS: Final = re.compile(r"attention(?:\(heads=(\d+)\))?")  # as the reader of files labels it
DEPTHWISE: Final = ("depthwise", "채널별")
GROUPS: Final = ("in {n} groups", "그룹 {n}개")
INPUT: Final = ("input", "입력")
COSTS: Final = ("{macs} multiplications (MACs)", "곱셈(MAC) {macs}번")
KNOWN_COSTS: Final = ("{macs} multiplications (MACs) in the known layers", "아는 층의 곱셈(MAC) {macs}번")
CAPTION: Final = (
    "{parameters} parameters, {costs}, receptive field {field}, {classes} classes",
    "매개변수 {parameters}개, {costs}, 수용 영역 {field}, 클래스 {classes}개",
)
WITHOUT_FIELD: Final = (
    "{parameters} parameters, {costs}, {classes} classes",
    "매개변수 {parameters}개, {costs}, 클래스 {classes}개",
)


def title(unit: Unit, language: str) -> str:
    """Return what a unit is called: "conv 3×3 /2" for a 3×3 convolution at stride 2."""
    if unit.role == "picture":
        return _in(INPUT, language)
    if unit.layer is None:
        if attends := ATTENDS.fullmatch(unit.text):
            return _in(HEADS, language).format(n=attends[1]) if attends[1] else _in(ATTENTION, language)
        return unit.text if len(unit.text) <= LONGEST else f"{unit.text[: LONGEST - 1]}…"
    name = name_of(unit.layer, language)
    laid = unit.layer if isinstance(unit.layer, ConvTranspose) else unit.layer.window
    if laid is None:
        return name
    kernel, stride = pair(laid.kernel), pair(laid.stride)
    parts = [name, _pair(kernel)]
    if stride != ((1, 1) if unit.layer.filters else kernel):
        parts.append(f"{'×' if laid is unit.layer else '/'}{_short(stride)}")
    groups = getattr(unit.layer, "groups", 1)
    if groups > 1:
        depthwise = groups == unit.input[0] == unit.output[0]
        parts.append(_in(DEPTHWISE, language) if depthwise else _in(GROUPS, language).format(n=groups))
    return " ".join(parts)


def bands(unit: Unit, language: str) -> str:
    """Return what follows a unit number by number: "batch norm · ReLU"."""
    return " · ".join(name_of(layer, language) for layer in unit.bands)


def size(unit: Unit) -> str:
    """Return the size of what a unit makes: "16×24×24" of maps, "10" of a row of numbers."""
    return f"{unit.output[0]:,}" if unit.flat else times(unit.output)


def name_of(layer: Layer, language: str) -> str:
    """Return the name of a kind of layer; one without a name of its own is called as in the formula."""
    names = NAMES.get(layer.called)
    return layer.name.replace("_", " ") if names is None else _in(names, language)


def caption(parameters: int, macs: int, field: Pair | None, classes: int, language: str, boxes: int = 0) -> str:
    """Return the line beneath a picture: its sums; without the receptive field where it is not known. Of a network with
    boxes it says that their multiplications are not counted.
    """
    costs = _in(KNOWN_COSTS if boxes else COSTS, language).format(macs=f"{macs:,}")
    rows_columns = "" if field is None else _pair(field)
    return _in(CAPTION if field else WITHOUT_FIELD, language).format(
        parameters=f"{parameters:,}", costs=costs, field=rows_columns, classes=f"{classes:,}"
    )


def _in(pair: tuple[str, str], language: str) -> str:
    return pair[LANGUAGES.index(language)]


def _pair(pair: Pair) -> str:
    return f"{pair[0]}×{pair[1]}"


def _short(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else _pair(pair)
