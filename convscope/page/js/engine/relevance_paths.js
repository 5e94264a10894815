/** How relevance goes back through a layer: by its products, or along with a number that was moved, kept or chosen. */

import { spreadPlaces, summedBack } from "./joining.js";
/** @import {Layer} from "./types.js" */

/**
 * @typedef {object} PathsAsked
 * @property {Layer} node
 * @property {Layer[]} nodes all of the network
 * @property {Float64Array[]} inputs
 * @property {Float64Array} output
 * @property {number} gamma
 *
 * @typedef {object} Paths how each number of the sources goes into the output
 * @property {Float64Array | null} whole the sums that relevance is shared in proportion to; null where it goes along
 * with the number, in shares that are the weights themselves
 * @property {(to: number) => number} constant the part of a sum that is of no source: the bias
 * @property {(shares: Float64Array) => Float64Array[]} back for every number of every source Σ weight · share
 * @property {(from: number, at: number) => {to: number, weight: number}[]} from every output that number `at` of source
 * `from` goes into
 *
 * @typedef {(asked: PathsAsked) => Paths} PathsOf
 */

const NONE = () => 0;

/**
 * A layer that sums products: the relevance is shared in proportion to them. `bare` are its tensors without what is
 * added besides.
 * @param {object} [how]
 * @param {(tensors: Layer["tensors"]) => Layer["tensors"]} [how.bare]
 * @param {(node: Layer, channel: number) => number} [how.constant] of each number of a channel
 * @param {(node: Layer, to: number) => number} [how.constantAt] of one number, where it is not the channel's
 * @param {(node: Layer) => Layer} [how.alone] the layer without constants of its own, where these are no tensors
 * @param {boolean} [how.favours] whether γ counts
 * @returns {PathsOf}
 */
export function byProducts({
  bare = (tensors) => tensors,
  constant,
  constantAt,
  alone = (node) => node,
  favours = false,
} = {}) {
  return ({ node, inputs, output, gamma }) => {
    const plain = alone({ ...node, tensors: bare(node.tensors) });
    const area = node.output[1] * node.output[2];
    const each = constant && Float64Array.from({ length: node.output[0] }, (_, channel) => constant(node, channel));
    const ofPlace = constantAt && ((/** @type {number} */ to) => constantAt(node, to));
    const added = each ? (/** @type {number} */ to) => each[Math.floor(to / area)] : (ofPlace ?? NONE);
    if (favours && gamma !== 0) return favoured(plain, inputs[0], output, gamma, added);
    return {
      whole: output,
      constant: added,
      back: (shares) => backOf(plain, shares, inputs, output),
      from: (from, at) => columnOf(plain, inputs, from, at),
    };
  };
}

/** The weights of a layer without its bias. @param {Layer["tensors"]} tensors */
export function weightsAlone({ weight }) {
  return { weight };
}

/**
 * The same where products that have the sign of their sum count (1 + γ)-fold: a sum grows by that and never vanishes.
 * Together they are half of sizes · sign + sum, sizes being the sum of all products' sizes.
 * @param {Layer} plain @param {Float64Array} input @param {Float64Array} output @param {number} gamma
 * @param {(to: number) => number} constant
 * @returns {Paths}
 */
function favoured(plain, input, output, gamma, constant) {
  const sized = { ...plain, tensors: { weight: magnitudesOf(plain.tensors.weight) } };
  const sign = output.map((sum) => (sum < 0 ? -1 : 1));
  const whole = forwardOf(sized, [magnitudesOf(input)]);
  for (let to = 0; to < whole.length; to++) {
    const sum = output[to];
    whole[to] = sum + (gamma / 2) * (whole[to] * sign[to] + sum - constant(to));
  }
  return {
    whole,
    constant,
    back: (shares) => {
      const [all] = backOf(plain, shares, [input], output);
      const agreeing = new Float64Array(shares.length);
      for (let to = 0; to < agreeing.length; to++) agreeing[to] = shares[to] * sign[to];
      const [more] = backOf(sized, agreeing, [input], output);
      for (let i = 0; i < more.length; i++) {
        more[i] = (1 + gamma / 2) * all[i] + (gamma / 2) * Math.sign(input[i]) * more[i];
      }
      return [more];
    },
    from: (from, at) =>
      columnOf(plain, [input], from, at).map(({ to, weight }) => ({
        to,
        weight: input[at] * weight * sign[to] > 0 ? weight * (1 + gamma) : weight,
      })),
  };
}

/** @param {import("./types.js").Numbers} values */
function magnitudesOf(values) {
  const sizes = new Float64Array(values.length);
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(values[i]);
  return sizes;
}

/** A layer that gives numbers another place: what was given to one goes back with it. @type {PathsOf} */
export const movedBack = ({ node, inputs, output }) => ({
  whole: null,
  constant: NONE,
  back: (shares) => backOf(node, shares, inputs, output),
  from: (from, at) => columnOf(node, inputs, from, at),
});

/** A layer that makes each number from the one at its place: that one has all of it. @type {PathsOf} */
export const passedBack = () => ({
  whole: null,
  constant: NONE,
  back: (shares) => [shares],
  from: (_, at) => [{ to: at, weight: 1 }],
});

/**
 * A layer that chooses: of what each output has, all goes to the number that it is.
 * @param {(asked: PathsAsked) => Int32Array} placesOf where the number that each output is lies
 * @returns {PathsOf}
 */
export function chosenBack(placesOf) {
  return (asked) => {
    const places = placesOf(asked);
    return {
      whole: null,
      constant: NONE,
      back: (shares) => {
        const out = new Float64Array(asked.inputs[0].length);
        places.forEach((place, to) => (out[place] += shares[to]));
        return [out];
      },
      from: (_, at) =>
        Array.from(places, (place, to) => ({ to, weight: Number(place === at) })).filter((o) => o.weight),
    };
  };
}

/**
 * A product: its signals have the relevance, in equal parts where there are several; a gate, which says how much goes
 * through, has none (Arras et al. 2019, section 7.3). A gate is what has fewer numbers than the product, or comes from
 * an activation with an upper end.
 * @type {PathsOf}
 */
export const signalsBack = ({ node, nodes, inputs, output }) => {
  const gates = node.sources.map(
    (source, from) => inputs[from].length < output.length || (nodes[source]?.module.curve?.most ?? null) !== null,
  );
  const signals = gates.includes(false) ? gates.map((gate) => !gate) : gates;
  const part = 1 / signals.filter(Boolean).length;
  return {
    whole: null,
    constant: NONE,
    back: (shares) =>
      inputs.map((input, from) =>
        signals[from]
          ? summedBack(
              node,
              from,
              shares.map((share) => share * part),
            )
          : new Float64Array(input.length),
      ),
    from: (from, at) => {
      if (!signals[from]) return [];
      const places = spreadPlaces(node, from);
      const read = places ? Array.from(places.keys()).filter((to) => places[to] === at) : [at];
      return read.map((to) => ({ to, weight: part }));
    },
  };
};

/** @param {Layer} node @param {Float64Array[]} inputs */
function forwardOf(node, inputs) {
  const { forward } = node.module;
  if (!forward) throw new Error(`${node.name} was computed by Python`);
  return forward(node, inputs);
}

/** @param {Layer} node @param {Float64Array} shares @param {Float64Array[]} inputs @param {Float64Array} output */
function backOf(node, shares, inputs, output) {
  const { backward } = node.module;
  if (!backward) throw new Error(`${node.name} was computed by Python`);
  return backward(node, shares, inputs, output);
}

/**
 * What a linear layer makes of a single 1: the weight of every path from there.
 * @param {Layer} node @param {Float64Array[]} inputs @param {number} from @param {number} at
 */
function columnOf(node, inputs, from, at) {
  const single = inputs.map((input, i) => new Float64Array(input.length).fill(Number(i === from), at, at + 1));
  /** @type {{to: number, weight: number}[]} */
  const found = [];
  forwardOf(node, single).forEach((weight, to) => {
    if (weight !== 0) found.push({ to, weight });
  });
  return found;
}
