/** Chapter 12, S8's cause: what the settings of a training do, and what goes wrong, each trained here in a second. */

import { button, make } from "../../../kit/dom.js";
import { fixed, percent, thousands } from "../../../kit/format.js";
import { presets } from "../../widgets.js";
import { changedDigit } from "./changed_digit.js";
import { settingControls } from "./controls.js";
import { trainingCover } from "./cover.js";
import { outcomeCurves } from "./curves.js";
import { pythonBlock } from "../../python_block.js";
import { insidePart } from "./inside.js";
import { luckPart } from "./luck.js";
import { normalisingPart } from "./normalising.js";
import { batchOf, outcomeWords } from "./outcome.js";
import { EXPERIMENTS } from "./presets.js";
import { trainingPython } from "./python.js";
import { runsOf, watchedOnItsWay } from "./runs.js";
import { changeOf, codeOf, formulaOf, settingsOf, settingsOfCode } from "./settings.js";
import { figuresTable } from "./table.js";

/** @typedef {import("../../types.js").Chapter} Chapter */
/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./runs.js").Run} Run */
/** @typedef {import("./settings.js").Settings} Settings */

const REDRAWN = 120; // milliseconds between two drawings

/** @type {Chapter} */
export const trainingChapter = {
  id: "training",
  number: 12,
  title: (t) => t("wrong.title"),
  lead: (t) => t("wrong.lead"),
  cover: trainingCover,
  mount: mountTraining,
};

/** How many pictures its steps have shown: fewer than were asked for where it diverged. @param {Run} run */
const shownIn = (run) => thousands(run.lines.length * batchOf(run));

/** @param {Lab} lab */
function mountTraining(lab) {
  const { doc, t, win } = lab;
  const runs = runsOf(lab, "wrong", watchedOnItsWay);
  const now = () => settingsOf(lab.state);
  const before = () => settingsOfCode(lab.state.b);
  const held = () => lab.state.k === "1";
  /** What was last trained on purpose: it is drawn until what the address says is. @type {Settings | null} */
  let last = runs.get(now()) ? now() : null;

  /** @param {Settings} settings @param {Settings | null} beside */
  const train = (settings, beside) => {
    last = settings;
    runs.ask([...(beside ? [beside] : []), settings]);
  };
  const choose = presets(
    lab,
    t("wrong.experiments"),
    EXPERIMENTS.map((one) => ({
      text: one.name(t),
      on: () => codeOf(now()) === codeOf(one.now) && lab.state.b === codeOf(one.before),
      press: () => {
        lab.tune({ ...changeOf(one.now), b: codeOf(one.before), k: null });
        train(one.now, one.before);
      },
    })),
  );
  const start = button(doc, t("train.start"), press, { class: "primary run" });
  const hold = make(doc, "input", {
    type: "checkbox",
    on: { change: () => lab.tune({ k: hold.checked ? 1 : null }) },
  });
  const watch = make(doc, "p", { class: "wrong-watch" });
  const formula = make(doc, "code", { class: "wrong-formula" });
  const progress = make(doc, "p", { class: "note wrong-progress" });
  const end = button(doc, t("wrong.to.end"), () => runs.toTheEnd([before(), now()]), { hidden: true });
  const outcome = make(doc, "p", { class: "wrong-outcome" });
  const [controls, curves, table, inside] = [
    settingControls(lab),
    outcomeCurves(lab),
    figuresTable(lab),
    insidePart(lab),
  ];
  const [digit, luck, normalising] = [changedDigit(lab), luckPart(lab), normalisingPart(lab)];
  const python = pythonBlock(lab, () => trainingPython(lab.state));
  const element = make(
    doc,
    "div",
    { class: "chapter going-wrong" },
    make(
      doc,
      "section",
      { class: "wrong-two", "data-widget": "two" },
      make(doc, "p", { class: "label" }, t("wrong.experiments")),
      choose.element,
      watch,
      controls.element,
      make(doc, "p", {}, formula),
      make(
        doc,
        "div",
        { class: "train-choices" },
        start,
        make(doc, "label", { class: "wrong-hold" }, hold, " ", t("wrong.hold")),
        progress,
        end,
      ),
      outcome,
      curves.element,
      curves.legend,
      make(doc, "div", { class: "wrong-tables" }, table.element, words(lab)),
    ),
    inside.element,
    normalising.element,
    digit.element,
    luck.element,
    python.element,
  );

  function press() {
    if (runs.going) {
      runs.stop();
      return;
    }
    const moved = last && codeOf(last) !== codeOf(now());
    const beside = moved && !held() ? last : before();
    if (moved && !held()) lab.tune({ b: codeOf(/** @type {Settings} */ (last)) });
    if (runs.get(now())?.ended && codeOf(last ?? now()) === codeOf(now())) runs.forget(now());
    train(now(), beside);
  }

  let timer = 0;
  let going = false;
  const draw = () => {
    const shown = runs.get(now()) ?? runs.get(last);
    const beside = runs.get(before());
    for (const part of [curves, table, inside]) part.draw(shown, beside);
    outcome.textContent = shown?.ended ? outcomeWords(t, shown) : "";
    if (going && !runs.going && outcome.textContent) lab.say(outcome.textContent);
    going = runs.going;
  };
  const soon = () => {
    say();
    if (going !== runs.going) draw(); // at once: what is said of one training never stands beside another's button
    if (timer || (lab.still() && runs.going)) return;
    timer = win.setTimeout(() => {
      timer = 0;
      draw();
    }, REDRAWN);
  };
  const say = () => {
    const { current } = runs;
    const shown = runs.get(now());
    start.textContent = runs.going ? t("wrong.stop") : shown?.ended ? t("train.again") : t("train.start");
    end.hidden = runs.going || !(shown?.cut || runs.get(before())?.cut);
    progress.textContent = current
      ? t("wrong.trains", {
          which: codeOf(current.settings) === codeOf(now()) ? t("wrong.now") : t("wrong.before"),
          share: percent(current.lines.length / (current.steps || 1), 0),
        })
      : shown?.cut
        ? t("wrong.cut", { seconds: fixed(shown.seconds, 1), n: shownIn(shown), all: thousands(now().q) })
        : shown?.ended
          ? t("wrong.took", { seconds: fixed(shown.seconds, 1), n: shownIn(shown), kernels: shown.kernels })
          : runs.going || !last
            ? ""
            : t("wrong.stale");
  };
  const silent = runs.listen(soon);
  // The first training begins by itself once the curves are seen, or what stands inside: one of them alone in a frame.
  const watcher = new win.IntersectionObserver((entries) => {
    if (!entries.some((one) => one.isIntersecting) || runs.begun) return;
    watcher.disconnect();
    train(now(), before());
  });
  for (const part of [curves, inside]) watcher.observe(part.element);
  const refresh = () => {
    const chosen = EXPERIMENTS.find((one) => codeOf(now()) === codeOf(one.now) && lab.state.b === codeOf(one.before));
    watch.textContent = chosen ? chosen.watch(t) : t("wrong.watch");
    formula.textContent = formulaOf(now());
    hold.checked = held();
    for (const part of [choose, controls, luck, normalising, python]) part.refresh();
    say();
    draw();
  };
  refresh();
  return {
    element,
    refresh,
    gone: () => {
      silent();
      luck.gone();
      watcher.disconnect();
      win.clearTimeout(timer);
    },
  };
}

/** What the words mean that the figures use. @param {Lab} lab */
function words({ doc, t }) {
  const meanings = [
    [t("wrong.word.sets"), t("wrong.word.sets.is")],
    [t("wrong.word.overfitting"), t("wrong.word.overfitting.is")],
    [t("wrong.word.stopping"), t("wrong.word.stopping.is")],
    [t("wrong.word.lr"), t("wrong.word.lr.is")],
    [t("wrong.word.noise"), t("wrong.word.noise.is")],
  ];
  return make(
    doc,
    "dl",
    { class: "wrong-words" },
    ...meanings.flatMap(([word, is]) => [make(doc, "dt", {}, word), make(doc, "dd", {}, is)]),
  );
}
