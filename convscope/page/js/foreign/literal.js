/** Numbers, texts, lists and mappings as Python or JSON writes them: what exporters put into a file's metadata. */

const MOST_DEEP = 20;
const WORDS = /** @type {Record<string, any>} */ ({
  None: null,
  null: null,
  True: true,
  true: true,
  False: false,
  false: false,
});

/** What a text writes; undefined for anything else. @param {string} text @returns {any} */
export function literalOf(text) {
  const scan = { text, at: 0, deep: 0 };
  try {
    const value = literalAt(scan);
    return rest(scan) === "" ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @typedef {{text: string, at: number, deep: number}} Scan */

/** The next character that is no blank. @param {Scan} scan */
function rest(scan) {
  while (scan.at < scan.text.length && /\s/.test(scan.text[scan.at])) scan.at++;
  return scan.text[scan.at] ?? "";
}

/** @param {Scan} scan @param {RegExp} pattern sticky */
function token(scan, pattern) {
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.text);
  if (found) scan.at = pattern.lastIndex;
  return found?.[0];
}

/** @param {Scan} scan @returns {any} */
function literalAt(scan) {
  const sign = rest(scan);
  if (++scan.deep > MOST_DEEP) throw new SyntaxError("deep");
  try {
    if (sign === "{") return mappingAt(scan);
    if (sign === "[" || sign === "(") return listAt(scan, sign === "[" ? "]" : ")");
    if (sign === '"' || sign === "'") return textAt(scan, sign);
    const number = token(scan, /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    if (number !== undefined) return Number(number);
    const word = token(scan, /[A-Za-z]+/y) ?? "";
    if (!Object.hasOwn(WORDS, word)) throw new SyntaxError(word);
    return WORDS[word];
  } finally {
    scan.deep--;
  }
}

/** @param {Scan} scan @param {string} end */
function listAt(scan, end) {
  scan.at++;
  /** @type {any[]} */
  const list = [];
  while (rest(scan) !== end) {
    list.push(literalAt(scan));
    if (rest(scan) === ",") scan.at++;
    else if (rest(scan) !== end) throw new SyntaxError(end);
  }
  scan.at++;
  return list;
}

/** @param {Scan} scan */
function mappingAt(scan) {
  scan.at++;
  /** @type {Map<string, any>} */
  const entries = new Map();
  while (rest(scan) !== "}") {
    const key = String(literalAt(scan));
    if (rest(scan) !== ":") throw new SyntaxError(":");
    scan.at++;
    entries.set(key, literalAt(scan));
    if (rest(scan) === ",") scan.at++;
    else if (rest(scan) !== "}") throw new SyntaxError("}");
  }
  scan.at++;
  return entries;
}

/** @param {Scan} scan @param {string} quote */
function textAt(scan, quote) {
  let made = "";
  for (let at = scan.at + 1; at < scan.text.length; at++) {
    const sign = scan.text[at];
    if (sign === quote) {
      scan.at = at + 1;
      return made;
    }
    if (sign !== "\\") made += sign;
    else {
      const next = scan.text[++at] ?? "";
      const digits = next === "u" ? 4 : next === "x" ? 2 : 0;
      const code = Number.parseInt(scan.text.slice(at + 1, at + 1 + digits), 16);
      made += digits ? String.fromCharCode(code) : ({ n: "\n", t: "\t", r: "\r" }[next] ?? next);
      at += digits;
    }
  }
  throw new SyntaxError(quote);
}
