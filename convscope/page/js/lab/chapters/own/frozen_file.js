/** A new head on frozen features as files: the tensors for a page, and model.onnx. */

import { packFloats, packHalves } from "../../../engine/binary.js";
import { kindOf } from "../../../engine/kinds/all.js";
import { weightBytes, weightsIn } from "../../../learn/transfer/network.js";
import { weightShapes } from "../../../modelfile/graph.js";
import { real } from "../../../modelfile/json.js";
import { writeModel } from "../../../modelfile/writing.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../types.js").PageNode} PageNode */
/** @typedef {import("../../training/pretrained.js").PretrainedHere} PretrainedHere */
/** @typedef {{weight: Float32Array, bias: Float32Array}} Head */
/**
 * @typedef {object} FrozenWritten
 * @property {Omit<import("./learning.js").OwnNetwork, "tensors">} network
 * @property {string} formula
 * @property {Head} head
 * @property {import("../../../learn/calibration.js").Calibration | null} calibration
 * @property {import("../../../modelfile/writing.js").RejectionWritten | null} rejection
 * @property {{taps: [number, number, number][], strength: number, balanced: boolean}} start
 * @property {number} seconds
 * @property {number} pictures
 */

/** The shapes of the weights, by name. @param {PageNode[]} nodes */
function shapesOf(nodes) {
  return weightShapes(nodes.map((node) => ({ ...node, input: node.inputs[0], module: kindOf(node), tensors: {} })));
}

/**
 * The bytes of those frozen weights that are in half precision.
 * @param {PretrainedHere} here
 * @param {string[]} names
 */
function halvesOf({ known: { weights }, bytes }, names) {
  const all = weightBytes(weights, bytes);
  return Object.fromEntries(names.filter((name) => weights[name]?.bits === 16).map((name) => [name, all[name]]));
}

/** The tensors as a payload has them. @param {PretrainedHere} here @param {PageNode[]} nodes @param {Head} head */
export function frozenTensors(here, nodes, head) {
  const shapes = shapesOf(nodes);
  const halves = halvesOf(
    here,
    shapes.map(({ name }) => name),
  );
  const floats = allFloats(here, nodes, head);
  return Object.fromEntries(
    shapes.map(({ name, shape }) => [
      name,
      halves[name] ? packHalves(halves[name], shape) : packFloats(floats[name], shape),
    ]),
  );
}

/**
 * All weights in 32 bits.
 * @param {PretrainedHere} here
 * @param {PageNode[]} nodes
 * @param {Head} head
 * @returns {Record<string, Float32Array>}
 */
function allFloats({ known, bytes }, nodes, head) {
  const frozen = weightsIn(known.weights, bytes);
  const last = nodes[nodes.length - 1].name;
  const all = { ...frozen, [`${last}.weight`]: head.weight, [`${last}.bias`]: head.bias };
  return Object.fromEntries(shapesOf(nodes).map(({ name }) => [name, all[name]]));
}

/** The model file's bytes. @param {Lab} lab @param {PretrainedHere} here @param {FrozenWritten} written */
export function frozenModel({ payload, win }, here, { network, formula, head, calibration, rejection, ...how }) {
  const { known } = here;
  const { nodes, input, classes } = network;
  const tensors = allFloats(here, nodes, head);
  return writeModel({
    nodes,
    input,
    classes,
    formula,
    tensors,
    calibration,
    rejection,
    halves: halvesOf(here, Object.keys(tensors)),
    facts: {
      training: {
        epochs: real(1),
        steps: 1,
        recipe: "head",
        precision: "float32",
        time: { seconds: real(how.seconds) },
        data: { set: "page", train: how.pictures, validation: 0, test: 0 },
        where: "page",
        start: {
          name: known.model,
          digest: known.digest,
          tune: "head",
          taps: how.start.taps,
          strength: real(how.start.strength),
          balanced: how.start.balanced,
          copies: 0,
          mirrored: false,
        },
      },
      pretrained: known.facts,
      versions: { convscope: payload.learning.made_by, browser: win.navigator.userAgent },
    },
  });
}
