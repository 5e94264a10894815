/** The twelve stages of one step, forward and back: a name, a sentence, and the sum with its numbers. */

import { power } from "../../../kit/maths.js";
import { productsAt } from "../../sums/convolution.js";
import { PLAIN_SLIDE } from "../../sums/backpropagation.js";
import { added, factor, num, twoFactors, result, sumLine } from "./writing.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */
/** @typedef {import("../../../kit/dom.js").Child} Child */

/** Which box of the drawing a stage is about. */
export const STAGE_BOXES = [
  "sums",
  "active",
  "pooled",
  "scores",
  "probabilities",
  "loss",
  "scores",
  "pooled",
  "active",
  "sums",
  "kernel",
  "kernel",
];
/** What the two classes are: a stroke that falls, one that rises. */
export const CLASS_MARKS = ["\\", "/"];

/** A stage's name and its sentence. @param {Lab} lab @param {number} stage 1 … 12 @param {Learning} now */
export function stageWords({ t }, stage, now) {
  const f = activationName(now.network.activation);
  const mean = now.network.pool === "mean";
  return [
    { name: t("back.s1"), text: t("back.s1.text") },
    { name: t("back.s2", { f }), text: activationText(t, now.network.activation) },
    mean ? { name: t("back.s3.mean"), text: t("back.s3.mean.text") } : { name: t("back.s3"), text: t("back.s3.text") },
    { name: t("back.s4"), text: t("back.s4.text") },
    { name: t("back.s5"), text: t("back.s5.text") },
    { name: t("back.s6"), text: t("back.s6.text") },
    { name: t("back.s7"), text: t("back.s7.text") },
    { name: t("back.s8"), text: t("back.s8.text") },
    { name: t("back.s9"), text: mean ? t("back.s9.mean.text") : t("back.s9.text") },
    { name: t("back.s10", { f }), text: gateText(t, now) },
    { name: t("back.s11"), text: t("back.s11.text") },
    { name: t("back.s12"), text: t("back.s12.text") },
  ][stage - 1];
}

/** @param {Learning["network"]["activation"]} name */
export function activationName(name) {
  return { relu: "ReLU", leaky: "Leaky ReLU", sigmoid: "sigmoid" }[name];
}

/** @param {Lab["t"]} t @param {Learning["network"]["activation"]} name */
function activationText(t, name) {
  if (name === "sigmoid") return t("back.s2.sigmoid");
  return name === "leaky" ? t("back.s2.leaky") : t("back.s2.relu");
}

/** @param {Lab["t"]} t @param {Learning} now */
function gateText(t, now) {
  if (now.network.activation === "sigmoid") return t("back.s10.sigmoid");
  return now.network.activation === "leaky" ? t("back.s10.leaky") : t("back.s10.relu");
}

/** The sums of a stage with their numbers, as lines. @param {Lab} lab @param {number} stage @param {Learning} now */
export function stageSums({ doc }, stage, now) {
  const { forward, backward, network } = now;
  const [y, x] = now.place;
  const line = (/** @type {Child[]} */ ...parts) => sumLine(doc, ...parts);
  const active = forward.active.flat();
  const eachClass = (/** @type {(k: number) => Child[]} */ of) => CLASS_MARKS.map((_, k) => line(...of(k)));
  return [
    () => [
      line(
        "s = ",
        ...productsAt(now.picture, network.kernel, PLAIN_SLIDE, y, x).map((one, i) =>
          twoFactors(doc, one.value, one.weight, i === 0, one.value === 0 ? "nothing" : ""),
        ),
        `${added(network.bias)} (b) = `,
        result(doc, forward.sums[y][x], "sum"),
      ),
    ],
    () => [
      line(
        "a = ",
        ...activationAtText(doc, network, forward.sums[y][x]),
        " = ",
        result(doc, forward.active[y][x], "active"),
      ),
    ],
    () => [
      network.pool === "max"
        ? line(`h = max(${active.map(num).join(", ")}) = `, result(doc, forward.pooled, "pooled"))
        : line(`h = (${active.map(factor).join(" + ")}) / 4 = `, result(doc, forward.pooled, "pooled")),
    ],
    () =>
      eachClass((k) => [
        `z “${CLASS_MARKS[k]}” = ${num(network.weights[k])} × ${factor(forward.pooled)}${added(network.offsets[k])} = `,
        result(doc, forward.scores[k], `score${k}`),
      ]),
    () =>
      eachClass((k) => [
        `p “${CLASS_MARKS[k]}” = `,
        power(doc, "e", num(forward.scores[k])),
        " / (",
        ...forward.scores.flatMap((z, i) => [i ? " + " : "", power(doc, "e", num(z))]),
        ") = ",
        result(doc, forward.probabilities[k], `p${k}`),
      ]),
    () => [
      line(
        `L = −ln p “${CLASS_MARKS[now.target]}” = −ln ${num(forward.probabilities[now.target])} = `,
        result(doc, backward.loss, "loss"),
      ),
    ],
    () =>
      eachClass((k) => [
        `∂L/∂z “${CLASS_MARKS[k]}” = p − y = ${num(forward.probabilities[k])} − ${Number(k === now.target)} = `,
        result(doc, backward.scores[k], `gz${k}`),
      ]),
    () => [
      line(
        "∂L/∂h = Σ ∂L/∂z × v = ",
        ...backward.scores.map((g, k) => twoFactors(doc, g, network.weights[k], k === 0)),
        "= ",
        result(doc, backward.pooled, "gh"),
      ),
    ],
    () => [
      line(
        `∂L/∂a = ∂L/∂h × ${num(backward.shares[y][x])} = ${factor(backward.pooled)} × ${num(backward.shares[y][x])} = `,
        result(doc, backward.active[y][x], "ga"),
      ),
    ],
    () => [
      line(
        `∂L/∂s = ∂L/∂a × f′(s) = ${factor(backward.active[y][x])} × ${num(backward.gates[y][x])} = `,
        result(doc, backward.sums[y][x], "gs"),
      ),
    ],
    () => [weightSum(doc, now), line("∂L/∂b = Σ ∂L/∂s = ", result(doc, backward.bias, "gb"))],
    () => [stepLine(doc, now)],
  ][stage - 1]();
}

/** f(s) with its number. @param {Document} doc @param {Learning["network"]} network @param {number} s
 * @returns {Child[]} */
function activationAtText(doc, network, s) {
  if (network.activation === "sigmoid") return ["1 / (1 + ", power(doc, "e", num(-s)), ")"];
  return [
    network.activation === "leaky" ? `max(${num(network.slope)} × ${factor(s)}, ${num(s)})` : `max(0, ${num(s)})`,
  ];
}

/** The gradient of the weight looked at for this picture, as a sum over all places. @param {Document} doc
 * @param {Learning} now */
function weightSum(doc, now) {
  const [r, c] = now.weight ?? [0, 0];
  const { sums, kernel } = now.backward;
  const terms = sums.flatMap((row, y) =>
    row.map((g, x) => twoFactors(doc, g, now.picture[y + r][x + c], x + y === 0, g === 0 ? "nothing" : "")),
  );
  return sumLine(doc, `∂L/∂w${subscript(r, c)} = Σ ∂L/∂s × x = `, ...terms, "= ", result(doc, kernel[r][c], "gw"));
}

/** A weight's or the bias's step, written out. @param {Document} doc @param {Learning} now */
function stepLine(doc, now) {
  const [old, gradient, next] = now.weight
    ? [now.network, now.gradient, now.after].map((one) => one.kernel[now.weight?.[0] ?? 0][now.weight?.[1] ?? 0])
    : [now.network.bias, now.gradient.bias, now.after.bias];
  const name = now.weight ? `w${subscript(...now.weight)}` : "b";
  return sumLine(
    doc,
    `${name} − η × ∂L/∂${name} = ${num(old)} − ${num(now.rate)} × ${factor(gradient)} = `,
    result(doc, next, "stepped"),
  );
}

/** @param {number} row @param {number} column */
export function subscript(row, column) {
  return "₁₂₃"[row] + "₁₂₃"[column];
}
