/** What a model file says of a training in the page: as convscope/training/export.py names it, and what a page adds. */

import { real } from "./json.js";
/** @import {Recipe} from "../learn/recipe.js" */
/** @import {Json, Real} from "./json.js" */

/**
 * @typedef {object} Trained
 * @property {Recipe} recipe
 * @property {string} named what the recipe is called: "fast", or "page" where the reader chose each number
 * @property {number} step how many steps were done
 * @property {number} seed
 * @property {number} seconds within steps
 * @property {string} kernels what computed: "relaxed", "simd" or "plain"
 * @property {boolean} sameBits whether the same seed gives the same bits on every machine
 * @property {{set: string, train: number, validation: number, test: number}} data its name and how many pictures
 * @property {{accuracy: number, loss: number} | null} validation on pictures held out; null where nobody measured
 * @property {{accuracy: number, loss: number} | null} test
 * @property {Record<string, string>} versions of what took part: convscope, the browser
 */

/**
 * @param {Trained} trained
 * @returns {Record<string, Json>}
 */
export function factsOf({ recipe, named, step, seed, seconds, kernels, sameBits, data, validation, test, versions }) {
  const batch = Math.min(recipe.batchSize, data.train);
  return {
    training: {
      epochs: real(step / Math.floor(data.train / batch)),
      steps: step,
      seed,
      recipe: named,
      precision: "float32",
      time: { seconds: real(seconds) },
      data,
      where: "page",
      kernels,
      same_bits: sameBits,
      settings: snakes(recipe),
    },
    validation: measuredFacts(validation),
    test: measuredFacts(test),
    versions,
  };
}

/** @param {{accuracy: number, loss: number} | null} figures @returns {{accuracy: Real, loss: Real} | null} */
function measuredFacts(figures) {
  return figures && { accuracy: real(figures.accuracy), loss: real(figures.loss) };
}

/** The same with Python's names: filterLr is filter_lr. @param {object} fields @returns {Record<string, Json>} */
function snakes(fields) {
  const named = Object.entries(fields).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value !== null && typeof value === "object" && !Array.isArray(value) ? snakes(value) : value,
  ]);
  return Object.fromEntries(named);
}
