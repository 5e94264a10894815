/**
 * What was measured: the accuracy of both kinds of network while the test pictures are moved, turned, scaled,
 * thickened.
 */

import { make, makeSvg, refill, segmented } from "../../kit/dom.js";
import { fixed, percent, thousands } from "../../kit/format.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {[number, number, number]} Spread mean, least, most */
/** @typedef {{at: number[], dense: Spread[], cnn: Spread[]}} Sweep */

const SWEEP_WIDTH = 640;
const SWEEP_HEIGHT = 270;
const SWEEP_BOX = { left: 66, right: 20, top: 12, bottom: 50 };

/**
 * @param {Lab} lab
 * @param {"xo" | "mnist"} data
 * @param {Record<string, string>} names what each sweep is called
 * @param {Record<string, {unit?: string}>} ranges
 */
export function sweepPlot(lab, data, names, ranges) {
  const { doc, t } = lab;
  const measured = lab.payload.plain.measured[data];
  const sweeps = /** @type {Record<string, Sweep>} */ (measured.sweeps);
  const notes = /** @type {Record<string, string>} */ ({
    dx: t("plain.note.dx"),
    dy: data === "xo" ? t("plain.note.dx") : t("plain.note.dy"),
    turn: t("plain.note.turn"),
    scale: t("plain.note.scale"),
    thickness: t("plain.note.thickness"),
  });
  const chosen = () => (lab.state.m && lab.state.m in sweeps ? lab.state.m : "dx");
  const tabs = segmented(
    doc,
    t("plain.sweep"),
    Object.keys(sweeps).map((value) => ({ value, text: names[value] })),
    chosen,
    (value) => lab.tune({ m: value }),
  );
  const svg = makeSvg(doc, "svg", { class: "sweep", viewBox: `0 0 ${SWEEP_WIDTH} ${SWEEP_HEIGHT}`, role: "img" });
  const said = make(doc, "p", { class: "plain-said" });
  const note = make(doc, "p", { class: "note" });
  const how = make(
    doc,
    "p",
    { class: "note" },
    t("plain.how", { seeds: lab.payload.plain.measured.seeds, n: thousands(measured.n) }),
  );
  const key = make(
    doc,
    "p",
    { class: "curve-key" },
    make(doc, "span", { class: "key" }, t("plain.dense")),
    make(doc, "span", { class: "key measured-loss" }, t("plain.cnn")),
  );
  return {
    element: make(
      doc,
      "div",
      {},
      make(doc, "div", { class: "plain-choice" }, tabs),
      make(doc, "div", { class: "sweep-row" }, make(doc, "div", {}, svg, key), make(doc, "div", {}, said, note, how)),
    ),
    /** @param {import("../sums/pictures.js").Drawn} state */
    refresh: (state) => {
      const name = chosen();
      const sweep = sweeps[name];
      const value = /** @type {Record<string, any>} */ (state)[name];
      const near = sweep.at.reduce(
        (best, at, i) => (Math.abs(at - value) < Math.abs(sweep.at[best] - value) ? i : best),
        0,
      );
      const digits = sweep.at.some((at) => at % 1) ? 1 : 0;
      for (const child of Array.from(tabs.children))
        child.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (child).dataset.value === name));
      const words = {
        name: names[name],
        at: `${fixed(sweep.at[near], digits)}${ranges[name].unit ?? ""}`,
        dense: percent(sweep.dense[near][0]),
        cnn: percent(sweep.cnn[near][0]),
      };
      said.textContent = t("plain.at", words);
      note.textContent = notes[name];
      svg.setAttribute("aria-label", t("plain.at", words));
      refill(
        svg,
        ...drawnPlot(lab, sweep, sweep.at[near], digits, `${names[name]}, ${(ranges[name].unit ?? "").trim()}`),
      );
    },
  };
}

/**
 * @param {Lab} lab
 * @param {Sweep} sweep
 * @param {number} at the place looked at
 * @param {number} digits
 * @param {string} name
 */
function drawnPlot({ doc, t }, sweep, at, digits, name) {
  const [W, H] = [SWEEP_WIDTH, SWEEP_HEIGHT];
  const [LEFT, RIGHT, TOP, BOTTOM] = [SWEEP_BOX.left, SWEEP_BOX.right, SWEEP_BOX.top, SWEEP_BOX.bottom];
  const [first, last] = [sweep.at[0], sweep.at[sweep.at.length - 1]];
  const x = (/** @type {number} */ v) => LEFT + ((v - first) / (last - first)) * (W - LEFT - RIGHT);
  const y = (/** @type {number} */ share) => TOP + (1 - share) * (H - TOP - BOTTOM);
  const line = (/** @type {number[]} */ shares) =>
    shares.map((share, i) => `${i ? "L" : "M"}${x(sweep.at[i]).toFixed(1)} ${y(share).toFixed(1)}`).join("");
  const band = (/** @type {Spread[]} */ all) =>
    `${line(all.map((one) => one[2]))}${all
      .map((one, i) => `L${x(sweep.at[i]).toFixed(1)} ${y(one[1]).toFixed(1)}`)
      .reverse()
      .join("")}Z`;
  const few = sweep.at.filter((_, i) => i % Math.ceil(sweep.at.length / 9) === 0);
  const index = sweep.at.indexOf(at);
  return [
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      makeSvg(doc, "path", { class: "grid", d: `M${LEFT} ${y(share)}H${W - RIGHT}` }),
      makeSvg(doc, "text", { x: LEFT - 7, y: y(share) + 4, "text-anchor": "end" }, `${share * 100} %`),
    ]),
    ...few.map((v) => makeSvg(doc, "text", { x: x(v), y: H - BOTTOM + 24, "text-anchor": "middle" }, fixed(v, digits))),
    makeSvg(doc, "text", { x: W - RIGHT, y: H - 4, "text-anchor": "end" }, name),
    makeSvg(doc, "text", { x: LEFT, y: H - 4 }, t("plain.accuracy")),
    makeSvg(doc, "path", { class: "band dense", d: band(sweep.dense) }),
    makeSvg(doc, "path", { class: "band cnn", d: band(sweep.cnn) }),
    makeSvg(doc, "path", { class: "sweep-line dense", d: line(sweep.dense.map((one) => one[0])) }),
    makeSvg(doc, "path", { class: "sweep-line cnn", d: line(sweep.cnn.map((one) => one[0])) }),
    makeSvg(doc, "path", { class: "sweep-mark", d: `M${x(at)} ${TOP}V${H - BOTTOM}` }),
    makeSvg(doc, "circle", { class: "sweep-dot dense", cx: x(at), cy: y(sweep.dense[index][0]), r: 4 }),
    makeSvg(doc, "circle", { class: "sweep-dot cnn", cx: x(at), cy: y(sweep.cnn[index][0]), r: 4 }),
  ];
}
