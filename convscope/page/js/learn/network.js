/** A network put to work on batches: forward in training or not, and backward to every parameter. */

import { kindOf } from "../engine/kinds/all.js";
import { batchKindOf } from "./kinds/all.js";
import { countOf } from "./kinds/shape.js";
import { groupsOf, makeSpace } from "./memory.js";
/** @import {PageNode} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */
/** @import {Block, Kernels, Maps, Parameter, Pass, Work} from "./types.js" */

/** @typedef {ReturnType<typeof makeBatchNetwork>} BatchNetwork */

/**
 * Lay out a network for batches of up to `pictures` pictures. All weights are 0 until somebody sets them; the kernels
 * come with `open`, once whoever trains has taken the memory that it needs besides.
 *
 * A plan that begins with a crop is given pictures that are cropped already, as in Python: at random in training, from
 * the middle otherwise.
 * @param {PageNode[]} pageNodes
 * @param {number} pictures
 */
export function makeBatchNetwork(pageNodes, pictures) {
  const space = makeSpace();
  /** @type {Layer[]} */
  const nodes = pageNodes.map((node) => ({ ...node, input: node.inputs[0], module: kindOf(node), tensors: {} }));
  const first = nodes[0].module.geometry === "crop" ? 1 : 0;
  const [channels, rows, columns] = first ? nodes[0].output : nodes[0].input;
  const input = space.maps(pictures, rows * columns, channels);
  const mapsOf = (/** @type {Layer} */ { output: [c, h, w] }) => space.maps(pictures, h * w, c);
  const outputs = nodes.map((node, i) => (i < first ? input : mapsOf(node)));
  const gradients = nodes.map((node, i) => (i < first ? input : mapsOf(node)));

  /** @type {Parameter[]} */
  const parameters = [];
  /** @type {{name: string, values: Block}[]} */
  const buffers = [];
  /** @type {Work[]} */
  const works = [];
  /** Whether anything before a node's output is learned, itself included. @type {boolean[]} */
  const learns = [];
  const readers = nodes.map(() => 0);

  for (const [i, node] of nodes.entries()) {
    if (i < first) {
      learns.push(false);
      works.push({ forward: () => {}, backward: () => {} });
      continue;
    }
    const kind = batchKindOf(node);
    const own = Object.entries(kind.parameters(node)).map(([name, shape]) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return [name, { name: `${node.name}.${name}`, shape, values: space.take(count), gradient: space.take(count) }];
    });
    const statistics = Object.entries(kind.buffers(node)).map(([name, [count]]) => [name, space.take(count)]);
    const site = {
      node,
      space,
      inputs: node.sources.map((source) => (source < 0 ? input : outputs[source])),
      output: outputs[i],
      gradient: gradients[i],
      parameters: /** @type {Record<string, Parameter>} */ (Object.fromEntries(own)),
      buffers: /** @type {Record<string, Block>} */ (Object.fromEntries(statistics)),
      pictures,
    };
    parameters.push(...Object.values(site.parameters));
    for (const [name, values] of Object.entries(site.buffers)) buffers.push({ name: `${node.name}.${name}`, values });
    learns.push(own.length > 0 || node.sources.some((source) => source >= 0 && learns[source]));
    for (const source of node.sources) if (source >= 0) readers[source]++;
    works.push(kind.prepare(site));
  }
  // Where several nodes read one, each but the first writes its gradient beside, from where it is added.
  const beside = nodes.map((node, i) => (readers[i] > 1 && learns[i] ? mapsOf(node) : null));
  /** @type {Kernels | null} */
  let kernels = null;

  /**
   * @param {number} count pictures in the batch @param {boolean} training
   * @param {number} statisticsShare @param {number[]} seed
   * @returns {Pass}
   */
  function passOf(count, training, statisticsShare, seed) {
    if (!kernels) throw new Error("the network has no memory yet: open it first");
    return { kernels, training, pictures: count, groups: groupsOf(count), statisticsShare, seed };
  }

  /** Forget the gradients of the parameters: `backward` does so first, as it adds to them. */
  function zeroGradients() {
    for (const { gradient } of parameters) gradient.values.fill(0);
  }

  return {
    space,
    nodes,
    parameters,
    zeroGradients,
    buffers,
    /** Where a batch is written before `forward`. */
    input,
    /** What the last node makes of it, scores. */
    logits: outputs[nodes.length - 1],
    /** Where d loss / d score is written before `backward`. */
    logitsGradient: gradients[nodes.length - 1],
    /** Every node's output, those of a crop at the beginning being the input. */
    outputs,
    classes: nodes[nodes.length - 1].output[0],
    pictures,

    /** Make the memory and what works on it. @param {(memory: WebAssembly.Memory) => Kernels} kernelsOn */
    open: (kernelsOn) => {
      kernels = space.open(kernelsOn);
      for (const node of nodes) {
        const begin = `${node.name}.`;
        for (const { name, values } of [...parameters, ...buffers]) {
          if (name.startsWith(begin)) node.tensors[name.slice(begin.length)] = values.values;
        }
      }
      return kernels;
    },

    /**
     * Run the network on the batch in `input`.
     * @param {number} count how many pictures it has
     * @param {{training?: boolean, statisticsShare?: number, seed?: number[]}} [how] `seed` is what dropout draws by
     */
    forward: (count, { training = false, statisticsShare = 0.1, seed = [0] } = {}) => {
      for (let i = first; i < nodes.length; i++) {
        works[i].forward(passOf(count, training, statisticsShare, [...seed, i]));
      }
    },

    /**
     * Work out the gradient of every parameter from `logitsGradient`, after a forward pass in training.
     * @param {number} count how many pictures the batch has
     */
    backward: (count) => {
      const pass = passOf(count, true, 0, []);
      zeroGradients();
      const written = new Set();
      for (let i = nodes.length - 1; i >= first; i--) {
        if (!learns[i]) continue;
        /** @type {{from: Maps, to: Maps}[]} */
        const sums = [];
        const into = nodes[i].sources.map((source) => {
          if (source < 0 || !learns[source]) return null;
          const aside = beside[source];
          if (!written.has(source) || !aside) {
            written.add(source);
            return gradients[source];
          }
          sums.push({ from: aside, to: gradients[source] });
          return aside;
        });
        works[i].backward(pass, into);
        for (const { from, to } of sums) pass.kernels.add(from.block.at, to.block.at, countOf(to, pass));
      }
    },
  };
}
