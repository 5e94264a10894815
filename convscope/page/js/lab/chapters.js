/** Which chapters the lab has, in their order. */

import { convolutionChapter } from "./chapters/convolution.js";

/** @typedef {import("./shapes.js").Chapter} Chapter */

/** @type {Chapter[]} */
export const CHAPTERS = [convolutionChapter];
