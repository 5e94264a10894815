"""Recipes: how a network is trained, as frozen values. A recipe and a seed fix everything but the plan and the data.

>>> RECIPES["slides"].lr, RECIPES["slides"].batch_size
(0.001, 16)
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields, replace

from ..errors import InputError, UsageError, did_you_mean, phrase
from .field_checks import check_choice, check_field


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Random changes of each training picture, drawn anew every time it is shown. Zero everywhere: none.

    Rotation, scale, zoom, shear, translation and elastic are one bilinear resampling straight to the size the plan
    crops to; without them a picture is only cut out. Borders that come into view are black, or continue the edge.
    """

    shift: int = 0  # pixels: padded by as many on every side, then cut out at a random place
    rotate: float = 0.0  # degrees, uniform in ±
    scale: float = 0.0  # share, rows and columns each 1 ± this
    zoom: float = 0.0  # share, both together: up to 1 + this times as far, or as near
    shear: float = 0.0  # columns moved per row, uniform in ±
    translate: float = 0.0  # pixels, uniform in ±, in fractions of a pixel too
    # pixels, standard deviation of a smooth random field that moves every place (Simard et al. 2003)
    elastic: float = 0.0
    flip: bool = False  # left and right exchanged for half of the pictures
    erase: int = 0  # side in pixels of a square set to the mean (DeVries & Taylor 2017, "Cutout")
    edge: bool = False  # continue the border's pixels outwards instead of black

    def __post_init__(self) -> None:
        check_field(self, "shift", int, 0, 1024)
        check_field(self, "rotate", float, 0, 180)
        check_field(self, "scale", float, 0, 0.95)
        check_field(self, "zoom", float, 0, 9)
        check_field(self, "shear", float, 0, 2)
        check_field(self, "translate", float, 0, 1024)
        check_field(self, "elastic", float, 0, 1024)
        check_field(self, "flip", bool)
        check_field(self, "erase", int, 0, 1024)
        check_field(self, "edge", bool)
        if self.shift and self.resamples:
            raise UsageError("recipe.shift", got=self.shift, hint="translate")

    @property
    def resamples(self) -> bool:
        """Whether pictures are resampled (an affine map, a bent one with `elastic`) rather than cut out."""
        return any((self.rotate, self.scale, self.zoom, self.shear, self.translate, self.elastic))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Learning rates are those of the schedule's peak; see docs/training.md for each field's reason.

    `optimiser`: "sgd" is stochastic gradient descent with (Nesterov) momentum for every parameter; "muon" takes
    orthogonalised steps for filters that BatchNorm follows, and sgd for everything else. Weight decay applies to fully
    connected matrices and to filters under sgd, never to biases and BatchNorm.
    """

    name: str
    plan: str  # what is trained when no plan is given, for centred pictures of 28×28 such as MNIST's
    general_plan: str  # and for other pictures, whatever their size
    epochs: float  # passes over the training pictures; a fraction ends within one
    batch_size: int
    lr: float
    about: str = ""
    # the first weights: torch's own, or "orthogonal" filter banks that BatchNorm follows (Saxe et al. 2014)
    initial: str = "torch"
    optimiser: str = "sgd"
    plain_lr: float | None = None  # the lr in networks without BatchNorm, which bear less; None: lr
    filter_lr: float = 0.0  # muon: the filters' own lr
    filter_momentum: float = 0.6  # muon
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    frozen_statistics: bool = False  # whether BatchNorm keeps the statistics that the network began with
    warmup: float = 0.0  # share of the steps over which the lr rises from 0
    final: float = 1.0  # share of the lr that is left at the end of the linear fall after it; 1: no fall
    least_steps: int = 1  # when epochs is not set by hand: small data is passed over more often
    label_smoothing: float = 0.0  # share of the target spread over all classes (Szegedy et al. 2015, section 7)
    augmentation: Augmentation = field(default_factory=Augmentation)
    general_augmentation: Augmentation | None = None  # in its place for other pictures than those; None: the same
    # what a broken-off epoch shows is drawn from the hardest, this many times as many (hard_examples.py); 0: from all
    hard: float = 0.0
    # whether left and right are exchanged: "auto" if the training pictures mean the same in a mirror (flips.py)
    flips: str = "no"
    # whether they are shown nearer and farther as well: "auto" if they are photographs (photographs.py)
    augment: str = "no"
    average: float = 0.0  # decay per step of an exponential average of the weights, which is then the model; 0: none
    precision: str = "float32"  # or "bfloat16", or "auto": the faster of the two, measured
    scaling: str = "data"  # "data": by the training pictures' mean and standard deviation; "unit": x/255
    holds_out: bool = True  # whether some training pictures are kept for calibration where there are test pictures
    partial_batches: bool = False  # whether an epoch's last, smaller batch is trained on
    log_every: int = 20  # steps between two lines of the log, counted within an epoch

    def __post_init__(self) -> None:
        for name in ("name", "plan", "general_plan", "about"):
            check_field(self, name, str)
        check_choice(self, "initial", ("torch", "orthogonal"))
        check_choice(self, "optimiser", ("sgd", "muon"))
        check_choice(self, "precision", ("auto", "float32", "bfloat16"))
        check_choice(self, "scaling", ("data", "unit"))
        check_choice(self, "flips", ("auto", "yes", "no"))
        check_choice(self, "augment", ("auto", "yes", "no"))
        check_field(self, "epochs", float, 0, 1e6, above=True)
        check_field(self, "batch_size", int, 1, 1_000_000)
        check_field(self, "lr", float, 0, 1e30, above=True)
        if self.plain_lr is not None:
            check_field(self, "plain_lr", float, 0, 1e30, above=True)
        check_field(self, "filter_lr", float, 0, 1e30, above=self.optimiser == "muon")
        check_field(self, "filter_momentum", float, 0, 0.9999)
        check_field(self, "momentum", float, 0, 0.9999)
        check_field(self, "nesterov", bool)
        if self.nesterov and not self.momentum:
            raise UsageError("recipe.nesterov", got=self.momentum, where=phrase("recipe.place", name=self.name))
        check_field(self, "weight_decay", float, 0, 1)
        check_field(self, "warmup", float, 0, 0.99)
        check_field(self, "final", float, 0, 1)
        check_field(self, "least_steps", int, 1, 1_000_000_000)
        check_field(self, "label_smoothing", float, 0, 0.99)
        check_field(self, "hard", float, 0, 1e6)
        check_field(self, "average", float, 0, 0.999999)
        check_field(self, "holds_out", bool)
        check_field(self, "frozen_statistics", bool)
        check_field(self, "partial_batches", bool)
        check_field(self, "log_every", int, 1, 1_000_000)
        if not isinstance(self.augmentation, Augmentation):
            raise UsageError("recipe.augmentation", got=self.augmentation)
        if not isinstance(self.general_augmentation, Augmentation | None):
            raise UsageError("recipe.augmentation.general", got=self.general_augmentation)

    def changed(
        self,
        epochs: float | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        flips: str | None = None,
        augment: str | None = None,
    ) -> Recipe:
        """Return the recipe with what is given replaced; a new `lr` moves the other learning rates in proportion."""
        new: dict[str, object] = {}
        if epochs is not None:
            new |= {"epochs": epochs, "least_steps": 1}
        if batch_size is not None:
            new["batch_size"] = batch_size
        if flips is not None:
            new["flips"] = flips
        if augment is not None:
            new["augment"] = augment
        recipe = replace(self, **new)  # type: ignore[arg-type]
        if lr is None:
            return recipe
        recipe = replace(recipe, lr=lr)  # checks it before it is divided by
        plain = None if self.plain_lr is None else self.plain_lr * (lr / self.lr)
        return replace(recipe, plain_lr=plain, filter_lr=self.filter_lr * (lr / self.lr))

    def batches(self, pictures: int) -> int:
        """Return the steps in one epoch over that many pictures; at least 1, of fewer pictures than a batch if need
        be."""
        return max(1, math.ceil(pictures / self.batch_size) if self.partial_batches else pictures // self.batch_size)

    def steps(self, pictures: int) -> int:
        """Return the steps of the whole schedule over that many training pictures."""
        return max(1, self.least_steps, round(self.epochs * self.batches(pictures)))

    def pictures(self, pictures: int, steps: int) -> int:
        """Return how many pictures that many steps show, each as often as it is shown."""
        epochs, rest = divmod(steps, self.batches(pictures))
        batch = min(self.batch_size, pictures)
        return epochs * (pictures if self.partial_batches else self.batches(pictures) * batch) + rest * batch

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON takes them."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: object) -> Recipe:
        """Return the recipe that `to_json` wrote. Raises InputError for anything else."""
        known, within = {f.name for f in fields(cls)}, {f.name for f in fields(Augmentation)}
        parts = ("augmentation", "general_augmentation")
        if not isinstance(values, dict) or not all(isinstance(values.get(part) or {}, dict) for part in parts):
            raise InputError("recipe.other", got=values)
        strange = [str(n) for n in values if n not in known]
        strange += [f"{part}.{n}" for part in parts for n in values.get(part) or {} if n not in within]
        missing = [f.name for f in fields(cls) if f.name not in values]
        if strange or missing:
            key, name = ("recipe.strange", strange[0]) if strange else ("recipe.lacks", missing[0])
            raise InputError(key, name=name, hint=phrase("recipe.version.try"))
        try:
            augmentations = {part: None if values[part] is None else Augmentation(**values[part]) for part in parts}
            return cls(**{**values, **augmentations})
        except UsageError as error:
            raise InputError.of(error, where=phrase("recipe.whole")) from error


RECIPES: dict[str, Recipe] = {
    r.name: r
    for r in (
        Recipe(
            name="fast",
            about="the default: 99.35 % on MNIST in about seven seconds of one core",
            plan="fast",
            general_plan="general",
            initial="orthogonal",
            optimiser="muon",
            epochs=1.5,
            least_steps=500,
            batch_size=128,
            lr=0.1,
            plain_lr=0.03,
            filter_lr=0.1,
            momentum=0.9,
            nesterov=True,
            weight_decay=5e-4,
            warmup=0.2,
            final=0.0,
            label_smoothing=0.1,
            general_augmentation=Augmentation(shift=2),
            hard=1.3,
            flips="auto",
            augment="auto",
            precision="auto",
        ),
        Recipe(
            name="accurate",
            about="the most accurate network, in minutes: wider layers, many passes, digits turned, stretched and "
            "slanted a little",
            plan="accurate",
            general_plan="wide",
            initial="orthogonal",
            optimiser="muon",
            epochs=24.0,
            least_steps=1000,
            batch_size=128,
            lr=0.1,
            plain_lr=0.03,
            filter_lr=0.05,
            momentum=0.9,
            nesterov=True,
            weight_decay=5e-4,
            warmup=0.2,
            final=0.0,
            label_smoothing=0.05,
            augmentation=Augmentation(rotate=12.0, scale=0.12, shear=0.12, translate=1.0),
            general_augmentation=Augmentation(shift=2),
            flips="auto",
            augment="auto",
            average=0.995,
            precision="auto",
        ),
        Recipe(
            name="plain",
            about="for networks without bn: momentum, a rising and falling learning rate, soft targets, shifted "
            "pictures",
            plan="slides",
            general_plan="slides",
            epochs=2.5,
            least_steps=1000,
            batch_size=64,
            lr=0.05,
            momentum=0.9,
            nesterov=True,
            weight_decay=5e-4,
            warmup=0.2,
            final=0.0,
            label_smoothing=0.1,
            augmentation=Augmentation(shift=2),
            flips="auto",
            precision="auto",
        ),
        Recipe(
            name="slides",
            about="the lecture's, to the digit: plain SGD, five epochs unless --epochs says 1000",
            plan="slides",
            general_plan="slides",
            epochs=5.0,
            batch_size=16,
            lr=0.001,
            scaling="unit",
            holds_out=False,
            partial_batches=True,
            log_every=100,
        ),
    )
}


def named(name: str | Recipe) -> Recipe:
    """Return the recipe of that name, or the recipe itself. Raises UsageError with "did you mean" for an unknown
    name."""
    if isinstance(name, Recipe):
        return name
    if name not in RECIPES:
        raise UsageError("recipe.unknown", got=name, hint=did_you_mean(str(name), list(RECIPES)))
    return RECIPES[name]
