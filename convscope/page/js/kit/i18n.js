/** Sentences in English and Korean, from one dictionary a language. */

import { particle } from "./particles.js";

/** @typedef {Record<string, Record<string, string>>} Dictionaries */
/** @typedef {(key: string, words?: Record<string, string | number>) => string} Translate */
/**
 * @typedef {{key: string, words: Record<string, string | number | Phrase>}} Phrase a sentence and its words, in no
 * language yet
 */

/**
 * Name a sentence, to be said in whichever language is read.
 * @param {string} key
 * @param {Phrase["words"]} [words]
 * @returns {Phrase}
 */
export function phrase(key, words = {}) {
  return { key, words };
}

/**
 * Say a phrase; text that needs no language (a number, a formula) is itself.
 * @param {Translate} translate
 * @param {Phrase | string} one
 * @returns {string}
 */
export function spoken(translate, one) {
  if (typeof one === "string") return one;
  const words = Object.entries(one.words).map(([name, word]) => [
    name,
    typeof word === "object" ? spoken(translate, word) : word,
  ]);
  return translate(one.key, Object.fromEntries(words));
}

/**
 * Return the function that looks a sentence up and puts words into its {gaps}, what follows one of its numbers in
 * English, {step/steps}, and the particles in Korean, {을/를}. A key without a sentence shows as itself.
 * @param {Dictionaries} dictionaries @param {string} language
 * @returns {Translate}
 */
export function translator(dictionaries, language) {
  const sentences = dictionaries[language] ?? {};
  return (key, words = {}) => {
    const sentence = sentences[key] ?? key;
    let [said, end] = ["", 0];
    for (const found of sentence.matchAll(/\{(\w+)\}|\{([가-힣]+)\/([가-힣]+)\}|\{([a-z]+)\/([a-z]+)\}/g)) {
      const [gap, name, closed, open, one, several] = found;
      said += sentence.slice(end, found.index);
      if (closed) said += particle(said, closed, open);
      else if (one) said += /(?<![\d.,−])1 $/.test(said) ? one : several;
      else said += name in words ? String(words[name]) : gap;
      end = found.index + gap.length;
    }
    return (said + sentence.slice(end)).replace(/(\d) %/g, "$1\u00a0%"); // never on two lines
  };
}

/**
 * The language to use: the reader's choice, else the page's, else the browser's.
 * @param {string} chosen @param {string} page @param {string} browser @param {Dictionaries} dictionaries
 */
export function languageOf(chosen, page, browser, dictionaries) {
  for (const wanted of [chosen, page, browser.slice(0, 2)]) if (wanted in dictionaries) return wanted;
  return "en";
}
