/** Above the maps: which of a layer come first, by what rule, and what the map under the pointer adds to the score. */

import { make, refill, segmented } from "../../kit/dom.js";
import { fixed, telling } from "../../kit/format.js";
import { hasClasses, mapName, nameOf } from "../lookup.js";
import { shareText } from "./map_tile.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {{index: number, channel: number, value: number}} Share of a map in the score */

const NAMED = 4; // maps that a sentence names

/** Two decimals, where they say what the score is. @param {number} score */
function scoreIn(score) {
  return Math.abs(score) >= 0.1 && Math.abs(score) < 1e6 ? fixed(score, 2) : telling(score);
}

/** @param {App} app */
export function sharesLine(app) {
  const { doc, t } = app;
  const choices = [
    { value: "share", text: t("order.share") },
    { value: "number", text: t("order.number") },
  ];
  const choice = segmented(
    doc,
    t("order"),
    choices,
    () => app.state.order,
    (order) => app.tune({ order }),
  );
  const said = make(doc, "p", { class: "note shares-said" });
  const label = make(doc, "span", { class: "label" }, t("order"));
  const element = make(doc, "div", { class: "shares-line" }, make(doc, "div", {}, label, choice), said);
  const score = () => {
    const k = app.shares.label();
    return { name: `“${app.payload.classes[k] ?? k + 1}”`, score: scoreIn(app.result.logits[k]) };
  };
  const refresh = () => {
    if (app.shares.label() < 0)
      refill(
        said,
        hasClasses(app) && (app.waiting || app.result.logits.length) ? t("shares.waiting") : t("shares.none"),
      );
    else refill(said, app.state.order === "number" ? t("shares.lines", score()) : t("shares.rule", score()));
  };
  /** A few maps by their numbers, those first whose shares are largest. @param {Share[]} shares */
  const listed = (shares) => {
    const first = shares
      .filter(({ value }) => value !== 0)
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, NAMED);
    const layers = Array.from(new Set(first.map(({ index }) => index)), (layer) => {
      const of = first.filter(({ index }) => index === layer);
      const shares = of.map(({ channel, value }) => `${channel + 1} (${shareText(value)})`);
      return `${nameOf(app, layer)} ${shares.join(", ")}`;
    });
    return layers.join("; ");
  };
  refresh();
  return {
    element,
    refresh,
    /**
     * Tell of one map; without one, the rule again.
     * @param {Share | null} map
     * @param {Share[]} from
     * @param {Share[]} into
     */
    tell: (map, from, into) => {
      if (!map) {
        refresh();
        return;
      }
      const words = { map: mapName(app, map.index, map.channel), share: shareText(map.value), ...score() };
      const parts = [t("shares.map", words)];
      if (listed(from)) parts.push(t("shares.from", { maps: listed(from) }));
      if (listed(into)) parts.push(t("shares.into", { maps: listed(into) }));
      refill(said, parts.join(" "));
    },
  };
}
