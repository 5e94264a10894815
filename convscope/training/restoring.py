"""Where a resumed training goes on from: the newest checkpoint that is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import phrase
from ..runs.records import CheckpointFacts
from .context import RunContext

if TYPE_CHECKING:
    from .state import State


def go_back_to_checkpoint(state: State, context: RunContext) -> None:
    """Restore the newest checkpoint that is whole, if there is one, in all processes; drop what the log says later."""
    if context.run is not None:
        checkpoint, faults = context.run.newest_checkpoint()
        if checkpoint is not None:
            state.restore(checkpoint)
        for fault in faults:
            key = "note.checkpoint" if state.step else "note.checkpoint.none"
            words = {"step": f"{state.step:,}"} if state.step else {}
            context.note(phrase(key, fault=fault, **words))
        if damaged := context.run.rewind(state.step):
            context.note(phrase("note.log", n=damaged, file=context.run.path / "log.jsonl"))
    context.workers.broadcast_tensors(state.tensors().values())
    facts = context.workers.broadcast(state.facts().to_json())
    state.restore_facts(CheckpointFacts.from_json(facts, "the first process"))
