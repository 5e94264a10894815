"""Which share of each label a run spread over all classes: the loss that it logs has a floor then."""

from __future__ import annotations

from .json_fields import Fields


def label_smoothing(settings: Fields) -> float:
    """Return the share, 0…1, that the recipe of a run.json spreads over all classes.

    It is 0 for a run without, or of a version before, and where classes had weights of their own: the loss of a batch
    has no floor then. Raises InputError for a field of another type.
    """
    recipe = settings.within("recipe")
    share = recipe.if_there(recipe.number, "label_smoothing") or 0.0
    weighted = settings.if_there(settings.text, "balance") == "weights"
    return share if 0 <= share <= 1 and not weighted else 0.0
