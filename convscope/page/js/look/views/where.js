/** Where the network looked, by several ways of asking: LRP, Grad-CAM and occlusion, and the deletion test of them. */

import { button, make, makeSvg, refill, segmented } from "../../kit/dom.js";
import { percent, telling } from "../../kit/format.js";
import { inSquares, overPicture } from "../../engine/heat.js";
import { indexOf } from "../lookup.js";
import { METHODS, RULE_CHOICES, comparedOf, compareMethods, mapBy, methodsOf, ruleNow, sharedOut } from "../reasons.js";
import { largest, paint } from "../../kit/palette.js";
import { askedNow, isQuick, methodNow } from "./asking.js";
import { deletionCards, methodName } from "./deletion.js";
import { everyClass } from "./every_class.js";
import { glow, legend, paintInput, pixelUnder, pixels } from "./maps.js";
import { openedUnit, relevanceSection } from "./relevance.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("../../engine/types.js").HeatMap} HeatMap */
/** @typedef {import("../reasons.js").Method} Method */

const CLASSES_SHOWN = 12;
const SQUARES = 56; // a side, of a relevance map: single pixels of a photograph would not be seen

/** @param {App} app @returns {View} */
export function whereView(app) {
  const { doc, t, payload } = app;
  const [channels, height, width] = payload.input.shape;
  const method = segmented(
    doc,
    t("where.method"),
    METHODS.map((value) => ({ value, text: methodName(app, value) })),
    () => methodNow(app),
    (value) => app.tune({ method: value }),
  );
  const select = listOf(
    app,
    t("where.class"),
    payload.classes.map((name, k) => [String(k), name]),
    (value) => app.tune({ rival: Number(value) }),
  );
  const layers = listOf(
    app,
    t("where.layer"),
    app.engine.nodes
      .filter((node) => !node.flat && node.module.drawing !== "opaque")
      .map((node) => [node.name, `${node.name} · ${node.output.slice(1).join("×")}`]),
    (value) => app.tune({ node: value }),
  );
  const rules = (/** @type {"epsilon" | "gamma"} */ which, /** @type {string} */ letter) =>
    listOf(
      app,
      letter,
      RULE_CHOICES[which].map((value) => [String(value), String(value)]),
      (value) => {
        const rule = { ...ruleNow(app), [which]: Number(value) };
        app.tune({ rule: `${rule.epsilon}_${rule.gamma}` });
      },
    );
  const [epsilon, gamma] = [rules("epsilon", "ε"), rules("gamma", "γ")];
  const picture = pixels(doc, "large", t("picture"));
  const heat = pixels(doc, "large heat", t("where.map"));
  const alone = pixels(doc, "large", t("where.map"));
  const marks = [0, 1].map(() => makeSvg(doc, "rect", { class: "window-box", width: 1, height: 1 }));
  const over = marks.map((mark) =>
    makeSvg(
      doc,
      "svg",
      { class: "over", "aria-hidden": "true", preserveAspectRatio: "none", viewBox: `0 0 ${width} ${height}` },
      mark,
    ),
  );
  for (const mark of marks) mark.setAttribute("visibility", "hidden");
  const text = make(doc, "p", { class: "note" });
  const legends = make(doc, "div", { class: "legends" });
  const status = make(doc, "p", { class: "note", role: "status" });
  const stacks = [
    make(doc, "div", { class: "stack" }, picture, heat, over[0]),
    make(doc, "div", { class: "stack" }, alone, over[1]),
  ];
  const every = make(doc, "div", { class: "every-class" });
  const everyBox = make(
    doc,
    "div",
    { hidden: true },
    make(doc, "h3", { class: "every-title" }, t("where.every")),
    every,
    make(doc, "p", { class: "note" }, t("where.every.note")),
  );
  const relevance = relevanceSection(app);
  const deletion = deletionCards(app, (value) => app.tune({ method: value }));
  const comparing = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "section",
    { class: "where", "aria-label": t("view.where") },
    make(doc, "p", { class: "lead" }, t("where.lead")),
    make(doc, "div", { class: "controls" }, method, select.box, layers.box, epsilon.box, gamma.box),
    make(
      doc,
      "div",
      { class: "drawing three" },
      make(doc, "div", {}, make(doc, "h3", {}, t("where.over")), stacks[0]),
      make(doc, "div", {}, make(doc, "h3", {}, t("where.map")), stacks[1]),
      make(doc, "div", { class: "between wide words" }, text, status, legends),
    ),
    comparing,
    deletion.verdict,
    relevance.element,
    everyBox,
    deletion.element,
  );
  let stops = [() => {}];
  let drawn = "";
  /** The relevance map that is seen, in squares of `side` pixels; null where another map is. */
  let shown = /** @type {ReturnType<typeof inSquares> | null} */ (null);

  /** Whether Grad-CAM points at what shows nothing: then the test runs unasked, however long it takes. */
  let astray = false;

  /** @param {HeatMap} whole @param {Method} by @param {number} grid */
  const show = (whole, by, grid) => {
    const cam = by === "cam";
    shown = isRelevance(by) ? inSquares(whole, SQUARES) : null;
    const map = shown ?? whole;
    const limit = largest(map.values) || 1;
    const seen = shown ?? overPicture(map, cam ? app.engine.nodes[grid].field : null, height, width);
    glow(heat, seen, limit, shown !== null);
    paint(alone, map.values, 0, map.rows, map.columns, limit, "activations", app.dark());
    refill(legends, legend(app, "activations", limit, shown ? t("legend.relevance") : t("legend.heat"), cam));
    if (largest(map.values) === 0) status.textContent = t("where.nothing");
    else if (shown && shown.side > 1)
      status.textContent = t("relevance.squares", { size: `${shown.side}×${shown.side}`, value: telling(limit) });
    else if (shown) status.textContent = t("relevance.most", { value: telling(limit) });
    else if (cam) {
      astray = isBlankAt(app, app.engine.nodes[grid].field, map);
      status.textContent = t("where.cam.most", { value: telling(limit) }) + (astray ? ` ${t("where.cam.blank")}` : "");
    } else status.textContent = t("where.most", { value: percent(limit) });
    for (const stack of stacks) stack.classList.toggle("pressable", shown !== null);
  };

  /**
   * The sums below, and the mark of the pixel that is opened. @param {Method} by @param {import("../reasons.js").Asked}
   * asked
   */
  const refreshSums = (by, asked) => {
    const lrp = isRelevance(by);
    relevance.refresh(lrp && asked.target >= 0 ? sharedOut(app, by, asked) : null);
    const unit = lrp ? openedUnit(app) : null;
    for (const mark of marks) {
      mark.setAttribute("visibility", unit && unit.index < 0 ? "visible" : "hidden");
      mark.setAttribute("x", String(unit?.x ?? 0));
      mark.setAttribute("y", String(unit?.y ?? 0));
    }
  };

  const refresh = () => {
    const asked = askedNow(app);
    const { target, grid } = asked;
    const by = methodNow(app);
    select.set(String(target));
    layers.set(app.engine.nodes[grid]?.name ?? "");
    epsilon.set(String(ruleNow(app).epsilon));
    gamma.set(String(ruleNow(app).gamma));
    layers.box.hidden = by !== "cam" || grid < 0;
    epsilon.box.hidden = !isRelevance(by);
    gamma.box.hidden = by !== "gamma";
    for (const one of Array.from(method.children))
      one.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (one).dataset.value === by));
    const compared = comparedOf(app, asked);
    const { state } = app;
    const key = `${grid} ${by} ${target} ${state.picture} ${JSON.stringify(state.edits)} ${state.rule} ${!!compared}`;
    if (key === drawn) {
      refreshSums(by, asked);
      return;
    }
    drawn = key;
    for (const stop of stops) stop();
    paintInput(app, picture);
    everyBox.hidden = by !== "cam" || !methodsOf(app, grid).includes("cam") || payload.classes.length > CLASSES_SHOWN;
    const asking = [grid, target, state.picture, JSON.stringify(state.edits)].join(" ");
    if (!everyBox.hidden && every.dataset.of !== asking) refill(every, ...everyClass(app, grid, target));
    if (!everyBox.hidden) every.dataset.of = asking;
    text.textContent = explanation(app, by, asked);
    deletion.refresh(compared, by, payload.classes[target]);
    comparing.replaceChildren();
    for (const canvas of [heat, alone]) canvas.width = canvas.height = 1; // what was there is of another question
    if (!methodsOf(app, grid).includes(by)) {
      status.textContent = cannotSaid(app, by === "cam" ? grid : -1);
      refill(legends);
      refreshSums("cam", asked);
      return;
    }
    const busy = (/** @type {string} */ words) => (status.textContent = words);
    const mapped = (/** @type {HeatMap} */ map) => {
      show(map, by, grid);
      refreshSums(by, asked);
    };
    const working = (/** @type {number} */ done) => {
      const share = percent(done, 0);
      busy(isRelevance(by) ? t("relevance.busy", { share }) : t("where.busy", { share }));
    };
    relevance.refresh(null);
    if (by !== "cam") working(0);
    astray = false;
    stops = [mapBy(app, by, asked, working, mapped)];
    const compare = () => {
      const told = (/** @type {number} */ share) =>
        (comparing.textContent = t("deletion.busy", { share: percent(share, 0) }));
      told(0);
      stops.push(compareMethods(app, asked, told, refresh));
    };
    if (compared) return;
    if (isQuick(app) || astray) compare();
    else refill(comparing, button(doc, t("deletion.start"), compare, { class: "link" }));
  };

  /** @param {HTMLElement} at @param {MouseEvent} event */
  const press = (at, event) => {
    const made = shown && sharedOut(app, methodNow(app), askedNow(app))?.of.get(-1);
    if (!shown || !made) return;
    const { side } = shown;
    const [top, left] = Object.values(pixelUnder(at, event, height, width)).map((v) => side * Math.floor(v / side));
    let [most, strongest] = [-1, ""];
    for (let c = 0; c < channels; c++)
      for (let y = top; y < Math.min(height, top + side); y++)
        for (let x = left; x < Math.min(width, left + side); x++) {
          const size = Math.abs(made[(c * height + y) * width + x]);
          if (size > most) [most, strongest] = [size, `picture.${c}.${y}.${x}`];
        }
    app.tune({ trail: strongest });
  };
  for (const stack of stacks) stack.addEventListener("click", (event) => press(stack, event));
  refresh();
  return {
    element,
    refresh,
    gone: () => {
      for (const stop of stops) stop();
    },
    keys: (event) => {
      const unit = openedUnit(app);
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step || !shown || !unit || unit.index >= 0) return false;
      const within = (/** @type {number} */ v, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, v));
      const [y, x] = [within(unit.y + step[0], height), within(unit.x + step[1], width)];
      app.tune({ trail: `picture.${unit.channel}.${y}.${x}` });
      return true;
    },
  };
}

/**
 * A labelled list to choose from.
 * @param {App} app @param {string} name @param {string[][]} options value and words @param {(value: string) => void}
 * choose
 */
function listOf({ doc }, name, options, choose) {
  const select = make(
    doc,
    "select",
    { "aria-label": name, on: { change: () => choose(select.value) } },
    ...options.map(([value, words]) => make(doc, "option", { value }, words)),
  );
  const set = (/** @type {string} */ value) => (select.value = value);
  return { box: make(doc, "label", {}, name, " ", select), set };
}

/** Whether a method shares the score out. @param {Method} by */
function isRelevance(by) {
  return by === "lrp" || by === "gamma";
}

/**
 * Why a way of asking cannot be taken.
 * @param {App} app
 * @param {number} to the node back to which it goes, −1 the picture
 */
function cannotSaid({ engine, t }, to) {
  const box = engine.nodes.find(({ module }, i) => i > to && module.backward === null);
  return engine.computes && box ? t("where.cannot.box", { name: box.name }) : t("where.cannot");
}

/**
 * What the method does, in a sentence.
 * @param {App} app
 * @param {Method} by
 * @param {import("../reasons.js").Asked} asked
 */
function explanation(app, by, { target, grid }) {
  const { t, payload, engine } = app;
  const name = payload.classes[target];
  if (by === "occlusion") return t("where.occlusion.text", { name });
  if (by === "lrp") return t("where.lrp.text", { name });
  if (by === "gamma") return t("where.gamma.text", { name, times: String(1 + ruleNow(app).gamma) });
  const last = engine.nodes[engine.lastMaps];
  const coarse = grid >= 0 && indexOf(app, app.state.node) < 0 && grid !== engine.lastMaps;
  return (
    t("where.cam.text", { name, node: engine.nodes[grid]?.name ?? "–" }) +
    (coarse ? ` ${t("where.cam.coarse", { node: last.name, size: last.output.slice(1).join("×") })}` : "")
  );
}

/**
 * Whether the picture shows nothing at a map's strongest place: all its pixels there are alike.
 * @param {App} app
 * @param {import("../../types.js").PageNode["field"]} field
 * @param {HeatMap} map
 */
function isBlankAt(app, field, map) {
  const [channels, height, width] = app.payload.input.shape;
  const best = map.values.indexOf(largest(map.values));
  const at = [Math.floor(best / map.columns), best % map.columns].map((place, axis) => {
    const middle = field.start[axis] + (field.size[axis] - 1) / 2 + field.jump[axis] * place;
    const reach = Math.max(1, field.jump[axis] / 2);
    return [Math.ceil(middle - reach), Math.floor(middle + reach)];
  });
  const [[top, bottom], [left, right]] = at;
  for (let c = 0; c < channels; c++) {
    const seen = new Set();
    for (let y = Math.max(0, top); y <= Math.min(height - 1, bottom); y++)
      for (let x = Math.max(0, left); x <= Math.min(width - 1, right); x++)
        seen.add(app.picture[(c * height + y) * width + x]);
    if (seen.size > 1) return false;
  }
  return true;
}
