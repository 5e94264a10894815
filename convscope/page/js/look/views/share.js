/** One value to hand on: a link to it, and its sum as plain text. */

import { copyButton } from "../../kit/copy.js";
import { make } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { placeOf } from "../navigation.js";
import { formatHash } from "../state.js";

/** @typedef {import("../types.js").App} App */

/**
 * The value looked at with what makes it, as `conv1[3, 5, 7] = 0.12·0.5 + … + 0.1 = 1.2`: map, row and column from 1,
 * products of 0 left out.
 * @param {App} app @param {number} index
 */
function sumAsText(app, index) {
  const node = app.engine.nodes[index];
  const { channel } = app.state;
  const { y, x } = node.flat ? { y: 0, x: 0 } : placeOf(app);
  const { parts, total, numbers } = app.engine.terms(index, channel, y, x, app.result);
  const name = `${node.name}[${(node.flat ? [channel] : [channel, y, x]).map((i) => i + 1).join(", ")}]`;
  const values = parts.flatMap((part) => Array.from(part.values, (v) => fixed(v, 4)));
  if ("winner" in numbers) return `${name} = max(${values.join(", ")}) = ${fixed(total, 4)}`;
  if (!parts.length || !parts.every((part) => part.weights)) return `${name} = ${fixed(total, 4)}`;
  const factor = (/** @type {number} */ v) => (v < 0 ? `(${fixed(v, 4)})` : fixed(v, 4));
  const products = parts.flatMap(({ values: read, weights }) =>
    Array.from(read, (v, i) => (v && weights?.[i] ? `${factor(v)}·${factor(weights[i])}` : "")).filter(Boolean),
  );
  if (numbers.bias) products.push(factor(numbers.bias));
  return `${name} = ${products.join(" + ") || "0"} = ${fixed(total, 4)}`;
}

/** The buttons for it. @param {App} app @param {number} index */
export function shareButtons(app, index) {
  const { doc, t } = app;
  const words = (/** @type {string} */ copy) => ({ copy, copied: t("handon.copied"), failed: t("handon.failed") });
  const link = () => {
    const { y, x } = app.engine.nodes[index].flat ? { y: 0, x: 0 } : placeOf(app);
    return (doc.defaultView?.location.href.split("#")[0] ?? "") + formatHash({ ...app.state, y, x });
  };
  return make(
    doc,
    "div",
    { class: "share controls" },
    copyButton(doc, words(t("handon.link")), link, app.say),
    app.engine.nodes[index].module.terms
      ? copyButton(doc, words(t("handon.sum")), () => sumAsText(app, index), app.say)
      : null,
  );
}
