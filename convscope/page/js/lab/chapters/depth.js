/** Chapter 7, S9 and S11: how deep kernels can go, what pooling keeps, and what depth costs with and without it. */

import { make, makeSvg, refill, setVar, tableHead } from "../../kit/dom.js";
import { fixed, thousands } from "../../kit/format.js";
import { pythonBlock } from "../python_block.js";
import { chainSizes, stackCosts } from "../sums/depth.js";
import { slider, stepper } from "../widgets.js";
import { bytesText } from "./architecture.js";
import { poolingPart } from "./depth_pooling.js";
import { chainOf, stackOf } from "./depth_state.js";
import { depthPython } from "./depth_python.js";
import { depthCover } from "./depth_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/depth.js").Depth} Depth */

/** @type {Chapter} */
export const depthChapter = {
  id: "depth",
  number: 7,
  title: (t) => t("deep.title"),
  lead: (t) => t("deep.lead"),
  cover: depthCover,
  mount: (lab) => {
    const pooling = lab.payload.slides && lab.payload.digits ? poolingPart(lab) : null;
    const parts = [
      chainPart(lab),
      ...(pooling ? [pooling] : []),
      costPart(lab),
      pythonBlock(lab, () => depthPython(lab.state, pooling?.window() ?? null)),
    ];
    return {
      element: make(lab.doc, "div", { class: "chapter deep" }, ...parts.map((part) => part.element)),
      refresh: () => parts.forEach((part) => part.refresh()),
    };
  },
};

const SHOWN_LAYERS = 7;

/** @param {Lab} lab */
function chainPart(lab) {
  const { doc, t } = lab;
  const size = () => chainOf(lab.state).size;
  const kernel = () => chainOf(lab.state).kernel;
  const pad = () => chainOf(lab.state).pad;
  const words = (/** @type {string} */ name) => ({ less: t("step.less", { name }), more: t("step.more", { name }) });
  const put = (/** @type {string} */ key, /** @type {number} */ usual) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === usual ? null : value });
  const steppers = [
    stepper(lab, t("deep.size"), { min: 1, max: 28, ...words(t("deep.size")) }, size, put("i", 9)),
    stepper(lab, t("deep.kernel"), { min: 2, max: 7, ...words(t("deep.kernel")) }, kernel, put("k", 3)),
    stepper(lab, t("deep.pad"), { min: 0, max: 3, ...words(t("deep.pad")) }, pad, put("p", 0)),
  ];
  const row = make(doc, "div", { class: "size-chain", role: "img" });
  const verdict = make(doc, "p", { class: "chain-verdict", "aria-live": "polite" });
  const element = make(
    doc,
    "section",
    { "data-widget": "chain" },
    make(doc, "h2", {}, t("deep.chain")),
    make(doc, "div", { class: "steppers across" }, ...steppers.map((one) => one.element)),
    row,
    verdict,
  );
  const refresh = () => {
    const all = chainSizes(size(), kernel(), pad(), 40);
    const shown = all.slice(0, SHOWN_LAYERS + 1);
    const goes = all[all.length - 1] + 2 * pad() >= kernel();
    const largest = Math.max(...shown);
    row.setAttribute("aria-label", t("deep.picture", { sizes: shown.map((n) => `${n}×${n}`).join(" → ") }));
    refill(
      row,
      ...shown.map((n, i) =>
        make(
          doc,
          "div",
          { class: "chain-step" },
          squareGrid(lab, n, largest),
          make(doc, "b", { class: "figure", "data-figure": `size${i}` }, `${n}×${n}`),
          make(doc, "span", { class: "small" }, i ? t("deep.times", { n: i }) : t("deep.original")),
        ),
      ),
      all.length > shown.length ? make(doc, "span", { class: "chain-more", "aria-hidden": "true" }, "…") : null,
    );
    verdict.textContent = goes ? t("deep.goes") : t("deep.ends", { n: all.length - 1, side: all[all.length - 1] });
    for (const one of steppers) one.refresh();
  };
  refresh();
  return { element, refresh };
}

/** @param {Lab} lab @param {number} n @param {number} largest */
function squareGrid({ doc }, n, largest) {
  const side = Math.max(10, (92 * n) / Math.max(9, largest));
  const lines = Array.from({ length: n + 1 }, (_, i) => `M${i} 0V${n}M0 ${i}H${n}`).join("");
  return makeSvg(
    doc,
    "svg",
    { class: "chain-grid", viewBox: `0 0 ${n} ${n}`, width: side, height: side, "aria-hidden": "true" },
    makeSvg(doc, "path", { d: lines }),
  );
}

/** @param {Lab} lab */
function costPart(lab) {
  const { doc, t } = lab;
  const layers = () => stackOf(lab.state).layers;
  const channels = () => stackOf(lab.state).channels;
  const every = () => stackOf(lab.state).every;
  const padded = () => stackOf(lab.state).pad === 1;
  const put = (/** @type {string} */ key, /** @type {number} */ usual) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === usual ? null : value });
  const sliders = [
    slider(lab, t("deep.layers"), { min: 1, max: 300, step: 1 }, layers, put("l2", 300)),
    slider(lab, t("deep.channels"), { min: 1, max: 64, step: 1 }, channels, put("ch", 1)),
    slider(lab, t("deep.every"), { min: 1, max: 100, step: 1 }, every, put("e", 30)),
  ];
  const check = make(doc, "input", {
    type: "checkbox",
    on: { change: () => lab.tune({ pp: check.checked ? 1 : null }) },
  });
  const scroll = make(doc, "div", { class: "table-scroll" });
  const verdict = make(doc, "p", { class: "chain-verdict", "aria-live": "polite" });
  const element = make(
    doc,
    "section",
    { class: "worked", "data-widget": "cost" },
    make(doc, "h2", {}, t("deep.cost")),
    make(doc, "p", {}, t("deep.cost.text")),
    make(
      doc,
      "div",
      { class: "slider-pairs" },
      ...sliders.map((one) => one.element),
      make(doc, "label", { class: "check" }, check, t("deep.padded")),
    ),
    scroll,
    verdict,
    make(doc, "p", { class: "note" }, t("deep.counted")),
  );
  const refresh = () => {
    const stack = stackOf(lab.state);
    const [plain, pooledOnce] = [stackCosts({ ...stack, every: 0 }), stackCosts(stack)];
    check.checked = padded();
    const row = (/** @type {string} */ name, /** @type {Depth} */ cost, /** @type {string} */ id) => {
      const bar = make(doc, "span", { class: "bar" });
      setVar(bar, "share", String(cost.macs / Math.max(1, plain.macs)));
      return make(
        doc,
        "tr",
        {},
        make(doc, "th", { scope: "row" }, name),
        ...[
          [cost.last.join("×"), "last"],
          [thousands(cost.macs), "macs"],
          [bytesText(cost.numbers * 4), "memory"],
          [`${cost.layers} / ${layers()}`, "fits"],
        ].map(([text, key]) => make(doc, "td", { class: "figure", "data-figure": `${id}-${key}` }, text)),
        make(doc, "td", { class: "track-cell", "aria-hidden": "true" }, make(doc, "span", { class: "track" }, bar)),
      );
    };
    refill(
      scroll,
      make(
        doc,
        "table",
        { class: "numbers-table cost-table" },
        tableHead(doc, ["", t("deep.last"), t("deep.macs"), t("deep.memory"), t("deep.fits"), ""]),
        make(
          doc,
          "tbody",
          {},
          row(t("deep.without"), plain, "plain"),
          row(t("deep.with", { n: every() }), pooledOnce, "pooled"),
        ),
      ),
    );
    verdict.textContent =
      pooledOnce.layers < layers()
        ? t("deep.short", { n: pooledOnce.layers })
        : t("deep.saves", {
            times: fixed(plain.macs / pooledOnce.macs, 1),
            memory: fixed(plain.numbers / pooledOnce.numbers, 1),
          });
    for (const one of sliders) one.refresh();
  };
  refresh();
  return { element, refresh };
}
