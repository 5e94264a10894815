/** What the tests ask of chapter 12's own sums, in Node.js. */

import { changedVersions } from "../../../convscope/page/js/lab/chapters/training/changed_digit.js";
import { EXPERIMENTS } from "../../../convscope/page/js/lab/chapters/training/presets.js";
import {
  AUGMENTATIONS,
  changeOf,
  codeOf,
  formulaOf,
  settingsOf,
  settingsOfCode,
} from "../../../convscope/page/js/lab/chapters/training/settings.js";
import {
  choosing,
  leastLoss,
  meanAndDeviation,
  noiseOf,
  outcomeOf,
} from "../../../convscope/page/js/lab/sums/outcomes.js";

Object.assign(globalThis, {
  outcomes: {
    choosing,
    leastLoss,
    meanAndDeviation,
    noiseOf,
    outcomeOf,
    changeOf,
    codeOf,
    formulaOf,
    settingsOf,
    settingsOfCode,
    experiments: () => EXPERIMENTS.map(({ id, before, now }) => ({ id, before, now })),
    versions: (/** @type {any} */ pictures, /** @type {number} */ how) =>
      changedVersions(pictures, 0, AUGMENTATIONS[how], 8).map((one) => Array.from(one)),
  },
});
