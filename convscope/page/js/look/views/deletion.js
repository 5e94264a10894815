/** The deletion test: each method's curve, its area shaded, and which falls soonest. */

import { button, make, makeSvg, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../reasons.js").Compared} Compared */
/** @typedef {import("../reasons.js").Method} Method */

const CURVE = { wide: 150, high: 84, left: 26, top: 6, right: 4, bottom: 20 };

/** What a method is called. @param {App} app @param {Method} method */
export function methodName({ t }, method) {
  const names = { lrp: "LRP-ε", gamma: "LRP-γ", cam: "Grad-CAM", occlusion: t("where.occlusion") };
  return names[method];
}

/**
 * @param {App} app
 * @param {(method: Method) => void} choose
 */
export function deletionCards(app, choose) {
  const { doc, t } = app;
  const cards = make(doc, "div", { class: "deletion-cards" });
  const verdict = make(doc, "p", { class: "deletion-verdict" });
  const element = make(
    doc,
    "div",
    { class: "deletion" },
    make(doc, "h3", { class: "every-title" }, t("deletion.title")),
    make(doc, "p", { class: "note" }, t("deletion.text")),
    cards,
    make(doc, "p", { class: "note" }, t("deletion.differ")),
  );
  /**
   * @param {Compared | null} compared
   * @param {Method} chosen
   * @param {string} name the class's
   */
  const refresh = (compared, chosen, name) => {
    element.hidden = verdict.hidden = !compared;
    if (!compared) return;
    const { each, random, best } = compared;
    refill(
      cards,
      ...each.map(({ method, deletion }) => {
        const card = button(doc, "", () => choose(method), {
          class: "deletion-card",
          "aria-pressed": String(method === chosen),
        });
        refill(
          card,
          make(doc, "b", {}, methodName(app, method)),
          fallOf(app, deletion.curve, random.curve),
          make(
            doc,
            "span",
            { class: "words" },
            t("deletion.area", { area: fixed(deletion.area, 3) }),
            method === best ? make(doc, "span", { class: "best" }, ` · ${t("deletion.best")}`) : null,
          ),
        );
        return card;
      }),
    );
    const least = /** @type {NonNullable<(typeof each)[0]>} */ (each.find(({ method }) => method === best));
    const words = { name, method: methodName(app, best), area: fixed(least.deletion.area, 3) };
    const chance = fixed(random.area, 3);
    refill(
      verdict,
      random.area - least.deletion.area > 5e-4
        ? t("deletion.verdict", { ...words, random: chance })
        : t("deletion.chance", { ...words, random: chance }),
    );
  };
  return { element, verdict, refresh };
}

/**
 * One curve, the area under it shaded, and dashed that of no order.
 * @param {App} app
 * @param {number[]} curve
 * @param {number[]} random
 */
function fallOf({ doc, t }, curve, random) {
  const { wide, high, left, top, right, bottom } = CURVE;
  const x = (/** @type {number} */ i) => left + (i / (curve.length - 1)) * (wide - left - right);
  const y = (/** @type {number} */ p) => top + (1 - p) * (high - top - bottom);
  const line = (/** @type {number[]} */ ps) =>
    ps.map((p, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(p).toFixed(1)}`).join("");
  const end = curve.length - 1;
  return makeSvg(
    doc,
    "svg",
    { class: "deletion-curve", viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": t("deletion.curve") },
    makeSvg(doc, "path", { class: "grid", d: `M${left} ${y(0)}H${wide - right}M${left} ${y(1)}H${wide - right}` }),
    makeSvg(doc, "path", { class: "area", d: `${line(curve)}L${x(end)} ${y(0)}L${x(0)} ${y(0)}Z` }),
    makeSvg(doc, "path", { class: "random", d: line(random) }),
    makeSvg(doc, "path", { class: "line", d: line(curve) }),
    ...[0, 1].map((p) => makeSvg(doc, "text", { x: left - 5, y: y(p) + 4, "text-anchor": "end" }, String(p))),
    makeSvg(doc, "text", { x: left, y: high - 5 }, "0 %"),
    makeSvg(doc, "text", { x: wide - right, y: high - 5, "text-anchor": "end" }, t("deletion.hidden")),
  );
}
