/**
 * One number, opened to its last product: the window's numbers × the kernel's, subtotals, bias, total, and what
 * follows.
 */

import { make, refill } from "../../kit/dom.js";
import { fixed, signed } from "../../kit/format.js";
import { indexOf, limitOf, nameOf, unitWords, valueAt } from "../lookup.js";
import { display, figure, letter, operator } from "../../kit/maths.js";
import { moveByArrows, placeOf } from "../navigation.js";
import { functionText } from "./activation.js";
import { legend } from "./maps.js";
import { normFormula } from "./norm.js";
import { numberGrid } from "./numbers.js";
import { onwards } from "./onwards.js";
import { placesOf } from "./places.js";
import { poolSum } from "./pool.js";
import { openSlice, slicesOfSum } from "./terms.js";
import { trailLine } from "./trail.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("../../types.js").Terms} Terms */

/** @param {App} app @returns {View} */
export function valueView(app) {
  const { doc, t, state } = app;
  const index = indexOf(app, state.node);
  const node = app.engine.nodes[index];
  const trail = make(doc, "div", {});
  const title = make(doc, "h2", {});
  const body = make(doc, "div", { class: "sum-body" });
  const next = make(doc, "div", { class: "next" });
  const legends = make(doc, "div", { class: "legends" });
  const places = node.flat || node.kind === "opaque" ? null : placesOf(app, index);
  const element = make(
    doc,
    "section",
    { class: "value", "aria-label": t("view.value") },
    trail,
    make(
      doc,
      "div",
      { class: "value-head" },
      make(doc, "div", {}, title, make(doc, "p", { class: "note" }, t("value.help"))),
      places?.element,
    ),
    body,
    next,
    legends,
  );
  const refresh = () => {
    const { channel } = app.state;
    const { y, x } = node.flat ? { y: 0, x: 0 } : placeOf(app);
    const total = valueAt(app, index, channel, y, x);
    refill(trail, trailLine(app));
    refill(title, `${unitWords(app, index, channel, y, x)} = `, figure(doc, fixed(total, 4), "answer"));
    if (node.kind === "opaque") refill(body, make(doc, "p", {}, t("explain.opaque")));
    else {
      const terms = app.engine.terms(index, channel, y, x, app.result);
      refill(body, ...bodyOf(app, terms));
      places?.refresh(terms.parts[node.kind === "conv" ? openSlice(app, terms) : 0]);
    }
    refill(next, ...onwards(app, index, channel, y, x));
    refill(
      legends,
      node.kind === "conv" || node.kind === "fc" || node.kind === "opaque"
        ? null
        : legend(
            app,
            "activations",
            limitOf(app, node.source, node.kind === "flatten" ? 0 : channel),
            t("legend.window"),
          ),
    );
    app.say(`${unitWords(app, index, channel, y, x)} = ${fixed(total, 4)}`);
  };
  refresh();
  return { element, refresh, keys: (event) => moveByArrows(app, event), hero: () => body.querySelector(".numbers") };
}

/** @param {App} app @param {Terms} terms @returns {(Node | null)[]} */
function bodyOf(app, terms) {
  const { doc, t } = app;
  const node = app.engine.nodes[terms.index];
  const [part] = terms.parts;
  const go = (/** @type {import("../../types.js").Part} */ p) =>
    numberGrid(app, p, "values", { name: nameOf(app, p.source) });
  if (node.kind === "conv" || node.kind === "fc") return slicesOfSum(app, terms);
  if (node.kind === "bn")
    return [...normFormula(app, terms.numbers, terms.total), make(doc, "p", {}, t("read.from"), " ", go(part))];
  if (["maxpool", "avgpool", "gap"].includes(node.kind)) {
    return [
      part.values.length <= 100
        ? numberGrid(app, part, "values", { marked: node.kind === "maxpool" ? terms.numbers.winner : -1 })
        : null,
      display(doc, ...poolSum(app, terms)),
    ];
  }
  if (node.kind === "add")
    return [
      make(
        doc,
        "div",
        { class: "equation" },
        go(terms.parts[0]),
        make(doc, "span", { class: "pair" }, operator(doc, "+"), go(terms.parts[1])),
      ),
      display(
        doc,
        fixed(terms.parts[0].values[0], 4),
        ...signed(terms.parts[1].values[0], 4).map((s, i) => (i ? s : operator(doc, s))),
        operator(doc, "="),
        make(doc, "b", {}, fixed(terms.total, 4)),
      ),
    ];
  const moved = ["flatten", "crop", "dropout"].includes(node.kind);
  return [
    make(doc, "p", {}, moved ? t("moved.from") : t("read.from"), " "),
    go(part),
    display(
      doc,
      ...(moved
        ? [letter(doc, "y"), operator(doc, "="), letter(doc, "x"), operator(doc, "=")]
        : [
            functionText(app, node),
            operator(doc, ","),
            letter(doc, "y"),
            "(",
            figure(doc, fixed(terms.numbers.x, 4)),
            ")",
            operator(doc, "="),
          ]),
      make(doc, "b", {}, fixed(terms.total, 4)),
    ),
  ];
}
