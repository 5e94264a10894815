/** How every kind of layer works on batches; tsc finds a kind that is forgotten here. */

import { KINDS } from "../../engine/kinds/all.js";
import { curveBatch, preluBatch, reluBatch } from "./activations.js";
import { convBatch, fcBatch } from "./convolution.js";
import { addBatch, concatBatch, mulBatch } from "./joins.js";
import { bnBatch, dropoutBatch } from "./normalisation.js";
import { ownNormBatch } from "./own_norm.js";
import { lrnBatch, scaleBatch } from "./responses.js";
import { avgpoolBatch, cellsBatch, maxpoolBatch } from "./pooling.js";
import { resampledBatch } from "./resampling.js";
import { sharesBatch } from "./shares.js";
import { cropBatch, flattenBatch, shuffleBatch } from "./shape.js";
import { positionBatch, tokensBatch } from "./tokens.js";
import { transposedBatch } from "./transposed.js";
/** @import {Kind} from "../../types.js" */
/** @import {Curve, Layer} from "../../engine/types.js" */
/** @import {BatchKind} from "../types.js" */

/** @param {Kind} kind */
const curveOf = (kind) => /** @type {Curve} */ (KINDS[kind].curve);

/** @type {Record<Kind, BatchKind | null>} */
export const BATCH_KINDS = {
  adaptive_avgpool: cellsBatch,
  add: addBatch,
  avgpool: avgpoolBatch,
  bn: bnBatch,
  channel_shuffle: shuffleBatch,
  channel_slice: shuffleBatch,
  clip: curveBatch(curveOf("clip")),
  concat: concatBatch,
  conv: convBatch,
  conv_transpose: transposedBatch,
  crop: cropBatch,
  dropout: dropoutBatch,
  elu: curveBatch(curveOf("elu")),
  fc: fcBatch,
  flatten: flattenBatch,
  gap: cellsBatch,
  gelu: curveBatch(curveOf("gelu")),
  gelu_tanh: curveBatch(curveOf("gelu_tanh")),
  group_norm: ownNormBatch((node) => ({
    count: node.options.groups ?? 1,
    of: (_, channel) => Math.floor((channel * (node.options.groups ?? 1)) / node.input[0]),
  })),
  hardsigmoid: curveBatch(curveOf("hardsigmoid")),
  hardswish: curveBatch(curveOf("hardswish")),
  layer_norm: ownNormBatch((node) => ({ count: node.input[1] * node.input[2], of: (place) => place })),
  leaky_relu: curveBatch(curveOf("leaky_relu"), true),
  log_softmax: sharesBatch(true),
  lrn: lrnBatch,
  maxpool: maxpoolBatch,
  mul: mulBatch,
  opaque: null, // a part that only Python can run
  pad: resampledBatch,
  position: positionBatch,
  prelu: preluBatch(curveOf("prelu")),
  relu: reluBatch,
  relu6: curveBatch(curveOf("relu6")),
  scale: scaleBatch,
  sigmoid: curveBatch(curveOf("sigmoid")),
  silu: curveBatch(curveOf("silu")),
  softmax: sharesBatch(false),
  softplus: curveBatch(curveOf("softplus")),
  tanh: curveBatch(curveOf("tanh")),
  tokens: tokensBatch,
  upsample: resampledBatch,
};

/**
 * Return how a node works on batches. Throws a RangeError for one that the page cannot train.
 * @param {Layer} node
 */
export function batchKindOf(node) {
  const kind = BATCH_KINDS[node.kind];
  if (!kind) throw new RangeError(`${node.name} was computed by Python; the page cannot train it`);
  return kind;
}
