/**
 * The language's words on the page: each kind of layer, an example, and what it takes, from the table that Python gave.
 */

import { make, tableHead } from "../../kit/dom.js";
import { entryOf, writtenKinds } from "../../formula/table.js";

/** @typedef {import("../../formula/table.js").Argument} Argument */

/** @param {import("../types.js").Lab} lab */
export function formulaReference(lab) {
  const { doc, t } = lab;
  /** @param {Argument} argument */
  const shown = (argument) => {
    const plain = argument.follows
      ? t("arch.words.of", { other: argument.follows })
      : argument.default === null || argument.default === undefined
        ? ""
        : typeof argument.default === "string"
          ? `"${argument.default}"`
          : formulaValue(argument.default);
    const others = (argument.words ?? []).filter((word) => word !== argument.default);
    const words = others.length ? t("arch.words.or", { words: others.map((word) => `"${word}"`).join(", ") }) : "";
    return make(
      doc,
      "span",
      { class: "argument" },
      argument.required ? make(doc, "b", {}, `${argument.name}=`) : `${argument.name}=${plain}`,
      words ? make(doc, "span", { class: "small" }, ` ${words}`) : null,
    );
  };
  const row = (/** @type {string} */ name) => {
    const { example, arguments: list } = entryOf(name);
    return make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row" }, make(doc, "code", {}, name)),
      make(doc, "td", {}, make(doc, "code", {}, typeof example === "string" ? example : `${name}()`)),
      make(doc, "td", { class: "takes" }, ...(list.length ? list.map(shown) : [t("arch.words.none")])),
    );
  };
  return make(
    doc,
    "details",
    { class: "worked formula-words" },
    make(doc, "summary", {}, make(doc, "h2", {}, t("arch.words"))),
    make(doc, "p", { class: "note" }, t("arch.words.note")),
    make(
      doc,
      "div",
      { class: "table-scroll" },
      make(
        doc,
        "table",
        { class: "numbers-table" },
        tableHead(doc, [t("arch.layer"), t("arch.words.example"), t("arch.words.takes")]),
        make(doc, "tbody", {}, ...writtenKinds().map(row)),
      ),
    ),
  );
}

/** A default as a formula writes it. @param {number | boolean} value */
function formulaValue(value) {
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}
