/**
 * The sizes that a layer makes, the sum that gives them, and what no window reads, by what its kind reads. As `sizes`
 * in convscope/formula/kinds.
 */

import { phrase } from "../kit/i18n.js";
import { PlanFault, grouped } from "./fault.js";
import { both, endsOf } from "./layers.js";
import { LIMITS, entryOf } from "./table.js";
import { divisor, unreadPlaces } from "./unread.js";

/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {import("./layers.js").WholeLayer} WholeLayer */
/** @typedef {import("./costs.js").Three} Three */
/** @typedef {import("./fields.js").Two} Two */
/** @typedef {import("./fault.js").Said} Said */
/**
 * @typedef {object} Given what reaches a layer
 * @property {Three} shape the first source's
 * @property {Three[]} shapes each source's
 * @property {boolean} flat whether that is a row of numbers
 * @property {number} classes
 * @property {boolean} last whether no layer after it takes a row of numbers
 */
/** @typedef {{output: Three, flat: boolean, how: Said, dropped: Two}} Sizes */
/**
 * @typedef {{kernel: Two, stride: Two, pad: Two, end: Two, dilation: Two, ceil: boolean}} PlanWindow `end`: the padding
 * at the bottom and right
 */

/** What a convolution or a pooling lays over its input. @param {LayerPlan} layer @returns {PlanWindow | null} */
export function windowOf(layer) {
  if (entryOf(layer.is).traits.reads !== "window") return null;
  const { kernel: size, stride, pad: padding } = /** @type {WholeLayer} */ (layer);
  const kernel = both(size);
  const dilation = both(layer.dilation ?? 1);
  const same = /** @type {Two} */ (kernel.map((k, i) => Math.floor((dilation[i] * (k - 1)) / 2)));
  const [pad, end] = padding === "same" ? [same, same] : endsOf(padding);
  return { kernel, stride: both(stride), pad, end, dilation, ceil: layer.ceil_mode ?? false };
}

/** K_eff = dilation·(kernel − 1) + 1. @param {PlanWindow} window @returns {Two} */
export function windowExtent(window) {
  return [window.dilation[0] * (window.kernel[0] - 1) + 1, window.dilation[1] * (window.kernel[1] - 1) + 1];
}

/**
 * What a layer makes of `shape`: its output's shape, whether that is a row of numbers, how it comes about, and the rows
 * and columns left out.
 * @param {LayerPlan} layer
 * @param {Given} given
 * @param {Said} where
 * @returns {Sizes}
 */
export function sizesOf(layer, given, where) {
  return SIZES[entryOf(layer.is).traits.reads](/** @type {WholeLayer} */ (layer), given, where);
}

/** @type {Record<import("./table.js").Traits["reads"], (layer: WholeLayer, given: Given, where: Said) => Sizes>} */
const SIZES = {
  unit: asBefore,
  channels: asBefore,
  column: asBefore,
  along: (layer, given, where) => (layer.sides === undefined ? enlarged : surrounded)(layer, given, where),
  spread: spreadOut,
  slice: (layer, { shape: [channels, height, width] }, where) => {
    const { first, end } = layer;
    if (end > channels)
      throw new PlanFault(phrase("slice.large"), {
        where,
        got: String(end),
        expected: phrase("value.most", { n: channels }),
      });
    const how = `${end} − ${first} = ${end - first}`;
    return { output: [end - first, height, width], flat: false, how, dropped: [0, 0] };
  },
  places: ({ extra = 0 }, { shape: [channels, height, width] }) => {
    const count = extra + height * width;
    return {
      output: [channels, count, 1],
      flat: false,
      how: `${extra} + ${height}×${width} = ${count}`,
      dropped: [0, 0],
    };
  },
  channel: inGroups,
  group: inGroups,
  units: (layer, given, where) => {
    const [first, ...others] = given.shapes;
    if (!others.length || others.some((other) => other.some((n, axis) => n !== 1 && n !== first[axis])))
      throw new PlanFault(phrase("join.shapes"), {
        where,
        got: given.shapes.map((shape) => shape.join("×")).join(", "),
        hint: phrase("join.shapes.try"),
      });
    return asBefore(layer, given);
  },
  source: (_, { shapes, flat }, where) => {
    if (new Set(shapes.map(([, ...size]) => size.join())).size > 1) {
      const [rows, columns] = shapes.map(([, h, w]) => [h, w]).sort(([a, b], [c, d]) => a - c || b - d)[0];
      throw new PlanFault(phrase("concat.sizes"), {
        where,
        got: shapes.map((shape) => shape.join("×")).join(", "),
        hint: phrase("concat.sizes.try", { rows, columns }),
      });
    }
    const channels = shapes.map((shape) => shape[0]);
    const sum = channels.reduce((a, b) => a + b, 0);
    const [, rows, columns] = shapes[0];
    return { output: [sum, rows, columns], flat, how: `${channels.join(" + ")} = ${sum}`, dropped: [0, 0] };
  },
  cell: (layer, { shape: [channels, height, width] }, where) => {
    const [n, m] = both(layer.size);
    const averaged = n * height + m * width;
    if (averaged > LIMITS.averaged)
      throw new PlanFault(phrase("adaptive.large"), {
        where,
        got: `${n}×${height} + ${m}×${width} = ${grouped(averaged)}`,
        expected: phrase("value.most", { n: grouped(LIMITS.averaged) }),
        hint: phrase("adaptive.large.try"),
      });
    const words = { size: `${height}×${width}`, cell: `${largestCell(height, n)}×${largestCell(width, m)}` };
    const even = height % n === 0 && width % m === 0;
    const how = even ? phrase("how.cells", words) : phrase("how.cells.most", words);
    return { output: [channels, n, m], flat: false, how, dropped: [0, 0] };
  },
  window: (layer, { shape }, where) => {
    const [channels, height, width] = shape;
    const window = /** @type {PlanWindow} */ (windowOf(layer));
    const [rows, columns] = [axisOf(height, 0, window, where), axisOf(width, 1, window, where)];
    if (layer.is === "maxpool") {
      refusePadding(window, [height, width], [rows.size, columns.size], where);
      refuseReach(window, [height, width], [rows.size, columns.size], where);
    }
    const { groups = 1 } = layer;
    if (channels % groups)
      throw new PlanFault(phrase("groups.divide.input"), {
        where,
        got: phrase("groups.divide.got", { groups, channels }),
      });
    return {
      output: [layer.channels ?? channels, rows.size, columns.size],
      flat: false,
      how: rows.how === columns.how ? rows.how : phrase("how.two", { rows: rows.how, columns: columns.how }),
      dropped: [rows.unread, columns.unread],
    };
  },
  all: (layer, { shape, classes, last }, where) => {
    const [channels, height, width] = shape;
    if (entryOf(layer.is).traits.channelwise) {
      const how = phrase("how.mean", { size: `${height}×${width}` });
      return { output: [channels, 1, 1], flat: false, how, dropped: [0, 0] };
    }
    if (layer.units === null && !last)
      throw new PlanFault(phrase("units.last"), { where, hint: phrase("units.last.try") });
    const units = layer.units ?? classes;
    return { output: [units, 1, 1], flat: true, how: phrase("how.units", { n: units }), dropped: [0, 0] };
  },
  number: (_, { shape }) => {
    const count = shape[0] * shape[1] * shape[2];
    return { output: [count, 1, 1], flat: true, how: `${shape.join("×")} = ${count}`, dropped: [0, 0] };
  },
  part: (layer, { shape: [channels, height, width] }, where) => {
    const [h, w] = both(layer.size);
    if (h > height || w > width)
      throw new PlanFault(phrase("crop.large"), {
        where,
        got: `${h}×${w}`,
        expected: phrase("value.most", { n: `${height}×${width}` }),
      });
    return {
      output: [channels, h, w],
      flat: false,
      how: phrase("how.middle", { part: `${h}×${w}`, size: `${height}×${width}` }),
      dropped: [height - h, width - w],
    };
  },
};

/** How many places the largest of `n` cells over `length` reads. @param {number} length @param {number} n */
export function largestCell(length, n) {
  return Math.ceil((length + n - divisor(length, n)) / n);
}

/**
 * Say so where the window of a place has padding alone: it has no largest value. As `_without` in
 * convscope/formula/kinds/pooling.py.
 * @param {PlanWindow} window @param {Two} lengths @param {Two} places @param {Said} where
 */
function refusePadding({ kernel, stride, pad, dilation }, lengths, places, where) {
  lengths.forEach((length, axis) => {
    const [s, p, d] = [stride[axis], pad[axis], dilation[axis]];
    for (let at = 0; at < Math.min(places[axis], Math.ceil(p / s)); at++) {
      const first = (((at * s - p) % d) + d) % d;
      if (first < length && Math.floor((first + p - at * s) / d) < kernel[axis]) continue;
      const n = at + 1;
      const got = axis ? phrase("pool.padding.column", { n }) : phrase("pool.padding.row", { n });
      throw new PlanFault(phrase("pool.padding"), { where, got, hint: "pad=0" });
    }
  });
}

/**
 * Say so where a last window that is there by rounding up reaches too far behind the map. As `_check_reach` in
 * convscope/formula/kinds/pooling.py.
 * @param {PlanWindow} window @param {Two} lengths @param {Two} places @param {Said} where
 */
function refuseReach(window, lengths, places, where) {
  const extent = windowExtent(window);
  lengths.forEach((length, axis) => {
    const last = (places[axis] - 1) * window.stride[axis] + extent[axis] - length - window.pad[axis];
    const reach = window.ceil ? last : window.end[axis];
    if (reach < window.kernel[axis]) return;
    const expected = phrase("value.most", { n: window.kernel[axis] - 1 });
    throw new PlanFault(phrase("pool.reach"), { where, got: String(reach), expected, hint: "ceil_mode=False" });
  });
}

/** Rows and columns are added. @param {WholeLayer} layer @param {Given} given @param {Said} where @returns {Sizes} */
function surrounded(layer, { shape: [channels, height, width] }, where) {
  const [before, after] = endsOf(layer.sides);
  const lengths = [height, width];
  const least = Math.min(...before, ...after);
  if (layer.mode !== "zeros" && least < 0)
    throw new PlanFault(phrase("pad.away"), {
      where,
      got: String(least),
      expected: phrase("value.least", { n: 0 }),
      hint: "pad(-1)",
    });
  lengths.forEach((length, axis) => {
    const added = Math.max(before[axis], after[axis]);
    if (layer.mode === "reflect" && added >= length)
      throw new PlanFault(phrase("pad.reflect"), {
        where,
        got: `${added}, ${length}`,
        hint: 'pad(1, mode="replicate")',
      });
    if (layer.mode === "circular" && added > length)
      throw new PlanFault(phrase("pad.circular"), {
        where,
        got: `${added}, ${length}`,
        hint: 'pad(1, mode="replicate")',
      });
  });
  const [rows, columns] = lengths.map((length, axis) => surroundedAxis(length, axis, before[axis], after[axis], where));
  return {
    output: [channels, rows.size, columns.size],
    flat: false,
    how: `${rows.how}, ${columns.how}`,
    dropped: [0, 0],
  };
}

/** @param {number} length @param {number} axis @param {number} before @param {number} after @param {Said} where */
function surroundedAxis(length, axis, before, after, where) {
  const size = before + length + after;
  const how = `${before} + ${length} ${after < 0 ? "−" : "+"} ${Math.abs(after)} = ${size}`.replaceAll("-", "−");
  if (size < 1)
    throw new PlanFault(axis ? phrase("columns.none", { how }) : phrase("rows.none", { how }), {
      where,
      expected: phrase("value.least", { n: 1 }),
      hint: "pad=0",
    });
  return { size, how };
}

/**
 * Rows and columns times a scale.
 * @param {WholeLayer} layer
 * @param {Given} given
 * @param {Said} where
 * @returns {Sizes}
 */
function enlarged(layer, { shape: [channels, height, width] }, where) {
  const [down, across] = both(layer.scale);
  const [rows, columns] = [down * height, across * width];
  const blended = rows * height + columns * width;
  if (layer.mode === "bilinear" && blended > LIMITS.averaged)
    throw new PlanFault(phrase("adaptive.large"), {
      where,
      got: `${rows}×${height} + ${columns}×${width} = ${grouped(blended)}`,
      expected: phrase("value.most", { n: grouped(LIMITS.averaged) }),
      hint: "upsample(2)",
    });
  const how = `${down}×${height} = ${rows}, ${across}×${width} = ${columns}`;
  return { output: [channels, rows, columns], flat: false, how, dropped: [0, 0] };
}

/** Every number times a kernel. @param {WholeLayer} layer @param {Given} given @param {Said} where @returns {Sizes} */
function spreadOut(layer, given, where) {
  inGroups(layer, given, where);
  const [, height, width] = given.shape;
  const [rows, columns] = [spreadAxis(layer, 0, height, where), spreadAxis(layer, 1, width, where)];
  return {
    output: [layer.channels, rows.size, columns.size],
    flat: false,
    how: rows.how === columns.how ? rows.how : phrase("how.two", { rows: rows.how, columns: columns.how }),
    dropped: [rows.unread, columns.unread],
  };
}

/** As `_along` and `_unread` in convscope/formula/kinds/transposed.py. @param {WholeLayer} layer @param {0 | 1} axis
 * @param {number} i @param {Said} where */
function spreadAxis(layer, axis, i, where) {
  const [kernel, stride, dilation, added] = [layer.kernel, layer.stride, layer.dilation, layer.output_padding].map(
    (size) => both(size)[axis],
  );
  const [before, after] = endsOf(/** @type {import("./layers.js").Sides} */ (layer.pad)).map((end) => end[axis]);
  const extent = dilation * (kernel - 1) + 1;
  const size = (i - 1) * stride - before - after + extent + added;
  const taken = before === after ? `2×${before}` : `${before} − ${after}`;
  const how = `(${i} − 1)×${stride} − ${taken} + ${extent} + ${added} = ${size}`;
  if (size < 1)
    throw new PlanFault(axis ? phrase("columns.none", { how }) : phrase("rows.none", { how }), {
      where,
      expected: phrase("value.least", { n: 1 }),
      hint: "pad=0",
    });
  const cut = Math.min(i, Math.ceil(before / stride));
  const inside = Math.min(i, Math.max(cut, Math.ceil((size + before) / stride)));
  let kept = inside - cut;
  for (let at = 0; at < cut; at++) {
    const first = (((at * stride - before) % dilation) + dilation) % dilation;
    kept += Number(first < size && Math.floor((first + before - at * stride) / dilation) < kernel);
  }
  return { size, how, unread: i - kept };
}

/** @param {LayerPlan} layer @param {Given} given @param {Said} where @returns {Sizes} */
function inGroups(layer, given, where) {
  const [groups, channels] = [layer.groups ?? 1, given.shape[0]];
  if (channels % groups)
    throw new PlanFault(phrase("groups.divide.input"), {
      where,
      got: phrase("groups.divide.got", { groups, channels }),
    });
  return asBefore(layer, given);
}

/** @param {LayerPlan} _ @param {Given} given @returns {Sizes} */
function asBefore(_, { shape, flat }) {
  return { output: shape, flat, how: phrase("how.before"), dropped: [0, 0] };
}

/** @param {number} size @param {0 | 1} axis @param {PlanWindow} window @param {Said} where */
function axisOf(size, axis, window, where) {
  const [k, s, p, q] = [windowExtent(window)[axis], window.stride[axis], window.pad[axis], window.end[axis]];
  const made = Math.floor((size - k + p + q) / s) + 1;
  const how = `floor((${size} − ${k} + ${p === q ? `2×${p}` : `${p} + ${q}`})/${s}) + 1 = ${made}`;
  if (size + p + q < k) {
    throw new PlanFault(axis ? phrase("columns.none", { how }) : phrase("rows.none", { how }), {
      where,
      expected: phrase("value.least", { n: 1 }),
      hint: phrase("size.none.try"),
    });
  }
  const unread = (/** @type {number} */ end) =>
    unreadPlaces(size, window.kernel[axis], s, p, window.dilation[axis], end);
  if (!window.ceil) return { size: made, how, unread: unread(q) };
  const [rounded, begun] = [Math.ceil((size - k + p + q) / s) + 1, Math.ceil((size + p) / s)];
  const up = Math.min(rounded, begun);
  const said =
    up === rounded
      ? `ceil((${size} − ${k} + ${p === q ? `2×${p}` : `${p} + ${q}`})/${s}) + 1 = ${up}`
      : `ceil((${size} + ${p})/${s}) = ${up}`;
  return { size: up, how: said, unread: unread((up - 1) * s + k - size - p) };
}
