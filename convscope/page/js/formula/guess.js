/** The nearest known word to a misspelt one: the similarity of Ratcliff and Obershelp, as Python's difflib has it. */

import { phrase } from "../kit/i18n.js";

/**
 * "did you mean X?" for the nearest known word, or the list of those offered.
 * @param {string} word
 * @param {string[]} known
 * @param {string[]} [offered]
 */
export function didYouMean(word, known, offered = known) {
  const wanted = word.toLowerCase();
  let best = "";
  let most = 0;
  for (const one of known) {
    const share = similarity(one, wanted);
    if (share >= 0.5 && (share > most || (share === most && one > best))) [best, most] = [one, share];
  }
  return best ? phrase("guess.one", { word: best }) : phrase("guess.any", { words: offered.join(", ") });
}

/** Twice the matching characters over all characters. @param {string} a @param {string} b */
function similarity(a, b) {
  return (2 * matching(a, b)) / (a.length + b.length);
}

/**
 * Characters in the longest common stretch and, left and right of it, in theirs.
 * @param {string} a
 * @param {string} b
 * @returns {number}
 */
function matching(a, b) {
  let [from, to, size] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      let n = 0;
      while (i + n < a.length && j + n < b.length && a[i + n] === b[j + n]) n++;
      if (n > size) [from, to, size] = [i, j, n];
    }
  }
  if (!size) return 0;
  return size + matching(a.slice(0, from), b.slice(0, to)) + matching(a.slice(from + size), b.slice(to + size));
}
