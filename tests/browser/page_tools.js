import { colourOf } from "../../convscope/page/js/kit/palette.js";
import { stillStyle } from "../../convscope/page/js/kit/still_style.js";
import { inSquares, overPicture } from "../../convscope/page/js/engine/heat.js";
import { centred, edited } from "../../convscope/page/js/look/edits.js";
import { formatHash, packPixels, parseHash, unpackPixels } from "../../convscope/page/js/look/state.js";

/** What the tests ask of the page's modules directly. */
Object.assign(globalThis, {
  tools: {
    colour: colourOf,
    roundTrip: (/** @type {string} */ hash) => formatHash(parseHash(hash)),
    pixels: (/** @type {number[]} */ bytes) =>
      Array.from(unpackPixels(packPixels(Uint8Array.from(bytes)), bytes.length) ?? []),
    badPixels: (/** @type {string} */ text, /** @type {number} */ size) => unpackPixels(text, size),
    edited: (/** @type {number[]} */ bytes, /** @type {number[]} */ shape, /** @type {any} */ edits) =>
      Array.from(edited(Uint8Array.from(bytes), shape, { ...parseHash("").edits, ...edits })),
    heat: (
      /** @type {any} */ map,
      /** @type {any} */ field,
      /** @type {number} */ height,
      /** @type {number} */ width,
    ) => Array.from(overPicture({ ...map, values: Float64Array.from(map.values) }, field, height, width).values),
    squares: (/** @type {any} */ map, /** @type {number} */ most) => {
      const { values, ...rest } = inSquares({ ...map, values: Float64Array.from(map.values) }, most);
      return { ...rest, values: Array.from(values) };
    },
    stillStyle: (/** @type {string} */ css, /** @type {string[]} */ held) =>
      stillStyle(css, (condition) => held.includes(condition)),
    centred: (/** @type {number[]} */ ink, /** @type {number} */ side, /** @type {number} */ size) =>
      Array.from(centred(Uint8Array.from(ink), side, size, size)),
  },
});
