/** How many feature maps of the shipped network are dead, counted over MNIST's test pictures. */

import { make, makeSvg } from "../../kit/dom.js";
import { percent, thousands } from "../../kit/format.js";

const BAR_HIGH = 70;

/** @typedef {{node: string, map: number, share: number}} CountedMap */

/** Every map with the share of its values above 0, the least active first. @param {Record<string, number[]>} nodes */
function countedMaps(nodes) {
  return Object.entries(nodes)
    .flatMap(([node, shares]) => shares.map((share, i) => ({ node, map: i + 1, share })))
    .sort((a, b) => a.share - b.share);
}

/** @param {import("../types.js").Lab} lab */
export function deadPart(lab) {
  const { doc, t } = lab;
  const { n, nodes } = lab.payload.activity;
  const maps = countedMaps(nodes);
  const dead = maps.filter((one) => one.share === 0).length;
  const most = maps[maps.length - 1];
  const bars = maps.map((one, i) =>
    makeSvg(
      doc,
      "rect",
      { x: i, y: BAR_HIGH * (1 - one.share), width: 0.8, height: Math.max(0.4, BAR_HIGH * one.share) },
      makeSvg(doc, "title", {}, `${t("act.dead.map", { node: one.node, map: one.map })}: ${percent(one.share)}`),
    ),
  );
  const words = { dead, all: maps.length, n: thousands(n) };
  const name = (/** @type {CountedMap} */ one) => t("act.dead.map", { node: one.node, map: one.map });
  return make(
    doc,
    "section",
    { class: "worked counted-dead", "data-widget": "dead" },
    make(doc, "h2", {}, t("act.dead.title")),
    make(
      doc,
      "p",
      { "data-figure": "dead-maps" },
      t("act.dead.count", words),
      " ",
      t("act.dead.least", { map: name(maps[0]), share: percent(maps[0].share) }),
    ),
    makeSvg(
      doc,
      "svg",
      {
        class: "dead-bars",
        viewBox: `0 0 ${maps.length} ${BAR_HIGH}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": t("act.dead.bars", { all: maps.length }),
      },
      ...bars,
    ),
    make(doc, "p", { class: "note" }, t("act.dead.note", { map: name(most), share: percent(most.share) })),
  );
}
