import { oneHot } from "../../../../convscope/page/js/engine/backward.js";
import { makeEngine } from "../../../../convscope/page/js/engine/engine.js";
import { scoreShares, sharesThrough } from "../../../../convscope/page/js/engine/map_shares.js";

/** What maps add to a score, and what one channel passes on. @param {any} asked */
export function sharesAsked({ payload, sample, label, through }) {
  const { nodes, captured } = makeEngine(payload);
  const result = captured(sample);
  const { shares, gradients } = scoreShares(nodes, result, oneHot(result.logits.length, label));
  const passed = through.map((/** @type {any} */ { within, channel }) => {
    const found = sharesThrough(nodes, result, gradients, within, channel);
    return found && Array.from(found, ([source, sums]) => [source, Array.from(sums)]);
  });
  return {
    maps: shares.maps.map((sums) => sums && Array.from(sums)),
    picture: shares.picture && Array.from(shares.picture),
    ways: shares.ways,
    passed,
  };
}
