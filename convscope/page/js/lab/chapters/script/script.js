/** Chapter 14, S18: the lecture's script line by line beside the training that it describes, run in the page. */

import { copyButton } from "../../../kit/copy.js";
import { button, make, refill } from "../../../kit/dom.js";
import { thousands } from "../../../kit/format.js";
import { roving } from "../../../kit/roving.js";
import { resolveFormula } from "../../../formula/parse.js";
import { tracePlan } from "../../../formula/trace.js";
import { askedOf } from "../../training/asked.js";
import { digitsOf, firstOf } from "../../training/digits.js";
import { trainerOf } from "../../training/trainer.js";
import { LAST, LOOP, SCRIPT, STAGE_LINES, TEST, endOfStep, isUnprinted, lineAfter } from "./code.js";
import { printedAfter, printedAtTheEnd, scriptText } from "./code.js";
import { scriptCover } from "./cover.js";
import { lineWords, wordsWithoutLine } from "./lines.js";
import { madeBy } from "./made.js";
import { SETTINGS, scriptSettings, scriptSteps } from "./state.js";

/** @typedef {import("../../types.js").Chapter} Chapter */
/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../learn/stages.js").StageSeen} StageSeen */

/** @type {Chapter} */
export const scriptChapter = {
  id: "script",
  number: 14,
  title: (t) => t("script.title"),
  lead: (t) => t("script.lead"),
  cover: scriptCover,
  mount: mountScript,
};

/** The lecture's recipe, whose numbers can be changed in the script. */
const PLAIN_SGD = /** @type {const} */ ({
  optimiser: "sgd",
  plainLr: null,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
  initial: "torch",
  warmup: 0,
  final: 1,
  labelSmoothing: 0,
});
const CLASSES = 10;
const A_LINE_LASTS = 700; // milliseconds, where they run by themselves

/** @param {Lab} lab */
function mountScript(lab) {
  const { doc, t, win } = lab;
  const network = tracePlan(resolveFormula("slides"), [1, 28, 28], CLASSES);
  const trainer = trainerOf(lab, "script");
  const settings = () => scriptSettings(lab.state);
  const counts = () => {
    const [all, test] = ["training", "test"].map((part) => lab.payload.learning.digits[part].labels.shape[0]);
    const batch = settings().batch_size;
    return { training: all - (all % batch), test, perEpoch: scriptSteps(lab) };
  };
  /** The line that runs; where none does, −1. */
  let at = -1;
  /** How many stages were asked for since the first step; where all of them run by themselves, −1. */
  let stages = -1;
  /** The line that is pointed at. */
  let pointed = -1;
  let timer = 0;
  /** What was seen before the parameters moved. @type {StageSeen | null} */
  let before = null;

  const begin = async (/** @type {boolean} */ paused) => {
    const { num_epochs: epochs, batch_size: batchSize, learning_rate: lr } = settings();
    const { training, test } = await digitsOf(lab);
    const asked = askedOf(lab, network, firstOf(training, counts().training), {
      others: { test },
      epochs,
      measures: 1,
      recipe: { ...PLAIN_SGD, batchSize, lr },
      kernels: ["simd", "plain"],
    });
    before = null;
    trainer.start({ ...asked, input: { ...asked.input, mean: [0], std: [255] }, paused });
  };
  /** Whether the script prints after that step. @param {number} step */
  const prints = (step) => printedAfter({ step, loss: 0 }, counts().perEpoch) !== null;
  /** Where the training is that waits: also one that was left in another visit. */
  const findPlace = () => {
    const { seen, step } = trainer;
    const done = seen && seen.step > step ? STAGE_LINES.findIndex((i) => SCRIPT[i].stage === seen.stage) + 1 : 0;
    stages = STAGE_LINES.length * step + done;
    if (done) at = STAGE_LINES[done - 1];
  };
  const oneStage = () => {
    trainer.oneStage();
    stages++;
  };
  /** Be ready for the next line or step. */
  const ready = async () => {
    if (!trainer.asked) await begin(true);
    if (stages < 0) findPlace();
  };
  /** The next line, from the loop's first to the script's last. */
  const oneLine = async () => {
    await ready();
    const step = stages / STAGE_LINES.length;
    at = lineAfter(at, { prints: prints(step), over: step >= trainer.steps });
    if (SCRIPT[at].stage) oneStage();
    refresh();
    showLine();
  };
  const oneStep = async () => {
    await ready();
    do oneStage();
    while (stages % STAGE_LINES.length);
    at = endOfStep(prints(stages / STAGE_LINES.length));
    refresh();
    showLine();
  };
  /** Let the lines that run be seen: in their box, and the box where a part of it is hidden. */
  const showLine = () => {
    const now = /** @type {HTMLElement[]} */ ([...code.querySelectorAll(".now")]);
    if (!now.length) return;
    code.scrollTop = (now[0].offsetTop + now[now.length - 1].offsetTop - code.clientHeight) / 2;
    element.scrollIntoView({ block: "nearest" });
  };
  const halt = () => {
    win.clearInterval(timer);
    timer = 0;
  };
  const act = (/** @type {() => void} */ what) => () => {
    halt();
    pointed = -1; // a finger may still stand for it
    what();
    refresh();
    showLine();
  };
  const buttons = {
    line: button(
      doc,
      t("script.line"),
      act(() => void oneLine()),
      { class: "primary" },
    ),
    slowly: button(doc, t("script.slowly"), () => {
      if (timer) halt();
      else {
        void oneLine();
        timer = win.setInterval(() => {
          if (at === LAST || trainer.state === "failed") halt();
          else void oneLine();
          refresh();
        }, A_LINE_LASTS);
      }
      refresh();
    }),
    step: button(
      doc,
      t("script.step"),
      act(() => void oneStep()),
    ),
    run: button(
      doc,
      t("script.run"),
      act(() => {
        [at, stages] = [-1, -1];
        if (trainer.state === "running") trainer.pause();
        else if (trainer.going) trainer.resume();
        else void begin(false);
      }),
    ),
    over: button(
      doc,
      t("script.over"),
      act(() => {
        [at, stages] = [-1, -1];
        before = null;
        trainer.throwAway();
      }),
    ),
  };
  const lines = SCRIPT.map((line, i) =>
    scriptLine(lab, line, settings, (on) => {
      pointed = on ? i : -1;
      refresh();
    }),
  );
  const code = make(
    doc,
    "ol",
    { class: "script-code", "aria-label": t("script.code") },
    ...lines.map(({ element }) => element),
  );
  const stay = roving(code, () => lines.flatMap(({ stop }) => (stop ? [stop] : [])));
  const printed = make(doc, "pre", {
    class: "script-printed",
    role: "log",
    "aria-label": t("script.printed"),
    tabindex: 0,
  });
  const title = make(doc, "h2", {});
  const words = make(doc, "p", {});
  const made = make(doc, "div", {});
  const state = make(doc, "p", { class: "note script-state" });
  const aside = make(doc, "div", { class: "script-line" }, title, words, made);
  const copy = copyButton(
    doc,
    { copy: t("python.copy"), copied: t("python.copied"), failed: t("python.failed") },
    () => scriptText(settings()),
    lab.say,
  );
  const element = make(
    doc,
    "div",
    { class: "chapter script", "data-widget": "script" },
    make(doc, "div", { class: "train-controls" }, ...Object.values(buttons), copy),
    state,
    make(
      doc,
      "div",
      { class: "script-grid" },
      code,
      make(
        doc,
        "div",
        { class: "script-aside" },
        aside,
        make(doc, "div", { class: "script-output" }, make(doc, "h3", {}, t("script.printed")), printed),
      ),
    ),
  );
  let drawn = "";
  const refresh = () => {
    const { going, seen, measures, lines: done, steps } = trainer;
    if (seen && seen.stage !== "update") before = seen;
    const running = trainer.state === "running";
    const ended = trainer.state === "finished" || trainer.state === "failed";
    if (trainer.state === "finished" && at < 0) at = LAST;
    const current = running ? -1 : at;
    const several = running ? (trainer.step < steps ? LOOP : TEST) : [];
    lines.forEach(({ element: row, refresh: reread }, i) => {
      row.classList.toggle("now", i === current || several.includes(i));
      if (i === current) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
      reread(going);
    });
    buttons.run.textContent = running ? t("train.pause") : going ? t("train.resume") : t("script.run");
    buttons.slowly.setAttribute("aria-pressed", String(Boolean(timer)));
    const atTheEnd = trainer.state === "failed" || (ended && at === LAST);
    for (const one of [buttons.line, buttons.slowly]) one.toggleAttribute("disabled", running || atTheEnd);
    buttons.step.toggleAttribute("disabled", running || ended);
    buttons.over.toggleAttribute("disabled", !trainer.asked);
    const { training, test, perEpoch } = counts();
    state.textContent = [
      t("script.here", { training: thousands(training), test: thousands(test) }),
      trainer.asked ? t("script.at", { step: thousands(trainer.step), steps: thousands(steps) }) : "",
      trainer.diverged ? t("train.diverged", { step: thousands(trainer.step) }) : "",
    ].join(" ");
    const shown = pointed >= 0 ? pointed : current;
    const key = JSON.stringify([shown, seen?.step, seen?.stage, done.length, measures.length, running, lab.dark()]);
    if (key === drawn) return;
    drawn = key;
    const unprinted = isUnprinted(current);
    const output = (unprinted.loss ? done.slice(0, -1) : done).flatMap((line) => printedAfter(line, perEpoch) ?? []);
    const last = measures.at(-1);
    if (trainer.state === "finished" && last && !unprinted.accuracy) output.push(printedAtTheEnd(last.accuracy, test));
    printed.textContent = output.join("\n");
    printed.scrollTop = printed.scrollHeight;
    const line = SCRIPT[shown];
    const numbers = {
      ...settings(),
      perEpoch: thousands(perEpoch),
      training: thousands(training),
      test: thousands(test),
    };
    [title.textContent, words.textContent] = line
      ? [line.code.replace("{}", "…").trim(), lineWords(lab, line.id, numbers)]
      : wordsWithoutLine(lab, running && several === TEST ? "testing" : trainer.state);
    const known = { network, seen, before, lr: settings().learning_rate, step: trainer.step };
    refill(made, ...(line ? madeBy(lab, line, known) : []));
    if (shown === LAST && last && last.accuracy < 2 / CLASSES) made.append(make(doc, "p", {}, t("script.guessing")));
    stay();
  };
  const silent = trainer.listen(refresh);
  refresh();
  return {
    element,
    refresh,
    gone: () => {
      silent();
      halt();
      if (trainer.state === "running") trainer.pause();
    },
  };
}

/**
 * A line of the script: to point at, and where it sets a number, to change.
 * @param {Lab} lab
 * @param {import("./code.js").CodeLine} line
 * @param {() => Record<import("./code.js").Setting, number>} settings
 * @param {(on: boolean) => void} point
 */
function scriptLine(lab, line, settings, point) {
  const { doc, t } = lab;
  const on = {
    pointerenter: () => point(true),
    pointerleave: () => point(false),
    focusin: () => point(true),
    focusout: () => point(false),
  };
  const { setting } = line;
  if (!line.code) return { element: make(doc, "li", { class: "script-gap" }), stop: null, refresh: () => {} };
  if (!setting) {
    const stop = make(doc, "code", { tabindex: -1 }, ...colouredCode(lab, line.code));
    return { element: make(doc, "li", { on }, stop), stop, refresh: () => {} };
  }
  const { key, usual } = SETTINGS[setting];
  const field = make(doc, "input", {
    type: "text",
    inputmode: "decimal",
    size: 7,
    spellcheck: "false",
    "aria-label": t("script.setting", { name: setting }),
    on: {
      change: () => {
        const value = Number(field.value);
        lab.tune({ [key]: Number.isFinite(value) && value > 0 && value !== usual ? Number(value.toFixed(6)) : null });
      },
    },
  });
  const refresh = (/** @type {boolean} */ going) => {
    if (doc.activeElement !== field) field.value = String(settings()[setting]);
    field.toggleAttribute("disabled", going);
  };
  refresh(false);
  const text = make(doc, "code", {}, ...colouredCode(lab, line.code.replace("{}", "")));
  return { element: make(doc, "li", { class: "script-setting", on }, text, field), stop: field, refresh };
}

const WORDS_OF_PYTHON = /\b(?:import|from|for|in|with|if|else)\b|f?"[^"]*"/g;

/** A line with its words and texts in their colours. @param {Lab} lab @param {string} code */
function colouredCode({ doc }, code) {
  /** @type {(string | Node)[]} */
  const parts = [];
  let from = 0;
  for (const match of code.matchAll(WORDS_OF_PYTHON)) {
    parts.push(code.slice(from, match.index));
    parts.push(make(doc, "span", { class: match[0].endsWith('"') ? "quoted" : "keyword" }, match[0]));
    from = match.index + match[0].length;
  }
  return [...parts, code.slice(from)];
}
