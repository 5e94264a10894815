"""A see-through CNN workbench: describe a network in one line, train it, look inside it, ship it as one file.

    import convscope
    print(convscope.describe("[(conv(16, 5) + relu)*2 + maxpool(2)] + fc"))
    result = convscope.train("mnist")
    result.load().predict("digit.png")

Every name below is imported when it is first used, so that `import convscope` costs nothing.
"""

from .version import __version__

TYPE_CHECKING = False  # what type checkers take for true: importing typing would cost milliseconds
if TYPE_CHECKING:
    from . import arithmetic as arithmetic
    from . import data as datasets  # noqa: F401
    from .checking import check as check
    from .drawing import draw as draw
    from .errors import ConvscopeError as ConvscopeError
    from .evaluation import evaluate as evaluate
    from .explain.describing import describe as describe
    from .explain.health import health as health
    from .explain.look import look as look
    from .explain.relevance import relevance as relevance
    from .explain.saliency import grad_cam as grad_cam
    from .explain.saliency import occlusion as occlusion
    from .formula import ELU as ELU
    from .formula import FC as FC
    from .formula import GELU as GELU
    from .formula import LRN as LRN
    from .formula import AdaptiveAvgPool as AdaptiveAvgPool
    from .formula import AvgPool as AvgPool
    from .formula import BatchNorm as BatchNorm
    from .formula import Branches as Branches
    from .formula import ChannelShuffle as ChannelShuffle
    from .formula import ChannelSlice as ChannelSlice
    from .formula import Clip as Clip
    from .formula import Conv as Conv
    from .formula import ConvTranspose as ConvTranspose
    from .formula import Crop as Crop
    from .formula import Dropout as Dropout
    from .formula import Flatten as Flatten
    from .formula import Gate as Gate
    from .formula import GELUTanh as GELUTanh
    from .formula import GlobalAvgPool as GlobalAvgPool
    from .formula import GroupNorm as GroupNorm
    from .formula import HardSigmoid as HardSigmoid
    from .formula import HardSwish as HardSwish
    from .formula import LayerNorm as LayerNorm
    from .formula import LeakyReLU as LeakyReLU
    from .formula import LogSoftmax as LogSoftmax
    from .formula import MaxPool as MaxPool
    from .formula import Pad as Pad
    from .formula import Plan as Plan
    from .formula import Position as Position
    from .formula import PReLU as PReLU
    from .formula import ReLU as ReLU
    from .formula import ReLU6 as ReLU6
    from .formula import Scale as Scale
    from .formula import Sigmoid as Sigmoid
    from .formula import SiLU as SiLU
    from .formula import Skip as Skip
    from .formula import Softmax as Softmax
    from .formula import Softplus as Softplus
    from .formula import SqueezeExcite as SqueezeExcite
    from .formula import Tanh as Tanh
    from .formula import Tokens as Tokens
    from .formula import Upsample as Upsample
    from .formula import parse as parse
    from .notebook.heat_map import HeatMap as HeatMap
    from .notebook.heat_map import heat_map as heat_map
    from .prediction import Model as Model
    from .prediction import load as load
    from .prediction import predict as predict
    from .quantisation import quantise as quantise
    from .training.recipes import Recipe as Recipe
    from .training.session import train as train
    from .training.whole_report import report as report

_FORMULA = (
    "Plan parse Conv ConvTranspose ReLU LeakyReLU PReLU ReLU6 ELU GELU GELUTanh SiLU HardSwish Clip "
    "Softplus LRN GroupNorm LayerNorm Scale ChannelShuffle Pad Upsample Sigmoid HardSigmoid Tanh "
    "MaxPool AvgPool AdaptiveAvgPool GlobalAvgPool BatchNorm Dropout Flatten FC Skip Gate SqueezeExcite "
    "Branches ChannelSlice Crop Softmax LogSoftmax Tokens Position"
)
_HOMES = {
    **dict.fromkeys(_FORMULA.split(), "formula"),
    "arithmetic": "arithmetic",
    "datasets": "data",
    "train": "training.session",
    "Recipe": "training.recipes",
    "report": "training.whole_report",
    "check": "checking",
    "evaluate": "evaluation",
    "quantise": "quantisation",
    "draw": "drawing",
    "describe": "explain.describing",
    "look": "explain.look",
    "relevance": "explain.relevance",
    "health": "explain.health",
    "grad_cam": "explain.saliency",
    "occlusion": "explain.saliency",
    "heat_map": "notebook.heat_map",
    "HeatMap": "notebook.heat_map",
    "predict": "prediction",
    "load": "prediction",
    "Model": "prediction",
    "ConvscopeError": "errors",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = import_module(f"{__name__}.{_HOMES[name]}")
    value = home if name in ("arithmetic", "datasets") else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
