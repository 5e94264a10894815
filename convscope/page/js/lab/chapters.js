/** Which chapters the lab has, in their order, and the workbench after them. */

import { activationChapter } from "./chapters/activation.js";
import { architectureChapter } from "./chapters/architecture.js";
import { backwardsChapter } from "./chapters/backwards/backwards.js";
import { convolutionChapter } from "./chapters/convolution.js";
import { depthChapter } from "./chapters/depth.js";
import { filtersChapter } from "./chapters/filters.js";
import { localChapter } from "./chapters/local.js";
import { lossChapter } from "./chapters/loss.js";
import { mnistChapter } from "./chapters/mnist.js";
import { ownChapter } from "./chapters/own/own.js";
import { plainChapter } from "./chapters/plain.js";
import { scriptChapter } from "./chapters/script/script.js";
import { sharingChapter } from "./chapters/sharing.js";
import { glossaryPage } from "./glossary_page.js";
import { certificatePage } from "./tasks/certificate.js";
import { trainingChapter } from "./chapters/training/training.js";
import { workbenchChapter } from "./workbench/workbench.js";

/** @typedef {import("./types.js").Chapter} Chapter */

/** @type {Chapter[]} */
export const CHAPTERS = [
  plainChapter,
  localChapter,
  convolutionChapter,
  filtersChapter,
  sharingChapter,
  activationChapter,
  depthChapter,
  architectureChapter,
  lossChapter,
  mnistChapter,
  backwardsChapter,
  trainingChapter,
  ownChapter,
  scriptChapter,
  workbenchChapter,
];

/**
 * Pages that stand beside the chapters: links lead there, and on a phone the list of places names them last.
 * @type {Chapter[]}
 */
export const SIDE_PAGES = [certificatePage(CHAPTERS), glossaryPage];
