/**
 * What Python says, said in the reader's language. The server and the trainings speak English: their errors are
 * sentences with gaps, and the dictionaries have each of them (`said.…`). So a text is recognised by its English and
 * said anew; what is not known stays as it is. A test holds the sentences to those that Python can raise.
 */

import { PlanFault } from "./formula/fault.js";

/** @typedef {import("./types.js").Translate} Translate */

/**
 * @param {Record<string, string>} english the English dictionary
 * @param {Translate} t
 * @returns {(text: string) => string} for an error of several lines, as convscope.errors writes it
 */
export function reteller(english, t) {
  const known = Object.entries(english)
    .filter(([key]) => /^(said|fault)\./.test(key))
    .map(([key, text]) => {
      const source = text
        .split(/\{\w+\}/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join("(.+?)");
      return {
        key,
        names: [...text.matchAll(/\{(\w+)\}/g)].map((gap) => gap[1]),
        fixed: text.replace(/\{\w+\}/g, "").length,
        said: key.startsWith("said."),
        whole: new RegExp(`^${source}$`, "su"),
        framed: new RegExp(
          `^(?:(?<where>.+?): )?(?<what>${source})(?:, got (?<got>.+?))?(?:, expected (?<expected>.+))?$`,
          "su",
        ),
      };
    })
    .filter(({ key }) => !["fault.got", "fault.expected", "fault.both", "fault.try"].includes(key))
    .sort((a, b) => Number(b.said) - Number(a.said) || b.fixed - a.fixed);

  /** One sentence; in its gaps there may be others. @param {string} text @returns {string} */
  const sentence = (text) => {
    for (const { key, names, whole } of known) {
      const found = whole.exec(text);
      if (found) return t(key, Object.fromEntries(names.map((name, i) => [name, line(found[i + 1])])));
    }
    return text;
  };
  /** Where, what, got and expected. @param {string} text @returns {string} */
  const line = (text) => {
    if (text.startsWith("try: ")) return t("fault.try", { hint: sentence(text.slice(5)) });
    let best = null;
    for (const { framed, said } of known) {
      const found = said ? framed.exec(text)?.groups : null;
      // "a.png: cannot be read: …" is not where "…" is
      if (found && (!best || (found.where ?? "").length < (best.where ?? "").length)) best = found;
    }
    if (!best) return sentence(text);
    const { where, what, got, expected } = best;
    return new PlanFault(sentence(what), {
      where: where && sentence(where),
      got: got && sentence(got),
      expected: expected && sentence(expected),
    }).line(t);
  };
  return (text) => text.split("\n").map(line).join("\n");
}
