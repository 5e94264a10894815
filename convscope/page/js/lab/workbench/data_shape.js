/** The shape of some data and its classes, which only the server knows; asked for once each. */

import { faultOf } from "../../formula/fault.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {{input: [number, number, number], classes: number} | {fault: string}} KnownShape */

/** @param {Lab} lab @param {() => void} changed */
export function dataShapes({ api, t }, changed) {
  /** @type {Map<string, KnownShape | null>} */
  const known = new Map();
  return {
    /** Null while it is on its way. @param {string} data @param {number | null} size @returns {KnownShape | null} */
    of: (data, size) => {
      const key = `${data} ${size}`;
      const found = known.get(key);
      if (found !== undefined || !api) return found ?? null;
      known.set(key, null);
      api
        .describe("fc", data, size)
        .then(
          ({ description, fault }) => {
            known.set(
              key,
              description
                ? { input: description.input, classes: description.classes }
                : { fault: faultOf(fault).line(t) },
            );
          },
          (error) => {
            known.set(key, { fault: error instanceof Error ? error.message : String(error) });
          },
        )
        .finally(changed);
      return null;
    },
  };
}
