/**
 * The same in Python: a chapter's sum with its present numbers, as lines that run where convscope is installed.
 * tests/browser/test_lab_python.py runs them and compares what they print with what the page says they do.
 */

import { copyButton } from "../kit/copy.js";
import { make, refill } from "../kit/dom.js";

/** @typedef {import("./types.js").Lab} Lab */

/**
 * @typedef {number | string | boolean | null | any[] | {text: string}} PythonValue lists may hold lists; `text` is
 * printed as it is
 * @typedef {object} PythonLine a statement, and what it prints if it does
 * @property {string} code
 * @property {PythonValue[]} [gives] a value for each line that it prints
 *
 * @typedef {object} PythonSum
 * @property {string[]} uses names of convscope.arithmetic
 * @property {(string | PythonLine)[]} lines
 */

const WIDEST = 88;

/** A value as Python writes it; a list of lists has a line for each. @param {PythonValue} value @returns {string} */
export function pythonText(value) {
  if (Array.isArray(value)) {
    const parts = value.map(pythonText);
    const short = `[${parts.join(", ")}]`;
    if (short.length <= WIDEST || !value.some(Array.isArray)) return short;
    return `[\n${parts.map((part) => `    ${part.replaceAll("\n", "\n    ")},\n`).join("")}]`;
  }
  if (typeof value === "number") {
    if (Number.isFinite(value)) return String(value === 0 ? 0 : value);
    return value !== value ? "nan" : value > 0 ? "inf" : "-inf";
  }
  if (typeof value === "string") return /['\\]/.test(value) ? JSON.stringify(value) : `'${value}'`;
  if (typeof value === "object" && value) return value.text;
  return value === null ? "None" : value ? "True" : "False";
}

/**
 * A block of Python that follows the chapter's state.
 * @param {Lab} lab @param {() => PythonSum} sum
 */
export function pythonBlock(lab, sum) {
  const { doc, t } = lab;
  const code = make(doc, "code", {});
  const words = { copy: t("python.copy"), copied: t("python.copied"), failed: t("python.failed") };
  const box = make(doc, "pre", { class: "python-code", tabindex: 0, role: "region", "aria-label": t("python.code") });
  box.append(code);
  let shown = "";
  const refresh = () => {
    const parts = writtenParts(sum());
    const text = parts.map((part) => part.text).join("");
    if (text === shown) return;
    shown = text;
    refill(code, ...parts.map((part) => make(doc, "span", { class: part.gives ? "gives" : "runs" }, part.text)));
  };
  refresh();
  const element = make(
    doc,
    "section",
    { class: "worked python" },
    make(
      doc,
      "div",
      { class: "python-head" },
      make(doc, "h2", {}, t("python.title")),
      copyButton(doc, words, () => shown, lab.say),
    ),
    box,
  );
  return { element, refresh };
}

/** The block's text in parts: what runs, and the comments that say what it prints. @param {PythonSum} sum */
function writtenParts({ uses, lines }) {
  /** @type {{text: string, gives: boolean}[]} */
  const parts = uses.length ? [{ text: `${importText(uses)}\n\n`, gives: false }] : [];
  for (const line of lines) {
    const { code, gives = [] } = typeof line === "string" ? { code: line } : line;
    const results = gives.map((value) => `# ${pythonText(value).replaceAll(/\n */g, " ")}`);
    const last = code.slice(code.lastIndexOf("\n") + 1);
    const beside = results.length === 1 && last.length + results[0].length + 2 <= WIDEST;
    parts.push({ text: results.length ? code + (beside ? "  " : "\n") : `${code}\n`, gives: false });
    if (results.length) parts.push({ text: `${results.join("\n")}\n`, gives: true });
  }
  return parts;
}

/** @param {string[]} names */
function importText(names) {
  const line = `from convscope.arithmetic import ${names.join(", ")}`;
  if (line.length <= WIDEST) return line;
  const rows = names.reduce((/** @type {string[]} */ found, name) => {
    const last = found[found.length - 1];
    if (last && last.length + name.length + 2 <= WIDEST) found[found.length - 1] = `${last} ${name},`;
    else found.push(`    ${name},`);
    return found;
  }, []);
  return `from convscope.arithmetic import (\n${rows.join("\n")}\n)`;
}
