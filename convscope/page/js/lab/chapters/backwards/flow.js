/** The drawing: what every part makes on the way forward, and below it the gradient on the way back. */

import { make, refill } from "../../../kit/dom.js";
import { largest } from "../../../kit/palette.js";
import { numberTable } from "../../grid.js";
import { kernelEditor, typedNumber, weightText } from "../../kernel.js";
import { CLASS_MARKS, STAGE_BOXES, activationName } from "./stages.js";
import { picturesChange, startWith } from "./state.js";
import { factor, num } from "./writing.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */

/** From which stage on a box shows its value, and its gradient. @type {Record<string, [number, number]>} */
const SHOWN_FROM = {
  picture: [0, 99],
  kernel: [0, 11],
  sums: [1, 10],
  active: [2, 9],
  pooled: [3, 8],
  scores: [4, 7],
  probabilities: [5, 7],
  loss: [6, 7],
};

/** @param {Lab} lab @param {() => Learning} now @param {() => number} stage */
export function flowDrawing(lab, now, stage) {
  const { doc, t } = lab;
  const at = (/** @type {number} */ y, /** @type {number} */ x) => lab.tune({ at: `${y}.${x}` });
  const parts = {
    picture: pictureBox(lab, now),
    kernel: kernelBox(lab, now),
    sums: mapBox(lab, now, "sums", { title: t("back.box.sums"), letters: ["s", "∂L/∂s"], at }),
    active: mapBox(lab, now, "active", { title: t("back.box.active"), letters: ["a", "∂L/∂a"], at }),
    pooled: numbersBox(lab, {
      id: "pooled",
      title: t("back.box.pooled"),
      letters: ["h", "∂L/∂h"],
      values: () => [now().forward.pooled],
      back: () => [now().backward.pooled],
    }),
    scores: numbersBox(lab, {
      id: "scores",
      title: t("back.box.scores"),
      letters: ["z", "∂L/∂z"],
      values: () => now().forward.scores,
      back: () => now().backward.scores,
    }),
    probabilities: numbersBox(lab, {
      id: "probabilities",
      title: t("back.box.p"),
      letters: ["p", t("back.box.y")],
      values: () => now().forward.probabilities,
      back: () => CLASS_MARKS.map((_, k) => Number(k === now().target)),
    }),
    loss: numbersBox(lab, {
      id: "loss",
      title: t("back.box.loss"),
      letters: ["L", "∂L/∂L"],
      values: () => [now().backward.loss],
      back: () => [1],
    }),
  };
  const arrows = Array.from({ length: 7 }, () => flowArrow(lab));
  arrows[0].element.classList.add("joins");
  const boxes = Object.values(parts);
  const element = make(
    doc,
    "div",
    { class: "flow" },
    ...boxes.flatMap((box, i) => [i ? arrows[i - 1].element : null, box.element]),
  );
  const refresh = () => {
    const { network, place, backward } = now();
    const [y, x] = place;
    const [one] = network.weights;
    const texts = [
      ["⊗", ""],
      ["+ b", t("back.times.pixel")],
      [activationName(network.activation).replace(" ", "\n"), `× ${num(backward.gates[y][x])}`],
      [network.pool === "max" ? "max" : t("back.mean"), `× ${num(backward.shares[y][x])}`],
      ["× v\n+ c", `× ${num(one)}\n× ${factor(network.weights[1])}`],
      ["softmax", "p − y"],
      ["−ln p", ""],
    ];
    arrows.forEach((arrow, i) => arrow.put(texts[i][0], texts[i][1], stage() >= BACK_FROM[i]));
    for (const [id, box] of Object.entries(parts)) {
      const [value, gradient] = SHOWN_FROM[id];
      box.element.classList.toggle("no-value", stage() < value);
      box.element.classList.toggle("no-gradient", stage() < gradient);
      box.refresh();
    }
  };
  return {
    element,
    refresh,
    /** Let the box of a stage stand out, 0 for none; its element. @param {number} number */
    mark: (number) => {
      for (const [id, box] of Object.entries(parts))
        box.element.classList.toggle("is-now", number > 0 && STAGE_BOXES[number - 1] === id);
      return number > 0 ? parts[/** @type {keyof typeof parts} */ (STAGE_BOXES[number - 1])].element : null;
    },
  };
}

/** From which stage on the factor of each arrow's way back is known. */
const BACK_FROM = [99, 11, 10, 9, 8, 7, 7];

/** @param {Lab} lab */
function flowArrow({ doc }) {
  const go = make(doc, "span", { class: "go" });
  const come = make(doc, "span", { class: "come" });
  const element = make(doc, "div", { class: "flow-arrow" }, go, come);
  return {
    element,
    /** @param {string} forward @param {string} back @param {boolean} known */
    put: (forward, back, known) => {
      go.textContent = forward;
      come.textContent = back;
      element.classList.toggle("no-back", !back);
      element.classList.toggle("no-gradient", !known);
    },
  };
}

/**
 * @param {Lab} lab
 * @param {string} id
 * @param {string} title
 * @param {HTMLElement[]} value
 * @param {HTMLElement[]} back
 */
function flowBox({ doc }, id, title, value, back) {
  return make(
    doc,
    "figure",
    { class: "flow-box", "data-box": id },
    make(doc, "figcaption", {}, title),
    make(doc, "div", { class: "flow-value" }, ...value),
    make(doc, "div", { class: "flow-gradient" }, ...back),
  );
}

/** A letter above its numbers. @param {Lab} lab @param {string} text */
function flowLetter({ doc }, text) {
  return make(doc, "span", { class: "flow-letter" }, text);
}

/** @param {Lab} lab @param {() => Learning} now */
function pictureBox(lab, now) {
  const { t } = lab;
  const editor = kernelEditor(lab, {
    name: t("back.picture"),
    kind: "activations",
    cellName: (y, x) => t("back.pixel", { y, x }),
    get: () => now().picture,
    set: (value) => lab.tune(picturesChange(now().all.map((one, i) => (i === now().at ? value : one)))),
  });
  const element = flowBox(lab, "picture", t("back.picture"), [flowLetter(lab, "x"), editor.element], []);
  const refresh = () => {
    editor.refresh();
    const [y, x] = now().place;
    Array.from(editor.element.children).forEach((field, i) => {
      const [row, column] = [Math.floor(i / 4) - y, (i % 4) - x];
      field.classList.toggle("under", row >= 0 && row < 3 && column >= 0 && column < 3);
    });
  };
  return { element, refresh };
}

/** @param {Lab} lab @param {() => Learning} now */
function kernelBox(lab, now) {
  const { doc, t } = lab;
  const editor = kernelEditor(lab, {
    name: t("back.kernel"),
    cellName: (y, x) => t("back.weight", { y, x }),
    text: cellText,
    get: () => now().network.kernel,
    set: (value) => lab.tune(startWith(value, now().network.bias)),
  });
  const bias = make(doc, "input", {
    class: "bias-field",
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": t("back.bias"),
    on: {
      input: () => {
        const value = typedNumber(bias.value);
        bias.setAttribute("aria-invalid", String(value === null));
        if (value !== null) lab.tune(startWith(now().network.kernel, value));
      },
      blur: () => {
        bias.setAttribute("aria-invalid", "false");
        refresh();
      },
    },
  });
  const gradient = numberTable(lab, {
    name: t("back.gradient.kernel"),
    scale: "weights",
    kind: "small-numbers",
    size: () => [3, 3],
    limit: () => largest(now().backward.kernel.flat()) || 1,
    look: (y, x) => {
      const value = now().backward.kernel[y][x];
      const marked = now().weight?.[0] === y && now().weight?.[1] === x;
      return {
        value,
        text: cellText(value),
        kind: marked ? "marked" : "",
        name: t("back.gradient.weight", { y: y + 1, x: x + 1, v: num(value) }),
      };
    },
    press: (y, x) => lab.tune({ w: y || x ? `${y}.${x}` : null }),
  });
  const byBias = make(doc, "span", { class: "flow-bias figure" });
  const element = flowBox(
    lab,
    "kernel",
    t("back.kernel"),
    [flowLetter(lab, "w"), editor.element, make(doc, "label", { class: "flow-bias" }, "b ", bias)],
    [flowLetter(lab, "∂L/∂w"), gradient.element, byBias],
  );
  const refresh = () => {
    editor.refresh();
    gradient.refresh();
    if (doc.activeElement !== bias) bias.value = weightText(now().network.bias);
    refill(byBias, `∂L/∂b ${num(now().backward.bias)}`);
  };
  return { element, refresh };
}

/**
 * A 2×2 map with its gradient below; each place can be looked at.
 * @param {Lab} lab @param {() => Learning} now @param {"sums" | "active"} which
 * @param {{title: string, letters: string[], at: (y: number, x: number) => void}} options
 */
function mapBox(lab, now, which, { title, letters, at }) {
  const { t } = lab;
  const tables = [() => now().forward[which], () => now().backward[which]].map((values, back) =>
    numberTable(lab, {
      name: back ? letters[1] : `${title}, ${letters[0]}`,
      scale: back ? "weights" : "activations",
      kind: "small-numbers",
      size: () => [2, 2],
      limit: () => largest(values().flat()) || 1,
      look: (y, x) => ({
        value: values()[y][x],
        text: cellText(values()[y][x]),
        kind: y === now().place[0] && x === now().place[1] ? "marked" : "",
        name: t("back.place", { y: y + 1, x: x + 1, v: num(values()[y][x]) }),
      }),
      press: at,
    }),
  );
  const element = flowBox(
    lab,
    which,
    title,
    [flowLetter(lab, letters[0]), tables[0].element],
    [flowLetter(lab, letters[1]), tables[1].element],
  );
  return {
    element,
    refresh: () => {
      for (const one of tables) one.refresh();
    },
  };
}

/**
 * One number a class, or one in all, with its gradient below.
 * @param {Lab} lab
 * @param {{id: string, title: string, letters: string[], values: () => number[], back: () => number[]}} options
 */
function numbersBox(lab, { id, title, letters, values, back }) {
  const { t } = lab;
  const tables = [values, back].map((of, i) =>
    numberTable(lab, {
      name: i ? letters[1] : `${title}, ${letters[0]}`,
      scale: i && id !== "probabilities" ? "weights" : "activations",
      kind: "small-numbers",
      size: () => [of().length, 1],
      limit: () => largest(of()) || 1,
      look: (k) => ({
        value: of()[k],
        text: cellText(of()[k]),
        name: of().length > 1 ? t("back.class", { mark: CLASS_MARKS[k], v: num(of()[k]) }) : num(of()[k]),
      }),
    }),
  );
  const marks = () =>
    values().length > 1
      ? make(lab.doc, "span", { class: "flow-marks", "aria-hidden": "true" }, ...CLASS_MARKS.map((m) => markOf(lab, m)))
      : null;
  const line = (/** @type {number} */ i) => make(lab.doc, "div", { class: "flow-line" }, marks(), tables[i].element);
  const element = flowBox(
    lab,
    id,
    title,
    [flowLetter(lab, letters[0]), line(0)],
    [flowLetter(lab, letters[1]), line(1)],
  );
  return {
    element,
    refresh: () => {
      for (const one of tables) one.refresh();
    },
  };
}

/** @param {Lab} lab @param {string} text */
function markOf({ doc }, text) {
  return make(doc, "span", {}, text);
}

/** A number in the little room of a cell. @param {number} value */
function cellText(value) {
  const size = Math.abs(value);
  if (size >= 1000) return value < 0 ? "−…" : "…";
  const text = String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
  return value !== 0 && Number(text) === 0 ? (value < 0 ? "−0.00" : "0.00") : text.replace("-", "−");
}
