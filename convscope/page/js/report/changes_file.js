/** The list of label changes that a reader makes: the CSV that `convscope train --changes` takes. Never the folder. */

/** @typedef {import("./types.js").LabelQuestion} LabelQuestion */

/** As convscope writes a field: a backslash doubled, what cannot be printed by its number. @param {string} text */
function escapedField(text) {
  const plain = text
    .replaceAll("\\", "\\\\")
    .replace(/[\x00-\x1f\x7f-\xa0\xad\u2028\u2029\u200b-\u200f\ufeff\ud800-\udfff]/g, (one, at, whole) => {
      const code = one.charCodeAt(0);
      const paired = (code < 0xdc00 ? whole.charCodeAt(at + 1) : whole.charCodeAt(at - 1)) >> 10;
      if (code >= 0xd800 && code <= 0xdfff && paired === (code < 0xdc00 ? 0x37 : 0x36)) return one;
      return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
    });
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/**
 * The text of the list: what the run was trained with already, and what was decided otherwise than the label says.
 * @param {import("./types.js").Report} report @param {Map<string, string>} decided
 */
export function changesText({ questions, classes, changes }, decided) {
  const earlier = new Map(changes.map((row) => [row[0], row]));
  for (const { path, digest, label } of changed(questions, classes, decided)) {
    const from = earlier.get(path)?.[2] ?? classes[label]; // what the folder says
    const to = /** @type {string} */ (decided.get(path));
    if (from === to) earlier.delete(path);
    else earlier.set(path, [path, digest, from, to]);
  }
  const lines = Array.from(earlier.values(), (row) => row.map(escapedField).join(","));
  return `${["path,sha256,from,to", ...lines].join("\n")}\n`;
}

/**
 * The questions that were answered otherwise than the label says.
 * @param {LabelQuestion[]} questions @param {string[]} classes @param {Map<string, string>} decided
 */
export function changed(questions, classes, decided) {
  return questions.filter(({ path, label }) => decided.has(path) && decided.get(path) !== classes[label]);
}
