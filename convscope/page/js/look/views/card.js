/**
 * A channel's card: its kernel, the patches of the data it answers to most and least, how often, and for which classes.
 */

import { make, setVar } from "../../kit/dom.js";
import { unpack } from "../../engine/binary.js";
import { compact, percent, thousands } from "../../kit/format.js";
import { largest, paintPicture } from "../../kit/palette.js";
import { kernelOf, kernelSize } from "../windows.js";
import { splitName } from "./confusion.js";
import { paintKernel, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").PageNode} PageNode */
/** @typedef {import("../types.js").Channel} Channel */

const CLASS_BARS = 24; // of classes

/** @param {App} app @param {PageNode} node */
export function channelCard(app, node) {
  const { doc, t, payload } = app;
  const facts = payload.channels?.[node.name]?.[app.state.channel];
  if (!facts) return null;
  return make(
    doc,
    "section",
    { class: "card" },
    make(doc, "h3", {}, t("card.title")),
    counted(app),
    badge(app, facts.state, node),
    node.module.drawing === "convolution" ? kernels(app, node) : null,
    facts.top.length || facts.bottom.length
      ? make(
          doc,
          "div",
          { class: "patch-rows" },
          patches(app, t("card.top"), facts.top),
          patches(app, t("card.bottom"), facts.bottom),
        )
      : null,
    activity(app, facts),
  );
}

/** On which pictures all this was counted. @param {App} app */
function counted(app) {
  const of = app.payload.channels_of;
  return of
    ? make(app.doc, "p", { class: "note" }, app.t("card.of", { n: thousands(of.n), split: splitName(app, of.split) }))
    : null;
}

/** @param {App} app @param {string} state @param {PageNode} node */
function badge(app, state, node) {
  const { t } = app;
  const texts = { dead: t("badge.dead"), saturated: t("badge.saturated"), "always-on": t("badge.always") };
  const text = texts[/** @type {keyof typeof texts} */ (state)];
  return text ? make(app.doc, "p", { class: `badge ${state}`, title: node.name }, text) : null;
}

/** @param {App} app @param {PageNode} node */
function kernels(app, node) {
  const { doc, t } = app;
  const [rows, columns] = kernelSize(node);
  const depth = node.input[0] / (node.options.groups ?? 1);
  const limit = largest(node.tensors.weight);
  const list = Array.from({ length: Math.min(depth, 64) }, (_, slice) => {
    const canvas = pixels(doc, "kernel", t("kernel.name", { map: slice + 1 }));
    paintKernel(app, canvas, kernelOf(node, app.state.channel, slice), rows, columns, limit);
    return canvas;
  });
  return make(
    doc,
    "figure",
    { class: "kernels" },
    make(doc, "figcaption", {}, depth === 1 ? t("card.kernel.one") : t("card.kernel", { n: depth })),
    make(doc, "div", {}, ...list),
  );
}

/**
 * The part of a picture that the map of a unit answers to most, of all that were counted: the unit's own, or that of
 * the layer before where a layer passes maps on one by one. Null where none was kept.
 * @param {App} app @param {number} index @param {number} channel
 */
export function strongestPatch(app, index, channel) {
  const { doc, t, payload } = app;
  for (let at = index, map = channel; at >= 0;) {
    const node = app.engine.nodes[at];
    const patch = payload.channels?.[node.name]?.[map]?.top[0];
    if (patch) {
      const canvas = pixels(doc, "patch of-unit", t("why.patch"));
      paintPicture(canvas, unpack(patch.picture), 0, patch.picture.shape);
      return canvas;
    }
    if (node.module.geometry === "flatten") map = Math.floor(map / (node.input[1] * node.input[2]));
    else if (node.tensors.weight || node.input[0] !== node.output[0]) return null;
    if (node.sources.length !== 1) return null;
    at = node.sources[0];
  }
  return null;
}

/** @param {App} app @param {string} title @param {import("../types.js").Patch[]} list */
function patches(app, title, list) {
  const { doc, t, payload } = app;
  return make(
    doc,
    "figure",
    {},
    make(doc, "figcaption", {}, title),
    make(
      doc,
      "div",
      { class: "patches" },
      ...list.map((patch) => {
        const label = patch.label === null ? "" : (payload.classes[patch.label] ?? "");
        const canvas = pixels(doc, "patch", t("patch.name", { name: label, value: compact(patch.value) }));
        paintPicture(canvas, unpack(patch.picture), 0, patch.picture.shape);
        return make(
          doc,
          "div",
          { class: "patch-item" },
          canvas,
          make(doc, "span", { class: "figure" }, compact(patch.value)),
          make(doc, "span", { class: "small" }, label),
        );
      }),
    ),
  );
}

/** @param {App} app @param {Channel} facts */
function activity(app, facts) {
  const { doc, t, payload } = app;
  const shares = facts.by_class ?? [];
  const most = Math.max(1e-9, ...shares.map((share) => share ?? 0));
  const all = Array.from(shares.keys());
  const shown =
    all.length <= CLASS_BARS ? all : all.sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0)).slice(0, CLASS_BARS);
  return make(
    doc,
    "figure",
    { class: "activity" },
    make(
      doc,
      "figcaption",
      {},
      t("card.active", { share: percent(facts.active) }),
      shares.length ? ` ${t("card.by.class")}` : "",
      shown.length < shares.length ? ` ${t("card.by.class.most", { top: CLASS_BARS, n: shares.length })}` : "",
    ),
    make(
      doc,
      "div",
      { class: "class-bars" },
      ...shown.map((k) => {
        const share = shares[k];
        const bar = make(doc, "span", { class: "bar" });
        setVar(bar, "share", String((share ?? 0) / most));
        return make(
          doc,
          "div",
          { class: "class-bar", title: payload.classes[k] },
          make(doc, "span", { class: "figure small" }, share === null ? "–" : percent(share, 0)),
          make(doc, "span", { class: "up" }, bar),
          make(doc, "span", { class: "small" }, payload.classes[k]),
        );
      }),
    ),
  );
}
