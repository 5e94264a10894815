/** The score shared out: the sum layer by layer, and for one number who gave it what and whom it hands that on to. */

import { button, make, refill, setVar, tableHead } from "../../kit/dom.js";
import { fixed, signed, telling } from "../../kit/format.js";
import { display, fraction, letter, operator, sumSign } from "../../kit/maths.js";
import { colourOf } from "../../kit/palette.js";
import { indexOf, nameOf, sizeOf, unitWords } from "../lookup.js";
import { inSteps, LAYER_ROOM, shortName } from "../node_names.js";
import { readUnit, steps } from "../state.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/relevance.js").Relevance} Relevance */
/** @typedef {import("../../kit/dom.js").Child} Child */

const LINES = 10; // of a sum that are written out

/** @param {App} app */
export function relevanceSection(app) {
  const { doc, t } = app;
  const sum = make(doc, "div", {});
  const rows = make(doc, "div", {});
  const unit = make(doc, "div", { class: "relevance-unit" });
  const element = make(
    doc,
    "div",
    { class: "relevance" },
    make(doc, "h3", { class: "every-title" }, t("relevance.title")),
    make(doc, "p", { class: "note" }, t("relevance.text")),
    sum,
    unit,
    rows,
  );
  /** @param {Relevance | null} made */
  const refresh = (made) => {
    element.hidden = !made;
    if (!made) return;
    refill(sum, ...wholeSum(app, made));
    refill(rows, ...byLayer(app, made));
    refill(unit, ...unitSums(app, made));
  };
  return { element, refresh };
}

/** A number with four decimals, with three digits where it is small, as a power of ten where it is next to nothing.
 * @param {number} value */
function inDigits(value) {
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-6) return telling(value);
  const leading = Math.floor(Math.log10(Math.abs(value)));
  return fixed(value, Math.min(9, Math.max(4, 2 - leading)));
}

/** The score as one sum. @param {App} app @param {Relevance} made @returns {Child[]} */
function wholeSum({ doc, t, engine }, { score, rows, of, ended }) {
  const total = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0);
  const picture = total(Array.from(of.get(-1) ?? []));
  const [bias, epsilon] = [total(rows.map((row) => row.bias)), total(rows.map((row) => row.epsilon))];
  const named = (/** @type {string} */ value, /** @type {string} */ words) =>
    make(doc, "span", { class: "named-term" }, make(doc, "b", {}, value), make(doc, "small", {}, words));
  const rest = (/** @type {number} */ value, /** @type {string} */ words) => {
    const text = inDigits(Math.abs(value));
    const sign = value < 0 ? "−" : "+";
    return [operator(doc, sign), named(text, words)];
  };
  const names = ended.map((index) => engine.nodes[index].name).join(", ");
  return [
    display(
      doc,
      named(inDigits(score), t("relevance.score")),
      operator(doc, "="),
      named(inDigits(picture), t("relevance.pixels")),
      ...rest(bias, t("relevance.biases")),
      ...rest(epsilon, t("relevance.epsilons")),
    ),
    ended.length ? make(doc, "p", { class: "note" }, t("relevance.ended", { nodes: names })) : null,
  ];
}

/** What arrives at each layer, what it keeps, what is on its way after it. @param {App} app @param {Relevance} made */
function byLayer(app, { rows, score }) {
  const { doc, t, engine } = app;
  const keeping = rows.filter((row) => row.bias !== 0 || row.epsilon !== 0);
  let kept = 0;
  const lines = keeping.map((row) => {
    kept += row.bias + row.epsilon;
    const numbers = [row.arrives, row.bias, row.epsilon, row.arrives - row.bias - row.epsilon];
    return make(
      doc,
      "tr",
      {},
      make(
        doc,
        "th",
        { scope: "row", title: engine.nodes[row.index].name },
        ...inSteps(doc, shortName(app, engine.nodes[row.index].name, LAYER_ROOM)),
      ),
      ...numbers.map((v) => make(doc, "td", {}, fixed(v, 4))),
      make(doc, "td", {}, `${fixed(row.carried, 3)} ${signed(kept, 3).join(" ")} = ${fixed(row.carried + kept, 3)}`),
    );
  });
  const heads = [
    t("relevance.layer"),
    t("relevance.arrives"),
    t("relevance.bias"),
    t("relevance.epsilon"),
    t("relevance.carried"),
    t("relevance.check", { score: fixed(score, 3) }),
  ];
  const passing = rows.length - keeping.length;
  return [
    make(
      doc,
      "details",
      { class: "fold", open: keeping.length <= 12 },
      make(doc, "summary", {}, t("relevance.layers")),
      scrolled(
        doc,
        make(doc, "table", { class: "relevance-table" }, tableHead(doc, heads), make(doc, "tbody", {}, ...lines)),
        t("relevance.layers"),
      ),
      passing ? make(doc, "p", { class: "note" }, t("relevance.passing", { n: passing })) : null,
    ),
  ];
}

/** @param {Document} doc @param {HTMLElement} table @param {string} name */
function scrolled(doc, table, name) {
  return make(doc, "div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": name }, table);
}

/**
 * The number that is opened: the last of the trail; null where none is.
 * @param {App} app
 * @returns {{index: number, channel: number, y: number, x: number, at: number} | null}
 */
export function openedUnit(app) {
  const unit = readUnit(steps(app.state.trail).at(-1) ?? "");
  if (!unit) return null;
  const index = unit.node === "picture" ? -1 : indexOf(app, unit.node);
  const { channels, height, width } = sizeOf(app, index);
  if ((index < 0 && unit.node !== "picture") || unit.channel >= channels || unit.y >= height || unit.x >= width)
    return null;
  const { channel, y, x } = unit;
  return { index, channel, y, x, at: (channel * height + y) * width + x };
}

/** A unit as the trail has it, from its place in the node's numbers. @param {App} app @param {number} index
 * @param {number} at */
function unitNamed(app, index, at) {
  const { height, width } = sizeOf(app, index);
  const [channel, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
  const name = index < 0 ? "picture" : app.engine.nodes[index].name;
  return { text: [name, channel, y, x].join("."), words: unitWords(app, index, channel, y, x) };
}

/** To open a number as well. @param {App} app @param {number} index @param {number} at */
function unitLink(app, index, at) {
  const { text, words } = unitNamed(app, index, at);
  const trail = [...steps(app.state.trail), text].slice(-12).join("~");
  return button(app.doc, words, () => app.tune({ trail }), { class: "link" });
}

/** @param {App} app @param {Relevance} made @returns {Child[]} */
function unitSums(app, made) {
  const { doc, t } = app;
  const unit = openedUnit(app);
  if (!unit) return [make(doc, "p", { class: "hint" }, t("relevance.press"))];
  const relevance = made.of.get(unit.index)?.[unit.at] ?? 0;
  const { words } = unitNamed(app, unit.index, unit.at);
  return [
    crumbsOf(app),
    make(doc, "h3", {}, t("relevance.of", { unit: words, value: inDigits(relevance) })),
    unit.index < 0 ? colours(app, made, unit) : null,
    ...received(app, made, unit, relevance),
    ...handedOn(app, made, unit),
  ];
}

/** The way that was gone, to go back. @param {App} app */
function crumbsOf(app) {
  const { doc } = app;
  const trail = steps(app.state.trail);
  const crumbs = trail.slice(0, -1).flatMap((text, i) => {
    const unit = readUnit(text);
    if (!unit) return [];
    const index = unit.node === "picture" ? -1 : indexOf(app, unit.node);
    const words = unitWords(app, index, unit.channel, unit.y, unit.x);
    return [button(doc, words, () => app.tune({ trail: trail.slice(0, i + 1).join("~") }), { class: "link" }), " › "];
  });
  return crumbs.length ? make(doc, "p", { class: "note relevance-way" }, ...crumbs) : null;
}

/**
 * The other colours of a pixel.
 * @param {App} app @param {Relevance} made @param {{at: number, channel: number}} unit
 */
function colours(app, made, { at, channel }) {
  const { doc } = app;
  const [channels, height, width] = app.payload.input.shape;
  if (channels === 1) return null;
  const place = at % (height * width);
  const each = Array.from({ length: channels }, (_, c) => {
    const there = c * height * width + place;
    const { text, words } = unitNamed(app, -1, there);
    const value = made.of.get(-1)?.[there] ?? 0;
    return button(doc, `${words}: ${inDigits(value)}`, () => app.tune({ trail: text }), {
      "aria-pressed": String(c === channel),
    });
  });
  return make(doc, "p", { class: "controls" }, ...each);
}

/**
 * Who gave it what.
 * @param {App} app @param {Relevance} made @param {{index: number, at: number}} unit @param {number} relevance
 * @returns {Child[]}
 */
function received(app, made, { index, at }, relevance) {
  const { doc, t, engine } = app;
  const last = index === engine.nodes.length - 1;
  if (last) return [make(doc, "p", {}, t("relevance.begins"))];
  const terms = engine
    .relevanceTerms(app.result, made, index, at)
    .sort((a, b) => Math.abs(b.given) - Math.abs(a.given));
  if (!terms.length) return [make(doc, "p", {}, t("relevance.unread"))];
  const shared = terms.some((term) => term.whole !== null);
  const shown = terms.slice(0, LINES);
  const most = Math.max(1e-12, ...shown.map((term) => Math.abs(term.given)));
  const lines = shown.map((term) => ({
    name: unitLink(app, term.node, term.to),
    numbers: shared
      ? [term.value, term.weight, term.product, term.whole ?? term.product, term.relevance]
      : [term.weight, term.relevance],
    given: term.given,
  }));
  const rest = terms.slice(LINES).reduce((sum, term) => sum + term.given, 0);
  const heads = shared
    ? [t("relevance.reader"), "x", "w", "x · w", "z", t("relevance.theirs"), t("relevance.gives")]
    : [t("relevance.reader"), t("relevance.part"), t("relevance.theirs"), t("relevance.gives")];
  const [first] = shown;
  const { epsilon, gamma } = made.rule;
  const names = { node: nameOf(app, first.node), n: terms.length };
  return [
    make(doc, "h4", {}, t("relevance.from", names)),
    make(doc, "p", { class: "note" }, shared ? t("relevance.from.shared", names) : t("relevance.from.whole", names)),
    shared ? formulaOf(doc) : null,
    sumTable(app, heads, lines, most, [
      ...(terms.length > LINES ? [{ name: t("relevance.others", { n: terms.length - LINES }), given: rest }] : []),
      { name: t("relevance.total"), given: relevance },
    ]),
    first.whole !== null
      ? make(
          doc,
          "p",
          { class: "written" },
          t("relevance.byhand"),
          " ",
          `${inDigits(first.product)} / (${inDigits(first.whole)} ${first.whole < 0 ? "−" : "+"} ${epsilon}) · ` +
            `${inDigits(first.relevance)} = ${inDigits(first.given)}`,
        )
      : null,
    shared && gamma ? make(doc, "p", { class: "note" }, t("relevance.favoured", { times: String(1 + gamma) })) : null,
  ];
}

/**
 * Whom it hands it on to.
 * @param {App} app @param {Relevance} made @param {{index: number, at: number}} unit
 * @returns {Child[]}
 */
function handedOn(app, made, { index, at }) {
  const { doc, t, engine } = app;
  if (index < 0) return [];
  const handed = engine.relevanceHanded(app.result, made, index, at);
  if (!handed) return [make(doc, "p", {}, t("relevance.ended", { nodes: engine.nodes[index].name }))];
  const { items, whole } = handed;
  const sorted = [...items].sort((a, b) => Math.abs(b.given) - Math.abs(a.given));
  const shown = sorted.slice(0, LINES);
  const most = Math.max(1e-12, ...shown.map((item) => Math.abs(item.given)));
  const lines = shown.map((item) => ({
    name: unitLink(app, item.source, item.at),
    numbers: whole === null ? [item.weight] : [item.value, item.weight, item.product],
    given: item.given,
  }));
  const rest = sorted.slice(LINES).reduce((sum, item) => sum + item.given, 0);
  const heads =
    whole === null
      ? [t("relevance.number"), t("relevance.part"), t("relevance.gets")]
      : [t("relevance.number"), "x", "w", "x · w", t("relevance.gets")];
  return [
    make(doc, "h4", {}, t("relevance.to")),
    make(
      doc,
      "p",
      { class: "note" },
      whole === null
        ? t("relevance.to.whole")
        : t("relevance.to.shared", { z: inDigits(whole), bias: inDigits(handed.constant) }),
    ),
    sumTable(app, heads, lines, most, [
      ...(sorted.length > LINES ? [{ name: t("relevance.others", { n: sorted.length - LINES }), given: rest }] : []),
      ...(whole === null
        ? []
        : [
            { name: t("relevance.bias"), given: handed.bias },
            { name: t("relevance.epsilon"), given: handed.epsilon },
          ]),
      { name: t("relevance.total"), given: handed.relevance },
    ]),
  ];
}

/** R = Σ x·w / (z ± ε) · R of those that read it. @param {Document} doc */
function formulaOf(doc) {
  const j = () => make(doc, "i", {}, "j");
  return display(
    doc,
    letter(doc, "R"),
    operator(doc, "="),
    sumSign(doc, letter(doc, "j")),
    fraction(
      doc,
      [letter(doc, "x"), operator(doc, "·"), letter(doc, "w", j())],
      [letter(doc, "z", j()), operator(doc, "±"), "ε"],
    ),
    operator(doc, "·"),
    letter(doc, "R", j()),
  );
}

/**
 * Lines of a sum, each with a bar of what it gives, and its ends.
 * @param {App} app
 * @param {string[]} heads
 * @param {{name: Child, numbers: number[], given: number}[]} lines
 * @param {number} most
 * @param {{name: string, given: number}[]} ends
 */
function sumTable(app, heads, lines, most, ends) {
  const { doc } = app;
  const bar = (/** @type {number} */ given) => {
    const element = make(doc, "span", { class: given < 0 ? "bar minus" : "bar" });
    setVar(element, "share", String(Math.min(1, Math.abs(given) / most)));
    setVar(element, "colour", colourOf("activations", app.dark(), Math.sign(given) * 0.7, 1));
    return make(doc, "span", { class: "track two" }, element);
  };
  const across = heads.length - 2;
  return scrolled(
    doc,
    make(
      doc,
      "table",
      { class: "relevance-table" },
      tableHead(doc, [...heads, ""]),
      make(
        doc,
        "tbody",
        {},
        ...lines.map(({ name, numbers, given }) =>
          make(
            doc,
            "tr",
            {},
            make(doc, "th", { scope: "row" }, name),
            ...numbers.map((v) => make(doc, "td", {}, inDigits(v))),
            make(doc, "td", {}, make(doc, "b", {}, inDigits(given))),
            make(doc, "td", {}, bar(given)),
          ),
        ),
      ),
      make(
        doc,
        "tfoot",
        {},
        ...ends.map(({ name, given }, i) =>
          make(
            doc,
            "tr",
            { class: i === ends.length - 1 ? "together" : null },
            make(doc, "th", { scope: "row", colspan: across + 1 }, name),
            make(doc, "td", {}, inDigits(given)),
            make(doc, "td", {}),
          ),
        ),
      ),
    ),
    heads[heads.length - 1],
  );
}
