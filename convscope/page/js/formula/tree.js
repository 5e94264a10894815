/**
 * From tokens to a syntax tree with the places of everything; the grammar is that of
 * convscope/formula/fault_position.py.
 */

import { phrase } from "../kit/i18n.js";
import { FormulaFault } from "./fault.js";
import { tokensOf } from "./scan.js";

/** @typedef {import("./scan.js").Token} Token */
/** @typedef {import("./fault.js").Value} Value */
/**
 * @typedef {object} Syntax a node; `start` and `end` are places in the source
 * @property {"name" | "value" | "nothing" | "binary" | "unary" | "call" | "attribute" | "tuple" | "list"} is
 * @property {number} start @property {number} end
 * @property {string} [word] a name, an operator, what stands behind a dot
 * @property {Value} [value] of a literal
 * @property {Syntax[]} [parts] operands, elements, positional arguments; a call's function comes first
 * @property {{name: string, start: number, value: Syntax}[]} [named]
 */

export const KEYWORDS = new Set([
  ...["False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del"],
  ...["elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal"],
  ...["not", "or", "pass", "raise", "return", "try", "while", "with", "yield"],
]);
const ATOMS = new Set(["True", "False", "None"]);
const LARGEST_NUMBER = 1e15;

/**
 * Read the source of a formula from one place up to another; throws a FormulaFault at the first token that cannot go
 * on.
 * @param {string} source
 * @param {number} from
 * @param {number} to
 * @returns {Syntax}
 */
export function syntaxOf(source, from, to) {
  const list = tokensOf(" ".repeat(from) + source.slice(from, to));
  /** @type {Token[]} */
  const open = [];
  let place = 0;
  const next = () => list[place];
  const isMark = (/** @type {string} */ word) => next().kind === "mark" && next().word === word;
  const take = (/** @type {string} */ word) => (isMark(word) ? Boolean(++place) : false);
  const fault = (/** @type {Token} */ token) => {
    if (token.kind === "end" && open.length) {
      const { word, start } = open[open.length - 1];
      return new FormulaFault(phrase("formula.open", { bracket: word }), source, start + 1, {
        hint: phrase("formula.open.try", { bracket: word === "(" ? ")" : "]" }),
      });
    }
    return new FormulaFault(phrase("formula.syntax"), source, token.start + 1, { hint: phrase("formula.syntax.try") });
  };
  const behind = () => list[place - 1].end;

  /** Elements between commas, and whether a comma stood. */
  const elements = () => {
    const found = [sum()];
    let comma = false;
    while (take(",")) {
      comma = true;
      if (isMark(")") || isMark("]") || next().kind === "end") break;
      found.push(sum());
    }
    return { found, comma };
  };
  /** @returns {Syntax} */
  const sequence = () => {
    const { start } = next();
    const { found, comma } = elements();
    return comma ? { is: "tuple", parts: found, start, end: behind() } : found[0];
  };
  /** @returns {Syntax} */
  const sum = () => {
    const { start } = next();
    let left = product();
    while (isMark("+") || isMark("-")) {
      const { word } = next();
      place++;
      left = { is: "binary", word, parts: [left, product()], start, end: behind() };
    }
    return left;
  };
  /** @returns {Syntax} */
  const product = () => {
    const { start } = next();
    let left = signed();
    while (take("*")) left = { is: "binary", word: "*", parts: [left, signed()], start, end: behind() };
    return left;
  };
  /** @returns {Syntax} */
  const signed = () => {
    const { start, word } = next();
    if (!(take("-") || take("+") || take("~"))) return term();
    return { is: "unary", word, parts: [term()], start, end: behind() };
  };
  /** @returns {Syntax} */
  const term = () => {
    const { start } = next();
    let made = atom();
    for (;;) {
      if (isMark("(")) {
        const { positional, named } = group(")", args, { positional: [], named: [] });
        made = { is: "call", parts: [made, ...positional], named, start, end: behind() };
      } else if (take(".")) {
        if (next().kind !== "name" || KEYWORDS.has(next().word)) throw fault(next());
        const { word } = next();
        place++;
        made = { is: "attribute", word, parts: [made], start, end: behind() };
      } else return made;
    }
  };
  /** @returns {Syntax} */
  const atom = () => {
    const token = next();
    const { start, word } = token;
    if (isMark("(")) {
      const inside = group(
        ")",
        () => {
          const { found, comma } = elements();
          return comma ? found : found[0];
        },
        /** @type {Syntax[]} */ ([]),
      );
      return Array.isArray(inside) ? { is: "tuple", parts: inside, start, end: behind() } : inside;
    }
    if (isMark("[")) {
      const parts = group("]", () => elements().found, /** @type {Syntax[]} */ ([]));
      return { is: "list", parts, start, end: behind() };
    }
    if (token.kind === "string") {
      let text = "";
      for (; next().kind === "string"; place++)
        text += next()
          .word.replace(/^[rRuU]?./, "")
          .slice(0, -1);
      return { is: "value", value: { is: "str", of: text }, start, end: behind() };
    }
    if (token.kind === "number") {
      const value = numberOf(word);
      if (value.is === "int" && /** @type {number} */ (value.of) > LARGEST_NUMBER)
        throw new FormulaFault(phrase("formula.number"), source, start + 1, { got: word });
      place++;
      return { is: "value", value, start, end: behind() };
    }
    if (token.kind !== "name" || (KEYWORDS.has(word) && !ATOMS.has(word))) throw fault(token);
    place++;
    if (word === "None") return { is: "nothing", start, end: behind() };
    if (ATOMS.has(word)) return { is: "value", value: { is: "bool", of: word === "True" }, start, end: behind() };
    return { is: "name", word, start, end: behind() };
  };
  /** @template T @param {string} closing @param {() => T} inside @param {T} empty @returns {T} */
  const group = (closing, inside, empty) => {
    open.push(next());
    place++;
    const made = isMark(closing) ? empty : inside();
    if (!isMark(closing)) throw fault(next());
    open.pop();
    place++;
    return made;
  };
  /** What stands between a call's brackets; what has no name comes first. */
  const args = () => {
    /** @type {Syntax[]} */
    const positional = [];
    /** @type {{name: string, start: number, value: Syntax}[]} */
    const named = [];
    do {
      if (isMark(")") || next().kind === "end") break;
      const token = next();
      const one = sum();
      if (one.is === "name" && list[place - 1] === token && take("="))
        named.push({ name: token.word, start: token.start, value: sum() });
      else if (named.length) throw fault(token);
      else positional.push(one);
    } while (take(","));
    return { positional, named };
  };

  const made = sequence();
  if (next().kind !== "end") throw fault(next());
  return made;
}

/** @param {string} word @returns {Value} */
function numberOf(word) {
  const text = word.replace(/_/g, "");
  return /^0[xXoObB]/.test(text) || /^\d+$/.test(text)
    ? { is: "int", of: Number(text) }
    : { is: "float", of: Number(text) };
}
