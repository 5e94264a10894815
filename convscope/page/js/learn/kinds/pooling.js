import { countedAt } from "../../engine/pooling.js";
import { groupStep } from "../memory.js";
import { cellLinks, readTable, windowLinks } from "../tables.js";
/** @import {Links} from "../tables.js" */
/** @import {BatchKind, Site, Work} from "../types.js" */

/** @type {BatchKind} */
export const maxpoolBatch = {
  homogeneous: () => true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ node, space, inputs: [x], output: y, gradient: dy }) => {
    const links = windowLinks(node);
    const { starts, entries } = space.table(readTable(links, y.places, x.channels));
    const met = new Set(links.from).size;
    const [shared, whole] = [met < links.from.length, met === x.places];
    const [xAt, yAt, dyAt] = [x.block.at, y.block.at, dy.block.at];
    const [step, channels] = [groupStep(x), x.channels];
    return {
      forward: ({ kernels, groups }) => kernels.largest(xAt, yAt, starts, entries, groups, y.places, step, channels),
      backward: ({ kernels, groups }, [dx]) => {
        if (!dx) return;
        if (shared || !whole) dx.block.values.fill(0);
        const sizes = /** @type {const} */ ([groups, y.places, step, channels, Number(shared)]);
        kernels.largestBack(xAt, yAt, dyAt, dx.block.at, starts, entries, ...sizes);
      },
    };
  },
};

/**
 * The mean of each window; the zeros of the padding count, or they do not.
 * @type {BatchKind}
 */
export const avgpoolBatch = {
  homogeneous: () => true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: (site) => {
    const columns = site.node.output[2];
    const factors = Float32Array.from({ length: site.output.places }, (_, p) => {
      return 1 / countedAt(site.node, Math.floor(p / columns), p % columns);
    });
    return means(site, windowLinks(site.node), factors);
  },
};

/**
 * The mean of each cell of a grid; a single cell is the whole map.
 * @type {BatchKind}
 */
export const cellsBatch = {
  homogeneous: () => true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: (site) => {
    const links = cellLinks(site.node);
    const counts = new Float32Array(site.output.places);
    for (const to of links.to) counts[to]++;
    return means(
      site,
      links,
      counts.map((count) => 1 / count),
    );
  },
};

/**
 * Sums over the linked places, each times its output place's factor.
 * @param {Site} site
 * @param {Links} links
 * @param {Float32Array} factors
 * @returns {Work}
 */
function means({ space, inputs: [x], output: y, gradient: dy }, links, factors) {
  const { starts, entries } = space.table(readTable(links, y.places, x.channels));
  const kept = space.take(y.places);
  const [step, channels] = [groupStep(x), x.channels];
  return {
    forward: ({ kernels, groups }) => {
      kept.values.set(factors);
      kernels.average(x.block.at, y.block.at, starts, entries, kept.at, groups, y.places, step, channels);
    },
    backward: ({ kernels, groups }, [dx]) => {
      if (!dx) return;
      dx.block.values.fill(0);
      kernels.averageBack(dy.block.at, dx.block.at, starts, entries, kept.at, groups, y.places, step, channels);
    },
  };
}
