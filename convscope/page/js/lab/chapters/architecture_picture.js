/** A network as papers draw it: blocks in depth, as SVG. A block can be pointed at, pressed and reached by keyboard. */

import { make, makeSvg, refill } from "../../kit/dom.js";
import { roving } from "../../kit/roving.js";
import { SLANT, blocksOf } from "./architecture_blocks.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./architecture_blocks.js").Block} Block */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */

const MOST_BLOCKS = 60;
const BLOCKS_PLACE = 900; // pixels that it has beside the list of chapters
const LEAST_BLOCKS_ZOOM = 0.88; // its words can be read; what is wider is scrolled

/** @param {Lab} lab @param {(index: number) => void} look */
export function blocksPicture(lab, look) {
  const { doc, t } = lab;
  const svg = makeSvg(doc, "svg", { class: "blocks", role: "group", "aria-label": t("arch.depth") });
  const more = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "div",
    {},
    make(doc, "div", { class: "blocks-scroll", tabindex: 0, role: "region", "aria-label": t("arch.depth") }, svg),
    more,
  );
  /** @type {Map<number, SVGElement>} */
  const drawn = new Map();
  const stop = roving(svg, () => Array.from(svg.querySelectorAll(/** @type {"g"} */ ("g[role=button]"))));
  return {
    element,
    put: (/** @type {PlanNetwork | null} */ network) => {
      if (!network) return;
      const { blocks, width, height } = blocksOf(network);
      const shown = blocks.slice(0, MOST_BLOCKS);
      const end = shown.length < blocks.length ? shown[shown.length - 1].x + shown[shown.length - 1].width + 20 : width;
      svg.setAttribute("viewBox", `0 0 ${end.toFixed(0)} ${height.toFixed(0)}`);
      const zoom = Math.max(LEAST_BLOCKS_ZOOM, Math.min(1.35, BLOCKS_PLACE / end)); // small networks fill their place
      svg.setAttribute("width", (zoom * end).toFixed(0));
      svg.setAttribute("height", (zoom * height).toFixed(0));
      drawn.clear();
      refill(
        svg,
        ...shown.flatMap((block, i) => {
          const one = blockDrawing(lab, block, height, look);
          drawn.set(block.index, one);
          return i ? [linesBetween(lab, network, shown[i - 1], block), one] : [one];
        }),
      );
      stop();
      more.textContent = shown.length < blocks.length ? t("arch.more", { n: blocks.length - shown.length }) : "";
    },
    mark: (/** @type {number} */ index) => {
      let block = index;
      while (block >= 0 && !drawn.has(block)) block--;
      drawn.forEach((one, at) => one.classList.toggle("chosen", index >= 0 && at === block));
    },
  };
}

/**
 * @param {Pick<Lab, "doc" | "t">} lab
 * @param {Block} block
 * @param {number} height of the whole picture
 * @param {((index: number) => void) | null} look what a press does; null where nothing can be pressed
 */
export function blockDrawing({ doc, t }, block, height, look) {
  const { x, y, length, depth, index, labels, then } = block;
  const [dx, dy] = [depth * SLANT, depth * SLANT];
  const top = y - block.height;
  const face = (/** @type {string} */ kind, /** @type {number[][]} */ points) =>
    makeSvg(doc, "path", {
      class: `face ${kind}`,
      d: `M${points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L")}Z`,
    });
  const middle = x + (length + dx) / 2;
  const lines = [...labels, then.join(" + ")].filter(Boolean);
  const press = index < 0 || !look ? undefined : () => look(index);
  return makeSvg(
    doc,
    "g",
    {
      class: `block ${block.kind}`,
      tabindex: press ? 0 : null,
      role: press ? "button" : "img",
      "aria-label": index < 0 ? t("arch.picture", { shape: labels[0] }) : lines.join(", "),
      on: press
        ? {
            click: press,
            keydown: (/** @type {KeyboardEvent} */ event) => {
              if (event.key === "Enter" || event.key === " ") {
                press();
                event.preventDefault();
              }
            },
          }
        : {},
    },
    face("above", [
      [x, top],
      [x + dx, top - dy],
      [x + dx + length, top - dy],
      [x + length, top],
    ]),
    face("side", [
      [x + length, y],
      [x + length + dx, y - dy],
      [x + length + dx, top - dy],
      [x + length, top],
    ]),
    face("front", [
      [x, y],
      [x + length, y],
      [x + length, top],
      [x, top],
    ]),
    ...lines.flatMap((text, i) => [
      makeSvg(
        doc,
        "text",
        { class: i ? "small" : "", x: middle, y: height - 38 + i * 14, "text-anchor": "middle" },
        text,
      ),
      " ", // between the words that are heard
    ]),
  );
}

/**
 * A kernel's window on the block before, and the point of this block that it makes.
 * @param {Lab} lab
 * @param {PlanNetwork} network
 * @param {Block} from
 * @param {Block} to
 */
function linesBetween({ doc }, network, from, to) {
  if (!to.follows) return null;
  const window = network.nodes[to.index].window;
  const [dx, dy] = [from.depth * SLANT, from.depth * SLANT];
  const [ax, ay] = [from.x + from.length, from.y];
  if (!window) {
    const points = [
      [ax + dx / 2, ay - from.height / 2 - dy / 2],
      [to.x, to.y - to.height / 2],
    ];
    return makeSvg(doc, "path", {
      class: "joint",
      d: `M${points.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join("L")}`,
    });
  }
  const [, rows, columns] = network.nodes[to.index].input;
  const share = [0, 1].map((i) => Math.min(1, (window.dilation[i] * (window.kernel[i] - 1) + 1) / [rows, columns][i]));
  const [high, deep] = [from.height * share[0], share[1]];
  const [u, v] = [(1 - deep) * 0.45, (from.height - high) * 0.5];
  const at = (/** @type {number} */ s, /** @type {number} */ h) => [ax + dx * s, ay - dy * s - h];
  const square = [at(u, v), at(u + deep, v), at(u + deep, v + high), at(u, v + high)];
  const tip = [to.x, to.y - to.height / 2];
  const text = (/** @type {number[]} */ p) => p.map((n) => n.toFixed(1)).join(" ");
  return makeSvg(
    doc,
    "g",
    {},
    makeSvg(doc, "path", { class: "kernel-square", d: `M${square.map(text).join("L")}Z` }),
    makeSvg(doc, "path", { class: "joint", d: `M${text(square[1])}L${text(tip)}L${text(square[2])}` }),
  );
}
