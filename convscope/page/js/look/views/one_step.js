/**
 * What one step of training on the picture shown would change in one channel of a layer: its numbers before, their
 * gradients, its numbers after, and the loss, by real forward passes.
 */

import { ofChannel } from "../../engine/learned.js";
import { button, make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { STEP_RATES, nearestRate } from "../../kit/rates.js";
import { labelOf, winnerOf } from "../lookup.js";
import { gradientsInLayer, lossStepped } from "../running.js";
import { choice } from "./loss.js";
import { gradientSum } from "./one_step_sum.js";
import { stepNumbers } from "./one_step_numbers.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {ReturnType<App["engine"]["lossGradients"]>} Gradients */
/**
 * @typedef {object} Step what is worked out
 * @property {number} index the layer @property {number} channel
 * @property {number} rate @property {string} name of the tensor looked at @property {number} at which of its numbers
 * @property {number} label the class whose loss it is
 * @property {Gradients} gradients
 */

const USUAL_RATE = 0.1;
const SOON = 30; // milliseconds: time to show that it is being worked out

/** @param {App} app @param {number} index */
export function oneStep(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  if (!node.module.learned || !app.engine.tracesBack(-1)) return null;
  const win = /** @type {Window} */ (doc.defaultView);
  let [timer, shown, turns] = [0, "", 0];
  /**
   * What is worked out for a picture and a class.
   * @type {{result: object, label: number, gradients: Gradients} | null}
   */
  let known = null;
  const turn = button(
    doc,
    "",
    () => app.tune({ step: app.state.step ? "" : stepWritten({ rate: USUAL_RATE, name: "", at: 0 }) }),
    { class: "button primary" },
  );
  const label = choice(app, "label");
  const rate = make(doc, "input", {
    type: "range",
    min: 0,
    max: STEP_RATES.length - 1,
    step: 1,
    on: {
      input: () =>
        app.tune({ step: stepWritten({ ...stepRead(app.state.step), rate: STEP_RATES[Number(rate.value)] }) }),
    },
  });
  const rateSaid = make(doc, "output", { class: "figure" });
  const numbers = make(doc, "div", { class: "step-numbers" });
  const sum = make(doc, "div", { class: "contributions step-sum" });
  const losses = make(doc, "dl", { class: "step-losses", "aria-live": "polite" });
  const body = make(
    doc,
    "div",
    { class: "step-body" },
    make(doc, "p", {}, t("step.text", { name: node.name })),
    make(
      doc,
      "div",
      { class: "controls" },
      make(doc, "label", {}, t("loss.label"), " ", label),
      make(doc, "label", { class: "slider" }, make(doc, "span", {}, t("step.rate")), rate, rateSaid),
    ),
    numbers,
    make(doc, "div", { class: "step-two" }, sum, losses),
  );
  const element = make(doc, "section", { class: "one-step" }, make(doc, "h3", {}, t("step.title")), turn, body);

  const work = async () => {
    const truth = classOfLoss(app);
    const { result } = app;
    const turnOf = ++turns;
    const same = known?.result === result && known.label === truth ? known : null;
    const gradients = same?.gradients ?? (await gradientsInLayer(app, truth, index));
    if (turnOf !== turns || app.result !== result) return;
    known = { result, label: truth, gradients };
    const step = stepAsked(app, index, gradients, truth);
    refill(numbers, ...stepNumbers(app, step, (name, at) => app.tune({ step: stepWritten({ ...step, name, at }) })));
    refill(sum, ...gradientSum(app, step));
    const before = lossNow(app, step);
    const working = make(doc, "div", { class: "note" }, t("step.working"));
    refill(losses, before, working);
    const one = await lossOfChannel(app, step);
    if (turnOf !== turns || app.result !== result) return;
    refill(losses, before, one, working);
    timer = win.setTimeout(async () => {
      if (app.result !== result) return;
      const all = await lossOfAll(app, step);
      if (turnOf === turns && app.result === result) refill(losses, before, one, all);
    }, SOON);
  };
  const refresh = () => {
    const open = app.state.step !== "";
    turn.textContent = open ? t("step.close") : t("step.open");
    turn.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
    win.clearTimeout(timer);
    turns++;
    if (!open) return;
    const truth = classOfLoss(app);
    label.value = String(labelOf(app));
    const asked = stepRead(app.state.step);
    rate.value = String(nearestRate(asked.rate));
    rateSaid.textContent = String(asked.rate);
    rate.setAttribute("aria-valuetext", String(asked.rate));
    const key = `${truth} ${app.state.step}`;
    if (known?.result === app.result && key === shown) return;
    shown = key;
    if (known?.result !== app.result || known.label !== truth) {
      refill(sum);
      refill(losses);
      refill(numbers, make(doc, "p", { class: "note" }, t("step.working")));
    }
    timer = win.setTimeout(work, SOON);
  };
  refresh();
  const gone = () => {
    win.clearTimeout(timer);
    turns++;
  };
  return { element, refresh, gone };
}

/** The class whose loss is taken: the true one where it is known, else the one it reads. @param {App} app */
function classOfLoss(app) {
  const known = labelOf(app);
  return known < 0 ? winnerOf(app) : known;
}

/** @param {{rate: number, name: string, at: number}} step */
function stepWritten({ rate, name, at }) {
  return `${rate}_${name}_${at}`;
}

/** What an address says of a step; as at the start where it is nonsense. @param {string} text */
function stepRead(text) {
  const found = /^(\d{1,2}(?:\.\d{1,4})?)_([a-z]*)_(\d{1,9})$/.exec(text);
  const rate = found ? Number(found[1]) : 0;
  const known = rate >= STEP_RATES[0] && rate <= STEP_RATES[STEP_RATES.length - 1];
  return { rate: known ? rate : USUAL_RATE, name: found?.[2] ?? "", at: Number(found?.[3] ?? 0) };
}

/**
 * The step that the address asks for; where it names no number of this channel, at the one whose gradient is largest.
 * @param {App} app @param {number} index @param {Gradients} gradients @param {number} label
 * @returns {Step}
 */
function stepAsked(app, index, gradients, label) {
  const { channel } = app.state;
  const node = app.engine.nodes[index];
  const { rate, name, at } = stepRead(app.state.step);
  const learned = gradients.get(index)?.learned ?? {};
  const [start, count] = name in learned ? ofChannel(node, name, channel) : [0, 0];
  if (at >= start && at < start + count) return { index, channel, rate, label, gradients, name, at };
  const [first, many] = ofChannel(node, "weight", channel);
  const values = learned.weight ?? new Float64Array(first + many);
  let best = first;
  for (let i = first; i < first + many; i++) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  return { index, channel, rate, label, gradients, name: "weight", at: best };
}

/** The loss of the picture as it is. @param {App} app @param {Step} step */
function lossNow(app, { label }) {
  const value = app.engine.lossAfterStep(app.result, new Map(), label, 0);
  return lossRow(app, "before", app.t("step.before.loss", { name: app.payload.classes[label] }), value);
}

/** The loss after this channel's step, by a forward pass. @param {App} app @param {Step} step */
async function lossOfChannel(app, { index, channel, rate, label }) {
  const { after, promised } = await lossStepped(app, label, rate, { index, channel });
  return lossRow(app, "one", app.t("step.after.one"), after, { label, promised });
}

/** The loss after a step of the whole network. @param {App} app @param {Step} step */
async function lossOfAll(app, { rate, label }) {
  const { after, promised } = await lossStepped(app, label, rate, null);
  return lossRow(app, "all", app.t("step.after.all"), after, { label, promised });
}

/**
 * @param {App} app @param {string} id @param {string} name @param {number} value
 * @param {{label: number, promised: number} | null} [beside] what the gradient promised
 */
function lossRow(app, id, name, value, beside = null) {
  const { doc, t, engine, result } = app;
  const change = beside ? value - engine.lossAfterStep(result, new Map(), beside.label, 0) : 0;
  return make(
    doc,
    "div",
    {},
    make(doc, "dt", {}, name),
    make(doc, "dd", { class: "figure", "data-step": id, "data-value": String(value) }, fixed(value, 5)),
    beside
      ? make(
          doc,
          "dd",
          { class: "note" },
          t("step.promised", { change: fixed(change, 5), promised: fixed(beside.promised, 5) }),
        )
      : null,
  );
}
