/** The nodes of a traced formula as the engines read them. As convscope/explain/payload/nodes.py. */

import { spoken } from "../kit/i18n.js";
import { both, endsOf } from "./layers.js";

/** @typedef {import("../types.js").PageNode} PageNode */
/** @typedef {import("../kit/i18n.js").Translate} Translate */
/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {import("./trace.js").PlanNetwork} PlanNetwork */

const EPS = 1e-5; // of bn, where a formula says no other

/**
 * The numbers of a kind that its engine needs besides window and weights.
 * @type {Record<string, (layer: any) => {}>}
 */
const OPTIONS = {
  conv: ({ groups, bias }) => ({ groups, bias }),
  conv_transpose: ({ kernel, stride, dilation, pad, output_padding, groups, bias }) => ({
    kernel: both(kernel),
    stride: both(stride),
    dilation: both(dilation),
    sides: endsOf(pad).flat(),
    output_padding: both(output_padding),
    groups,
    bias,
  }),
  leaky_relu: ({ slope }) => ({ slope }),
  prelu: ({ per_channel }) => ({ per_channel }),
  clip: ({ low, high }) => ({ low, high }),
  elu: ({ alpha }) => ({ alpha }),
  lrn: ({ size, alpha, beta, k }) => ({ around: size, alpha, beta, k }),
  maxpool: ({ ceil_mode }) => ({ ceil_mode }),
  avgpool: ({ ceil_mode, count_include_pad }) => ({ ceil_mode, count_include_pad }),
  group_norm: ({ groups, eps }) => ({ groups, eps }),
  layer_norm: ({ eps }) => ({ eps }),
  tokens: ({ extra }) => ({ extra }),
  channel_slice: ({ first }) => ({ first }),
  pad: ({ sides, mode, value }) => ({
    sides: endsOf(sides).flat(),
    mirrors: mode === "reflect",
    repeats: mode === "replicate",
    wraps: mode === "circular",
    value,
  }),
  upsample: ({ scale, mode }) => ({ scale: both(scale), blends: mode === "bilinear" }),
  scale: ({ bias }) => ({ bias }),
  channel_shuffle: ({ groups }) => ({ groups }),
  bn: ({ eps = EPS }) => ({ eps }),
  dropout: ({ p }) => ({ p }),
  crop: ({ size }) => ({ size: both(size) }),
};

/**
 * @param {PlanNetwork} network
 * @param {Translate} t the language of the sums
 * @returns {PageNode[]}
 */
export function pageNodesOf(network, t) {
  return network.nodes.map((node) => pageNodeOf(node, t));
}

/**
 * @param {import("./trace.js").PlanNode} node
 * @param {Translate} t the language of the sums
 * @returns {PageNode}
 */
export function pageNodeOf({ layer, window, ...node }, t) {
  return {
    name: node.name,
    kind: /** @type {PageNode["kind"]} */ (layer.is),
    text: node.text,
    sources: node.sources,
    inputs: node.inputs,
    output: node.output,
    flat: node.flat,
    window: window && windowOfPage(window),
    options: OPTIONS[layer.is]?.(layer) ?? {},
    parameters: Number(node.parameters),
    parameters_how: node.parametersHow,
    macs: Number(node.macs),
    size_how: spoken(t, node.sizeHow),
    dropped: node.dropped,
    field: node.field,
  };
}

/** @param {import("./sizes.js").PlanWindow} window @returns {import("../types.js").Window} */
function windowOfPage({ kernel, stride, pad, end, dilation }) {
  return { kernel, stride, pad, pad_end: end, dilation };
}
