import { addressOf, changed, numbersIn, stateOf } from "../../convscope/page/js/lab/address.js";
import { typedNumber } from "../../convscope/page/js/lab/kernel.js";
import { colourX, lectureX } from "../../convscope/page/js/lab/chapters/convolution_pictures.js";
import {
  convolveSlices,
  flippedKernel,
  outputSize,
  productsAt,
  readCounts,
  restAtEdge,
  slideKernel,
} from "../../convscope/page/js/lab/sums/convolution.js";
import { FILTERS, filterPlane } from "../../convscope/page/js/lab/sums/filters.js";
import { drawnShape } from "../../convscope/page/js/lab/sums/pictures.js";
import { neuronSum, sharedPlaces } from "../../convscope/page/js/lab/sums/sharing.js";

/** What the tests ask of the lab's sums directly. */
Object.assign(globalThis, {
  sums: {
    outputSize,
    colourX,
    lectureX,
    convolveSlices,
    flippedKernel,
    restAtEdge,
    slideKernel,
    readCounts,
    sharedPlaces,
    neuronSum,
    typedNumber,
    numbersIn,
    changed,
    FILTERS,
    products: (/** @type {any[]} */ ...all) =>
      productsAt(all[0], all[1], all[2], all[3], all[4]).map((one) => one.product),
    filter: (
      /** @type {number[]} */ pixels,
      /** @type {number} */ height,
      /** @type {number} */ width,
      /** @type {number[]} */ kernel,
    ) => Array.from(filterPlane(pixels, height, width, kernel).values),
    drawn: (/** @type {"x" | "o"} */ kind, /** @type {any} */ how, /** @type {number} */ side) =>
      Array.from(drawnShape(kind, how, side)),
    roundTrip: (/** @type {string} */ hash) => addressOf(stateOf(hash)),
  },
});
