/** Chapter 2, S2: a unit answers to its own patch of the picture, and complex features are made of simple ones. */

import { make, segmented } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { fixed } from "../../kit/format.js";
import { paintPicture } from "../../kit/palette.js";
import { roving } from "../../kit/roving.js";
import { framed, pixels, pixelUnder } from "../../look/views/maps.js";
import { pythonBlock } from "../python_block.js";
import { strongestParts } from "../sums/features.js";
import { slidesEngine } from "../slides_engine.js";
import { convolutionsOf, localDigit, unitAt } from "./local_state.js";
import { channelTiles, paintUnitMap, partsOfUnit, patchRow, growthTable } from "./local_parts.js";
import { localPython } from "./local_python.js";
import { localCover } from "./local_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */

/** @type {Chapter} */
export const localChapter = {
  id: "local",
  number: 2,
  title: (t) => t("local.title"),
  lead: (t) => t("local.lead"),
  cover: localCover,
  mount: mountLocal,
};

/** @param {Lab} lab */
function mountLocal(lab) {
  const { doc, t } = lab;
  const engine = slidesEngine(lab);
  const convs = convolutionsOf(engine);
  const { pictures, names } = lab.payload.digits;
  const bytes = /** @type {Uint8Array} */ (unpack(pictures));
  const digit = (/** @type {number} */ i) => itemOf(bytes, pictures.shape, i);
  const chosen = () => localDigit(lab.state, names.length);
  let seenDigit = chosen();
  let result = engine.forward(digit(seenDigit));
  const unitOf = () => unitAt(lab.state, engine, convs, result);
  let unit = unitOf();

  const thumbs = names.map((/** @type {string} */ name, /** @type {number} */ i) => {
    const canvas = pixels(doc);
    paintPicture(canvas, digit(i), 0, [1, 28, 28]);
    return make(
      doc,
      "button",
      {
        type: "button",
        class: "thumb",
        "aria-label": name,
        title: name,
        on: { click: () => lab.tune({ i, y: null, x: null }) },
      },
      canvas,
    );
  });
  const picture = framed(doc, pixels(doc, "", t("local.picture")), "field");
  const map = framed(doc, pixels(doc, "unit-map", t("local.map")), "unit-map");
  map.canvas.setAttribute("tabindex", "0");
  map.canvas.setAttribute("role", "application");
  const to = (/** @type {number} */ y, /** @type {number} */ x) =>
    lab.tune({
      k: unit.channel + 1,
      y: Math.max(0, Math.min(unit.height - 1, y)),
      x: Math.max(0, Math.min(unit.width - 1, x)),
    });
  for (const name of /** @type {const} */ (["pointermove", "pointerdown"]))
    map.element.addEventListener(name, (event) => {
      const at = pixelUnder(map.canvas, event, unit.height, unit.width);
      if (at.y !== unit.y || at.x !== unit.x) to(at.y, at.x);
    });
  map.canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    to(unit.y + step[0], unit.x + step[1]);
    lab.say(said.textContent ?? "");
    event.preventDefault();
  });
  const open = (
    /** @type {number} */ n,
    /** @type {number} */ channel,
    /** @type {number | null} */ y,
    /** @type {number | null} */ x,
  ) => lab.tune({ n, k: channel + 1, y, x });
  const layers = segmented(
    doc,
    t("local.layer"),
    convs.map((index, i) => ({ value: String(i + 1), text: engine.nodes[index].name })),
    () => String(convs.indexOf(unit.index) + 1),
    (value) => lab.tune({ n: value === "2" ? null : value, k: null, y: null, x: null }),
  );
  const tiles = channelTiles(lab, engine, (channel) => open(convs.indexOf(unit.index) + 1, channel, null, null));
  const said = make(doc, "p", { class: "plain-said" });
  const growth = growthTable(lab, engine);
  const best = patchRow(lab);
  const parts = partsOfUnit(lab, engine, (at) => open(convs.indexOf(at.node) + 1, at.channel, at.y, at.x));
  const digits = make(
    doc,
    "div",
    { class: "plain-kinds digits", role: "group", "aria-label": t("plain.digit") },
    ...thumbs,
  );
  const stop = roving(digits, () => thumbs);
  const mapTitle = make(doc, "h2", { class: "part" });
  const element = make(
    doc,
    "div",
    { class: "chapter local" },
    make(
      doc,
      "div",
      { "data-widget": "unit" },
      make(doc, "div", { class: "plain-choice" }, layers),
      make(
        doc,
        "div",
        { class: "local-row" },
        make(doc, "section", {}, make(doc, "h2", { class: "part" }, t("local.picture")), picture.element, digits),
        make(doc, "section", {}, mapTitle, map.element, make(doc, "p", { class: "note" }, t("local.hover"))),
        make(doc, "section", {}, make(doc, "h2", { class: "part" }, t("local.channels")), tiles.element),
      ),
      said,
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "growth" },
      make(doc, "h2", {}, t("local.growth")),
      make(doc, "p", {}, t("local.growth.text")),
      make(doc, "div", { class: "table-scroll" }, growth.element),
      make(doc, "p", { class: "note" }, t("local.growth.jump")),
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "excites" },
      make(doc, "h2", {}, t("local.excites")),
      best.element,
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "parts" },
      make(doc, "h2", {}, t("local.parts")),
      parts.element,
    ),
    pythonBlock(lab, () => localPython(engine)).element,
  );

  const refresh = () => {
    if (chosen() !== seenDigit) {
      seenDigit = chosen();
      result = engine.forward(digit(seenDigit));
    }
    unit = unitOf();
    const node = engine.nodes[unit.index];
    thumbs.forEach((/** @type {HTMLElement} */ thumb, /** @type {number} */ i) =>
      thumb.setAttribute("aria-pressed", String(i === seenDigit)),
    );
    stop();
    for (const child of Array.from(layers.children))
      child.setAttribute(
        "aria-pressed",
        String(/** @type {HTMLElement} */ (child).dataset.value === String(convs.indexOf(unit.index) + 1)),
      );
    paintPicture(picture.canvas, digit(seenDigit), 0, [1, 28, 28]);
    const box = engine.seen(unit.index, unit.y, unit.x) ?? [0, 0, 0, 0];
    picture.move({ top: box[0], left: box[1], height: box[2] - box[0] + 1, width: box[3] - box[1] + 1 }, 28, 28);
    mapTitle.textContent = t("local.map.of", { node: node.name, map: unit.channel + 1 });
    paintUnitMap(lab, map.canvas, result.outputs[unit.index], unit.channel, unit.height, unit.width);
    map.move({ top: unit.y, left: unit.x, height: 1, width: 1 }, unit.height, unit.width);
    const sums = strongestParts(engine, result, unit.index, unit.channel, unit.y, unit.x);
    said.textContent = t("local.sees", {
      node: node.name,
      y: unit.y + 1,
      x: unit.x + 1,
      rows: box[2] - box[0] + 1,
      columns: box[3] - box[1] + 1,
      all: 28 * 28,
      v: fixed(sums.total, 3),
    });
    tiles.refresh(unit.index, unit.channel, result);
    growth.refresh(unit.index);
    best.refresh(node.name, unit.channel);
    parts.refresh(sums);
  };
  refresh();
  return { element, refresh };
}
