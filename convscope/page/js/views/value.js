/** One number, opened to its last product: the window's numbers × the kernel's, subtotals, bias, total, and what follows. */

import { button, make, refill } from "../dom.js";
import { compact, fixed, signed } from "../format.js";
import { indexOf, limitOf, nameOf, sizeOf, unitName, unitWords, valueAt } from "../look.js";
import { display, figure, fraction, letter, operator } from "../maths.js";
import { moveByArrows, placeOf, readerOf, visit } from "../steps.js";
import { functionText } from "./activation.js";
import { legend } from "./maps.js";
import { normFormula } from "./norm.js";
import { numberGrid } from "./numbers.js";
import { slicesOfSum } from "./terms.js";
import { trailLine } from "./trail.js";

/** @typedef {import("../shapes.js").App} App */
/** @typedef {import("../shapes.js").View} View */
/** @typedef {import("../types.js").Terms} Terms */

/** @param {App} app @returns {View} */
export function valueView(app) {
  const { doc, t, state } = app;
  const index = indexOf(app, state.node);
  const node = app.engine.nodes[index];
  const trail = make(doc, "div", {});
  const title = make(doc, "h2", {});
  const body = make(doc, "div", { class: "sum-body" });
  const next = make(doc, "div", { class: "next" });
  const legends = make(doc, "div", { class: "legends" });
  const element = make(doc, "section", { class: "value", "aria-label": t("view.value") }, trail, title, make(doc, "p", { class: "note" }, t("value.help")), body, next, legends);
  const refresh = () => {
    const { channel } = app.state;
    const { y, x } = node.flat ? { y: 0, x: 0 } : placeOf(app);
    const total = valueAt(app, index, channel, y, x);
    refill(trail, trailLine(app));
    refill(title, `${unitWords(app, index, channel, y, x)} = `, figure(doc, fixed(total, 4), "answer"));
    if (node.kind === "opaque") refill(body, make(doc, "p", {}, t("explain.opaque")));
    else {
      const terms = app.engine.terms(index, channel, y, x, app.result);
      refill(body, ...bodyOf(app, terms));
    }
    refill(next, ...onwards(app, index, channel, y, x));
    refill(legends, node.kind === "conv" || node.kind === "fc" || node.kind === "opaque" ? null : legend(app, "activations", limitOf(app, node.source, node.kind === "flatten" ? 0 : channel), t("legend.window")));
    app.say(`${unitWords(app, index, channel, y, x)} = ${fixed(total, 4)}`);
  };
  refresh();
  return { element, refresh, keys: (event) => moveByArrows(app, event), hero: () => body.querySelector(".numbers") };
}

/** @param {App} app @param {Terms} terms @returns {(Node | null)[]} */
function bodyOf(app, terms) {
  const { doc, t } = app;
  const node = app.engine.nodes[terms.index];
  const [part] = terms.parts;
  const go = (/** @type {import("../types.js").Part} */ p) => numberGrid(app, p, "values", { name: nameOf(app, p.source) });
  if (node.kind === "conv" || node.kind === "fc") return slicesOfSum(app, terms);
  if (node.kind === "bn") return [...normFormula(app, terms.numbers, terms.total), make(doc, "p", {}, t("read.from"), " ", go(part))];
  if (node.kind === "maxpool") {
    const values = Array.from(part.values).filter((_, i) => part.inside[i]);
    return [numberGrid(app, part, "values", { marked: terms.numbers.winner }), display(doc, "max(", ...values.flatMap((v, i) => [i ? ", " : "", v === terms.total ? make(doc, "b", {}, fixed(v)) : fixed(v)]), ")", operator(doc, "="), make(doc, "b", {}, fixed(terms.total, 4)))];
  }
  if (node.kind === "avgpool" || node.kind === "gap") {
    const shown = Array.from(part.values).slice(0, 64);
    const sum = shown.flatMap((v, i) => { const [sign, size] = signed(v); return [i ? ` ${sign} ` : sign === "+" ? "" : sign, size]; });
    return [part.values.length <= 100 ? go(part) : null, display(doc, fraction(doc, [...sum, part.values.length > 64 ? " + …" : ""].join(""), String(terms.numbers.divisor)), operator(doc, "="), make(doc, "b", {}, fixed(terms.total, 4)))];
  }
  if (node.kind === "add") return [make(doc, "div", { class: "equation" }, go(terms.parts[0]), make(doc, "span", { class: "pair" }, operator(doc, "+"), go(terms.parts[1]))), display(doc, fixed(terms.parts[0].values[0], 4), ...signed(terms.parts[1].values[0], 4).map((s, i) => (i ? s : operator(doc, s))), operator(doc, "="), make(doc, "b", {}, fixed(terms.total, 4)))];
  const moved = ["flatten", "crop", "dropout"].includes(node.kind);
  return [make(doc, "p", {}, moved ? t("moved.from") : t("read.from"), " "), go(part),
    display(doc, ...(moved ? [letter(doc, "y"), operator(doc, "="), letter(doc, "x"), operator(doc, "=")] : [functionText(app, node), operator(doc, ","), letter(doc, "y"), "(", figure(doc, fixed(terms.numbers.x, 4)), ")", operator(doc, "=")]), make(doc, "b", {}, fixed(terms.total, 4)))];
}

/** What this number becomes in the layer after. @param {App} app @param {number} index @param {number} channel @param {number} y @param {number} x */
function onwards(app, index, channel, y, x) {
  const { doc, t } = app;
  const reader = readerOf(app, index);
  if (reader < 0) return [make(doc, "p", {}, t("then.score", { name: unitName(app, index, channel) }), " ", button(doc, t("view.loss"), () => app.go({ view: "loss", rival: channel }), { class: "link" }))];
  const node = app.engine.nodes[reader];
  const size = sizeOf(app, reader);
  const target = place(app, reader, channel, y, x);
  if (!target || target.y >= size.height || target.x >= size.width) return [];
  const value = valueAt(app, reader, target.channel, target.y, target.x);
  return [make(doc, "p", {}, t("then", { node: node.name }), " ", button(doc, `${unitWords(app, reader, target.channel, target.y, target.x)} = ${compact(value)}`, () => visit(app, reader, target.channel, target.y, target.x), { class: "link" }))];
}

/** A unit of the next layer that reads this one. @param {App} app @param {number} reader @param {number} channel @param {number} y @param {number} x */
function place(app, reader, channel, y, x) {
  const node = app.engine.nodes[reader];
  const [, height, width] = node.input;
  if (node.kind === "flatten") return { channel: (channel * height + y) * width + x, y: 0, x: 0 };
  if (node.kind === "conv" || node.kind === "fc") {
    const w = node.window;
    return { channel: 0, y: w ? Math.min(node.output[1] - 1, Math.floor(y / w.stride[0])) : 0, x: w ? Math.min(node.output[2] - 1, Math.floor(x / w.stride[1])) : 0 };
  }
  if (node.kind === "gap") return { channel, y: 0, x: 0 };
  if (node.window) return { channel, y: Math.min(node.output[1] - 1, Math.floor((y + node.window.pad[0]) / node.window.stride[0])), x: Math.min(node.output[2] - 1, Math.floor((x + node.window.pad[1]) / node.window.stride[1])) };
  if (node.kind === "crop") return null;
  return { channel, y, x };
}

/** The end of every trail: a pixel of the picture, and how it became the number that the network reads. @param {App} app @returns {View} */
export function pixelView(app) {
  const { doc, t } = app;
  const trail = make(doc, "div", {});
  const title = make(doc, "h2", {});
  const body = make(doc, "div", { class: "sum-body" });
  const element = make(doc, "section", { class: "value", "aria-label": t("view.value") }, trail, title, body);
  const refresh = () => {
    const { channel } = app.state;
    const { y, x } = placeOf(app);
    const { input } = app.payload;
    const [, height, width] = input.shape;
    const pixel = app.picture[(channel * height + y) * width + x];
    const value = valueAt(app, -1, channel, y, x);
    const mean = input.mean[channel];
    const digits = (/** @type {number} */ v) => (Number.isInteger(v) ? String(v) : v.toFixed(2));
    refill(trail, trailLine(app));
    refill(title, `${unitWords(app, -1, channel, y, x)} = `, figure(doc, String(pixel), "answer"));
    refill(body, make(doc, "p", {}, t("pixel.text")),
      display(doc, fraction(doc, [letter(doc, "pixel"), " − ", letter(doc, "μ")], letter(doc, "σ")), operator(doc, "="), fraction(doc, `${pixel} − ${digits(mean)}`, digits(input.std[channel])), operator(doc, "="), make(doc, "b", {}, fixed(value, 4))),
      make(doc, "p", { class: "note" }, t("pixel.end")));
    app.say(`${unitWords(app, -1, channel, y, x)} = ${pixel}`);
  };
  refresh();
  return { element, refresh, keys: (event) => moveByArrows(app, event) };
}
