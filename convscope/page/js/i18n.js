/** Sentences in English and Korean, from one dictionary a language. */

/** @typedef {Record<string, Record<string, string>>} Dictionaries */

/**
 * Return the function that looks a sentence up and puts words into its {gaps}. A key without a sentence shows as itself.
 * @param {Dictionaries} dictionaries @param {string} language
 * @returns {(key: string, words?: Record<string, string | number>) => string}
 */
export function translator(dictionaries, language) {
  const sentences = dictionaries[language] ?? {};
  return (key, words = {}) => (sentences[key] ?? key).replace(/\{(\w+)\}/g, (gap, name) => (name in words ? String(words[name]) : gap));
}

/**
 * The language to use: the reader's choice, else the page's, else the browser's.
 * @param {string} chosen @param {string} page @param {string} browser @param {Dictionaries} dictionaries
 */
export function languageOf(chosen, page, browser, dictionaries) {
  for (const wanted of [chosen, page, browser.slice(0, 2)]) if (wanted in dictionaries) return wanted;
  return "en";
}
