/** Chapter 2's parts: the channels of a layer, how fields grow, what excites a channel, and what a unit is made of. */

import { make, refill, tableHead } from "../../kit/dom.js";
import { unpack } from "../../engine/binary.js";
import { fixed } from "../../kit/format.js";
import { largest, paint, paintPicture } from "../../kit/palette.js";
import { roving } from "../../kit/roving.js";
import { pixels } from "../../look/views/maps.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../engine/engine.js").Engine} Engine */
/** @typedef {import("../../engine/types.js").Result} Result */

const SHOWN_PARTS = 4;

/**
 * @param {Lab} lab
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} channel
 * @param {number} height
 * @param {number} width
 */
export function paintUnitMap(lab, canvas, values, channel, height, width) {
  const start = channel * height * width;
  paint(canvas, values, start, height, width, largest(values, start, height * width) || 1, "activations", lab.dark());
}

/**
 * Every channel's map, small, to choose one.
 * @param {Lab} lab
 * @param {Engine} engine
 * @param {(channel: number) => void} choose
 */
export function channelTiles(lab, engine, choose) {
  const { doc, t } = lab;
  const element = make(doc, "div", { class: "channel-tiles", role: "group", "aria-label": t("local.channels") });
  /** @type {{canvas: HTMLCanvasElement, tile: HTMLElement}[]} */
  let tiles = [];
  let drawn = "";
  let last = /** @type {Result | null} */ (null);
  let shown = /** @type {HTMLElement | null} */ (null);
  const stop = roving(element, () => tiles.map((one) => one.tile));
  return {
    element,
    /** @param {number} index @param {number} channel @param {Result} result */
    refresh: (index, channel, result) => {
      const [channels, height, width] = engine.nodes[index].output;
      if (drawn !== String(index)) {
        tiles = Array.from({ length: channels }, (_, i) => {
          const canvas = pixels(doc);
          return {
            canvas,
            tile: make(
              doc,
              "button",
              {
                type: "button",
                class: "thumb",
                "aria-label": t("local.channel", { n: i + 1 }),
                title: t("local.channel", { n: i + 1 }),
                on: { click: () => choose(i) },
              },
              canvas,
            ),
          };
        });
        refill(element, ...tiles.map((one) => one.tile));
      }
      if (drawn !== String(index) || last !== result)
        tiles.forEach(({ canvas }, i) => paintUnitMap(lab, canvas, result.outputs[index], i, height, width));
      drawn = String(index);
      last = result;
      tiles.forEach(({ tile }, i) => tile.setAttribute("aria-pressed", String(i === channel)));
      stop();
      const { tile } = tiles[channel];
      if (shown === tile) return;
      shown = tile;
      lab.win.requestAnimationFrame(() => intoView(element, tile)); // before the first frame the list has no height
    },
  };
}

/**
 * Scroll a list, and nothing around it, until one of its tiles is seen whole.
 * @param {HTMLElement} list
 * @param {HTMLElement} tile
 */
function intoView(list, tile) {
  const [outer, inner] = [list.getBoundingClientRect(), tile.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top + 4;
  if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom + 4;
}

/** How the receptive field grows, layer by layer. @param {Lab} lab @param {Engine} engine */
export function growthTable(lab, engine) {
  const { doc, t } = lab;
  let [size, jump] = [1, 1];
  const rows = engine.nodes.flatMap((node, index) => {
    if (!node.window) return [];
    const [kernel, stride] = [node.window.kernel[0], node.window.stride[0]];
    const sum = `${size} + (${kernel} − 1) · ${jump} = `;
    size += (kernel - 1) * jump;
    jump *= stride;
    return [
      {
        index,
        row: make(
          doc,
          "tr",
          {},
          make(doc, "th", { scope: "row" }, node.name),
          make(doc, "td", {}, `${kernel}×${kernel}`),
          make(doc, "td", {}, String(stride)),
          make(doc, "td", {}, sum, make(doc, "b", { class: "answer" }, String(size))),
        ),
      },
    ];
  });
  const element = make(
    doc,
    "table",
    { class: "growth" },
    tableHead(doc, [t("local.layer"), t("local.window"), t("local.stride"), t("local.field")]),
    make(doc, "tbody", {}, ...rows.map((one) => one.row)),
  );
  return {
    element,
    refresh: (/** @type {number} */ index) =>
      rows.forEach((one) => one.row.classList.toggle("current", one.index === index)),
  };
}

/**
 * The patches of test pictures that a channel answers most to.
 * @param {Lab} lab
 * @param {string} node
 * @param {number} channel
 */
function patchesOf({ doc, payload, t }, node, channel) {
  const { pictures, values } = payload.patches[node];
  const [, count, height, width] = pictures.shape;
  const bytes = unpack(pictures);
  return values[channel].map((/** @type {number} */ value, /** @type {number} */ i) => {
    const canvas = pixels(doc, "patch", t("local.patch", { v: fixed(value, 3) }));
    paintPicture(canvas, bytes, (channel * count + i) * height * width, [1, height, width]);
    return canvas;
  });
}

/** @param {Lab} lab */
export function patchRow(lab) {
  const { doc, t } = lab;
  const row = make(doc, "div", { class: "patches excite" });
  let shown = "";
  return {
    element: make(doc, "div", {}, row, make(doc, "p", { class: "note" }, t("local.excites.note"))),
    refresh: (/** @type {string} */ node, /** @type {number} */ channel) => {
      if (shown === `${node} ${channel}`) return;
      shown = `${node} ${channel}`;
      refill(row, ...patchesOf(lab, node, channel));
    },
  };
}

/**
 * The maps that add most to the unit; each opens the unit it comes from.
 * @param {Lab} lab
 * @param {Engine} engine
 * @param {(at: {node: number, channel: number, y: number, x: number}) => void} open
 */
export function partsOfUnit(lab, engine, open) {
  const { doc, t } = lab;
  const element = make(doc, "div", { class: "unit-parts" });
  const note = make(doc, "p", { class: "plain-said" });
  return {
    element: make(doc, "div", {}, note, element),
    /** @param {ReturnType<typeof import("../sums/features.js").strongestParts>} sums */
    refresh: (sums) => {
      const shown = sums.parts.slice(0, SHOWN_PARTS);
      const rest = sums.parts.slice(SHOWN_PARTS).reduce((sum, one) => sum + one.subtotal, 0);
      const first = shown[0].from.node < 0;
      note.textContent = first
        ? t("local.first")
        : t("local.sum", {
            parts: shown.map((one) => fixed(one.subtotal, 3)).join(" + "),
            n: sums.parts.length - shown.length,
            rest: fixed(rest, 3),
            bias: fixed(sums.bias, 3),
            total: fixed(sums.total, 3),
          });
      refill(
        element,
        ...shown.map(({ part, subtotal, from }) => {
          const kernel = pixels(doc, "kernel", t("local.kernel"));
          paint(
            kernel,
            part.weights ?? [],
            0,
            part.rows,
            part.columns,
            largest(part.weights ?? []) || 1,
            "weights",
            lab.dark(),
          );
          const window = pixels(doc, "kernel", t("local.under"));
          paint(window, part.values, 0, part.rows, part.columns, largest(part.values) || 1, "activations", lab.dark());
          const name =
            from.node < 0
              ? t("local.picture")
              : t("local.map.of", { node: engine.nodes[from.node].name, map: from.channel + 1 });
          const sum = make(
            doc,
            "div",
            { class: "unit-sum" },
            window,
            make(doc, "span", { class: "operator" }, "×"),
            kernel,
            make(doc, "span", { class: "operator" }, "="),
            make(doc, "b", { class: "figure" }, fixed(subtotal, 3)),
          );
          if (from.node < 0) return make(doc, "div", { class: "unit-part" }, make(doc, "h3", {}, name), sum);
          return make(
            doc,
            "div",
            { class: "unit-part" },
            make(
              doc,
              "h3",
              {},
              make(doc, "button", { type: "button", class: "link", on: { click: () => open(from) } }, `${name} ↓`),
            ),
            sum,
            make(doc, "div", { class: "patches" }, ...patchesOf(lab, engine.nodes[from.node].name, from.channel)),
          );
        }),
      );
    },
  };
}
