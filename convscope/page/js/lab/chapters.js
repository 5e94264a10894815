/** Which chapters the lab has, in their order. */

import { convolutionChapter } from "./chapters/convolution.js";
import { filtersChapter } from "./chapters/filters.js";
import { sharingChapter } from "./chapters/sharing.js";

/** @typedef {import("./shapes.js").Chapter} Chapter */

/** @type {Chapter[]} */
export const CHAPTERS = [convolutionChapter, filtersChapter, sharingChapter];
