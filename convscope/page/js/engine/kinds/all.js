/** Every kind of layer that the page knows; tsc finds a kind that is forgotten here. */

import { adaptive_avgpool } from "./adaptive_avgpool.js";
import { add } from "./add.js";
import { avgpool } from "./avgpool.js";
import { bn } from "./bn.js";
import { channel_shuffle } from "./channel_shuffle.js";
import { channel_slice } from "./channel_slice.js";
import { clip } from "./clip.js";
import { concat } from "./concat.js";
import { conv } from "./conv.js";
import { conv_transpose } from "./conv_transpose.js";
import { crop } from "./crop.js";
import { dropout } from "./dropout.js";
import { elu } from "./elu.js";
import { fc } from "./fc.js";
import { flatten } from "./flatten.js";
import { gap } from "./gap.js";
import { gelu } from "./gelu.js";
import { gelu_tanh } from "./gelu_tanh.js";
import { group_norm } from "./group_norm.js";
import { hardsigmoid } from "./hardsigmoid.js";
import { hardswish } from "./hardswish.js";
import { layer_norm } from "./layer_norm.js";
import { leaky_relu } from "./leaky_relu.js";
import { log_softmax } from "./log_softmax.js";
import { lrn } from "./lrn.js";
import { maxpool } from "./maxpool.js";
import { mul } from "./mul.js";
import { opaque } from "./opaque.js";
import { pad } from "./pad.js";
import { position } from "./position.js";
import { prelu } from "./prelu.js";
import { relu } from "./relu.js";
import { relu6 } from "./relu6.js";
import { scale } from "./scale.js";
import { sigmoid } from "./sigmoid.js";
import { silu } from "./silu.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { tanh } from "./tanh.js";
import { tokens } from "./tokens.js";
import { upsample } from "./upsample.js";
/** @import {Kind} from "../../types.js" */
/** @import {KindModule, NodeWithProgram} from "../types.js" */

/** @type {Record<Kind, KindModule>} */
export const KINDS = {
  adaptive_avgpool,
  add,
  avgpool,
  bn,
  channel_shuffle,
  channel_slice,
  clip,
  concat,
  conv,
  conv_transpose,
  crop,
  dropout,
  elu,
  fc,
  flatten,
  gap,
  gelu,
  gelu_tanh,
  group_norm,
  hardsigmoid,
  hardswish,
  layer_norm,
  leaky_relu,
  log_softmax,
  lrn,
  maxpool,
  mul,
  opaque,
  pad,
  position,
  prelu,
  relu,
  relu6,
  scale,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
  tokens,
  upsample,
};

/** How boxes that hold a program are computed; pages that read no files of others carry no operators on tensors. */
const boxes = { module: opaque };

/** @param {KindModule} module */
export function computeBoxesBy(module) {
  boxes.module = module;
}

/**
 * Return what the page knows of the node's kind. Throws a RangeError for a kind that it does not know.
 * @param {NodeWithProgram} node
 * @returns {KindModule}
 */
export function kindOf(node) {
  if (!Object.hasOwn(KINDS, node.kind)) throw new RangeError(`${node.name} is of no kind that is known: ${node.kind}`);
  return node.program ? boxes.module : KINDS[node.kind];
}
