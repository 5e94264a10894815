"""A training run from its options to the model file, new or resumed, in one process or several."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..calibration import Calibration
from ..checking import Copies
from ..data import Dataset
from ..data.run_data import held_out_rows, manifest_of
from ..errors import InputError, Phrase, phrase
from ..files import require_place
from ..machine.free_cpus import FreeCpus, threads_for
from ..machine.signals import Interrupts
from ..rejection import Fitted
from ..runs.directory import Run
from ..runs.manifest import MANIFEST, SKIPPED, manifest_csv, skipped_csv
from ..runs.records import ResultLine
from ..runs.run_json import read_run_json
from ..transfer.start import body_of
from .beaten import baseline_of
from .beginning import Beginning
from .config_file import CONFIG, config_toml
from .context import RunContext
from .decision import decide, load_data
from .events import BeginLine
from .export import export_model
from .final_figures import calibration_figures, final_figures, split_figures
from .footprint import require_memory, require_speed
from .left_out import left_out_of
from .loading import require_same
from .options import TrainOptions
from .outsiders import rejection_of
from .planning import copies_of, plan_settings
from .recorded_data import load_again, recorded_data
from .restoring import go_back_to_checkpoint
from .result import Result
from .run_report import report_run
from .settings import RunSettings
from .starting import file_of
from .torchrun import is_peer_fault
from .tuning import begin_with, head_alone, keep_better, log_head
from .workers import Workers

if TYPE_CHECKING:
    from ..evaluation import Evaluation
    from .schedule import Schedule
    from .state import State

ECHO_SECONDS = 2.0  # in which torchrun passes a signal on that the terminal sent already


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run in progress; `run` is where the first process writes, None in the others. It alone knows the `copies` among
    the pictures, which its figures need, what a new run `begins` with, and the trial that it is already trained by.
    """

    path: Path
    settings: RunSettings
    run: Run | None
    copies: Copies | None = None
    begins: Beginning | None = None


def run_training(options: TrainOptions, context: RunContext) -> Result:
    """Begin a run, or go on with the one to resume or the one that this launch began before a restart."""
    workers, context = context.workers, replace(context, cache=options.cache)
    if options.resume is not None:
        return resume_run(Path(options.resume), options, context)
    restarted = workers.broadcast(workers.on_first(find_restarted_run, options.out, workers))
    if isinstance(restarted, str):
        return resume_run(Path(restarted), options, context, finished=True)
    return begin_run(options, context)


def find_restarted_run(out: str | os.PathLike[str] | None, workers: Workers) -> str | None:
    """Return the path of the run that this launch by torchrun began before it was restarted, if any.

    Raises InputError if `out` is another, or a name that cannot be, and EnvironmentFault where it cannot be made:
    before the work, not after it.
    """
    launch = workers.launch
    if launch is not None and launch.attempt:
        for path in Path("runs").glob("*") if out is None else [Path(out)]:
            with contextlib.suppress(InputError):
                if read_run_json(path).get("launch") == launch.id:
                    return str(path)
    if out is not None and os.path.lexists(out):
        raise InputError("run.exists", where=str(out), hint=phrase("run.exists.try", path=out))
    require_place(out or Path("runs", "new"), folders=True)
    return None


def begin_run(options: TrainOptions, context: RunContext) -> Result:
    """Begin a new run and train it to its end."""
    cpus = FreeCpus()  # looked at while data is loaded and PyTorch imported
    dataset, file = context.workers.each(load_data, options, context)
    require_same(options, dataset, context.workers)
    options = choose_threads(options, cpus, context)
    begins = decide(options, dataset, context, file)
    with _shared(context.workers.on_first(_create, options, begins, context), context.workers) as opened:
        return train_and_export(opened, begins.dataset, context)


def choose_threads(options: TrainOptions, cpus: FreeCpus, context: RunContext) -> TrainOptions:
    """Return the options with a number of threads: one for every CPU that nobody else is using, unless they name one.

    What torch would take by itself, one a CPU or OMP_NUM_THREADS, is the most. A note says where it is fewer.
    """
    if options.threads is not None:
        return options
    import torch

    most = torch.get_num_threads()
    free = cpus.free() if most > 1 else 1.0
    threads = threads_for(free, most)
    if threads < most:
        key = "note.threads.one" if threads == 1 else "note.threads"
        words = {"n": threads} if threads > 1 else {}
        context.note(phrase(key, free=f"{free:.1f}", most=most, **words))
    return replace(options, threads=threads)


def resume_run(path: Path, options: TrainOptions, context: RunContext, finished: bool = False) -> Result:
    """Go on with the run at `path`; one that is `finished` is refused unless it says otherwise."""
    workers = context.workers
    with (
        _shared(workers.on_first(_reopen, path, finished), workers) as opened,
        recorded_data(opened.path, workers) as record,
    ):
        dataset = workers.each(load_again, record, opened.settings, options, context)
        require_same(options, dataset, workers)
        copies = workers.on_first(copies_of, dataset, opened.settings)
        opened = replace(opened, settings=_settings_here(opened.settings, options, context), copies=copies)
        return train_and_export(opened, dataset, context)


def _create(options: TrainOptions, begins: Beginning, context: RunContext) -> OpenRun:
    dataset = begins.dataset
    settings, copies = plan_settings(options, dataset, context, begins)
    rows = manifest_of(dataset, held_out_rows(dataset, settings.data.validation, settings.data.held_out))
    files = {} if rows is None else {MANIFEST: manifest_csv(rows), SKIPPED: skipped_csv(rows)}
    if (config := config_toml(options)) is not None:
        files[CONFIG] = config
    made = settings.to_json()
    if options.out is not None:
        run = Run.create(Path(options.out), made, files)
    else:
        run = Run.create_fresh(Path("runs"), (dataset.name, settings.recipe.name), made, files)
    return OpenRun(run.path, settings, run, copies, begins)


def _reopen(path: Path, finished: bool) -> OpenRun:
    run = Run.reopen(path, finished)
    try:
        return OpenRun(path, RunSettings.from_json(read_run_json(path), path), run)
    except BaseException:
        run.close()
        raise


@contextlib.contextmanager
def _shared(first: OpenRun | None, workers: Workers) -> Iterator[OpenRun]:
    """Give every process the run that the first has opened, and which it closes at the end."""
    with contextlib.nullcontext() if first is None or first.run is None else first.run:
        path = Path(str(workers.broadcast(str(first.path) if first else None)))
        settings = workers.broadcast(first.settings.to_json() if first else None)
        yield first or OpenRun(path, RunSettings.from_json(settings, path), None)


def _settings_here(settings: RunSettings, options: TrainOptions, context: RunContext) -> RunSettings:
    """Return the settings of a run that goes on here, and note what is not as it was when the run began."""
    from ..machine.device import environment

    device = settings.device if options.device == "auto" else options.device
    here = asdict(environment(options.threads or settings.threads))
    now = replace(settings, device=device, **here, processes=context.workers.size)
    for name in ("device", *here, "processes"):
        before, after = getattr(settings, name), getattr(now, name)
        if before != after:
            context.note(phrase("note.environment", name=name, before=before, after=after))
    return now


def train_and_export(opened: OpenRun, dataset: Dataset, context: RunContext) -> Result:
    """Train from where the run stands to the end, measure, and write the model file.

    From here on there is something to save: the first signal is a question, unless `train` was given another.
    """
    interrupts = Interrupts(apart=ECHO_SECONDS if context.workers.launch else 0.0)
    with interrupts if context.should_stop is None else contextlib.nullcontext():
        asked = context.should_stop or interrupts.asked
        try:
            return _train_and_export(opened, dataset, replace(context, run=opened.run, should_stop=asked))
        except RuntimeError as error:
            if interrupts.asked() and is_peer_fault(error):  # another process has heeded the same signal, and is gone
                raise KeyboardInterrupt from None
            raise


def _train_and_export(opened: OpenRun, dataset: Dataset, context: RunContext) -> Result:
    import torch

    from ..machine.device import cpu_settings
    from .prepared import Prepared

    path, settings, workers, run = opened.path, opened.settings, context.workers, context.run
    recipe = settings.recipe
    made = Prepared.of(settings, dataset, opened.copies)
    start, begins = settings.start, opened.begins or Beginning(dataset)
    parts, network, held_out, schedule = made.parts, made.network, made.held_out, made.schedule
    require_speed(network)
    if not settings.is_fit:
        require_memory(network, recipe, len(parts.train), workers.size, made.device.type)
    test_set = parts.labelled(parts.test, settings.input, made.device, made.images)

    with cpu_settings(settings.threads), torch.random.fork_rng():
        state = made.initial()
        body = None if start is None else body_of(begins.file or file_of(start), dataset.shape)
        go_back_to_checkpoint(state, context)
        context.log(BeginLine(str(path), state.step, network.parameters, settings))
        first = body is not None and state.step == 0
        head = begin_with(state, settings, body, parts.train, context) if first and body is not None else None
        if head is not None and not settings.is_fit and held_out is not None:
            context.note(head_alone(state, settings, held_out, context))
        if begins.trial is not None:
            begins.trial.write_to(state, context)
        if settings.is_fit and head is not None:
            log_head(state, head, held_out, made.sample, context)
        elif not settings.is_fit:
            made.fit(state, context)
        lr_factor = schedule.lr_factor(state.step - 1)
        _stop_if_asked(state, schedule, context)
        kept = keep_better(made, state, body, context) if body is not None else ()
        left_out = left_out_of(settings, body, parts, context)
        labelled = None if left_out is None else left_out.labelled(parts.train, parts.groups(parts.train))
        finite = partial(state.require_finite, lr_factor=lr_factor)
        final = final_figures(state.result, held_out, test_set, workers, finite, labelled)
        _stop_if_asked(state, schedule, context)
        baseline = rejection = None
        if not context.brief:
            baseline = workers.on_first(baseline_of, parts, final.scores)
            fold = None if left_out is None else left_out.fold
            rejection = workers.on_first(rejection_of, parts, state.result, fold)
    if settings.target is not None and not state.reached:
        context.note(_missed(settings.target, final.validation))
    row, beaten = baseline or (None, None)
    unsure = (rejection,) if isinstance(rejection, Phrase) else ()
    notes = (*kept, *final.notes, *([beaten] if beaten else ()), *unsure)

    epochs = state.step / recipe.batches(len(parts.train))
    speed = recipe.pictures(len(parts.train), state.step) / max(state.seconds, 0.001)  # a checkpoint may say 0
    line = ResultLine(
        step=state.step,
        validation=split_figures(final.validation),
        test=split_figures(final.test),
        calibration=calibration_figures(final.calibration),
        baseline=row,
        notes=notes,
        seconds=round(state.seconds, 3),
        images_per_second=round(speed, 1),
    )

    def write() -> None:
        if run is not None:
            run.append(line)
            run.sync()
            export_model(run.model, state.result, settings, epochs, line, final.calibration, body, rejection)
            if not context.brief:
                report_run(run.path, parts, final, settings.copies == "near", isinstance(rejection, Fitted), context)

    workers.on_first(write)  # then the model file is there for all
    context.log(line)
    return Result(
        run=path,
        model=path / "model.onnx",
        epochs=epochs,
        seed=settings.seed,
        train_seconds=line.seconds,
        images_per_second=line.images_per_second,
        parameters=network.parameters,
        macs=network.macs,
        validation=final.validation,
        test=final.test,
        calibration=final.calibration if isinstance(final.calibration, Calibration) else None,
        baseline=row,
        rejection=rejection.rejection if isinstance(rejection, Fitted) else None,
        notes=notes,
    )


def _stop_if_asked(state: State, schedule: Schedule, context: RunContext) -> None:
    """End between the last step, of which there is a checkpoint, and the model file. Raises Interrupted."""
    if any(context.workers.any_true(context.stop_requested())):
        raise context.stopped(state.step, schedule.steps)


def _missed(target: float, validation: Evaluation | None) -> Phrase:
    reached = f"{100 * validation.accuracy:.2f} %" if validation else phrase("value.none")
    return phrase("note.target", target=f"{100 * target:g} %", reached=reached)
