/** Where the see-through page of what was learned is, in the memory of this page. */

import { seeThroughPage } from "./saved.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./learning.js").OwnResult} OwnResult */

/** @param {Lab} lab */
export function pageAddress(lab) {
  const { win } = lab;
  let address = "";
  let hash = "";
  let made = /** @type {OwnResult | null} */ (null);
  /** @type {HTMLAnchorElement | null} */
  let link = null;
  const place = () => {
    if (!link) return;
    link.hidden = !address;
    if (address) link.href = address + hash;
  };
  const forget = () => {
    if (address) win.URL.revokeObjectURL(address);
    address = "";
  };
  return {
    /** Make the page of a result; until it is there the link is hidden. @param {OwnResult} result */
    of: (result) => {
      if (made === result) return;
      made = result;
      forget();
      place();
      void seeThroughPage(lab, result).then((html) => {
        if (made !== result) return;
        address = win.URL.createObjectURL(new win.Blob([html], { type: "text/html;charset=utf-8" }));
        place();
      });
    },
    /** Let a link lead there, with that after the #. @param {HTMLAnchorElement} one @param {string} after */
    put: (one, after) => {
      [link, hash] = [one, after];
      place();
    },
    gone: () => {
      made = null;
      forget();
    },
  };
}
