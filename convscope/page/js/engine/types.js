// The types of what the engine makes of a payload, and of a kind of layer.

/** @import {Kind, PageNode, Pair, Shape} from "../types.js" */

/** @typedef {Float32Array | Float64Array} Numbers what a layer learned: as it came, or after a step in the page */

/**
 * @typedef {PageNode & {program?: import("./tensors/program.js").Program}} NodeWithProgram a box that the page computes
 */

/**
 * @typedef {object} NodeParts
 * @property {Shape} input the shape of its first source
 * @property {KindModule} module what its kind does
 * @property {Record<string, Numbers>} tensors its weights unpacked: weight, bias …
 *
 * @typedef {NodeWithProgram & NodeParts} Layer a node as the engine has it
 */

/**
 * @typedef {"convolution" | "dense" | "pooling" | "normalisation" | "dropout" | "flatten" | "crop" | "addition" |
 * "multiplication" | "scaling" | "shifting" | "shares" | "resampling" | "grouped" | "response" | "shuffle" |
 * "concatenation" | "curve" | "opaque"} Drawing how a layer is drawn: look/views/drawings.js
 */

/**
 * @typedef {"same" | "windows" | "cells" | "whole" | "units" | "flatten" | "crop" | "joined" | "neighbours" |
 * "shuffled" | "resampled" | "spread" | "grouped" | "column" | "places" | "unknown"} Geometry which places of its input
 * a unit reads: its own, a window, a cell of a grid, all of a feature map, all units, one elsewhere, the middle's, its
 * own of one source, its own of the channels around or of another channel, all maps of its group, its own of all
 * channels, one or two rows and columns, those whose products with a kernel reach it, the one that it stands for in a
 * column of places, or nobody knows
 */

/**
 * @typedef {object} KindModule what the page knows of one kind of layer: engine/kinds/<kind>.js
 * @property {Drawing} drawing
 * @property {import("../kit/i18n.js").Phrase} explain what the layer does, in a sentence or two
 * @property {Geometry} geometry
 * @property {boolean} mixes each output channel reads all input channels of its group
 * @property {boolean} affine the output is a sum of the input's numbers, each times a factor, and a constant
 * @property {Curve | null} curve of an activation
 * @property {import("./relevance_paths.js").PathsOf | null} relevance how relevance goes back through it; null where it
 * ends there
 * @property {((node: Layer, inputs: Float64Array[]) => Float64Array) | null} forward the node's output; null where the
 * page cannot compute it
 * @property {((node: Layer, gradient: Float64Array, inputs: Float64Array[], output: Float64Array) => Float64Array[]) |
 * null} backward d score / d input, one a source, from d score / d output
 * @property {((unit: Unit) => MadeTerms) | null} terms every number that makes one value of the output
 * @property {Learned} [learned] where it has numbers that training changes
 * @property {(node: Layer) => Shapes} [statistics] where training keeps numbers besides
 */

/**
 * @typedef {Record<string, number[]>} Shapes of tensors, by name
 */

/**
 * @typedef {object} Learned how a score, or the loss, changes with what a layer has learned
 * @property {(node: Layer) => Shapes} shapes of what it learns
 * @property {(node: Layer, gradient: Float64Array, inputs: Float64Array[]) => Record<string, Float64Array>} gradients
 * d score / d every such number, by its tensor's name, from d score / d output
 * @property {Record<string, string | import("../kit/i18n.js").Phrase>} called what the numbers of a tensor are called,
 * where they are not weights of something read
 * @property {string[]} [together] tensors whose numbers do not lie channel after channel of the output
 * @property {(node: Layer, name: string, at: number, inputs: Float64Array[]) => Use[]} uses every use of number `at` of
 * tensor `name`: its gradient is Σ (d score / d output there) · factor
 */

/**
 * @typedef {object} Use one use of a number that was learned
 * @property {number} to which number of the output it went into
 * @property {number} from which number of the input it was multiplied by, -1 where none
 * @property {number} factor d output / d it: what it was multiplied by
 */

/**
 * @typedef {object} Curve an activation as a function of one number, in some kinds another one in every channel
 * @property {(node: Layer, channel: number) => Formula} formula the right side of y = …
 * @property {number} reach a plot shows −reach … reach at least
 * @property {number | null} most the largest magnitude of y, where there is one
 * @property {(x: number, node: Layer, channel: number) => number} of
 * @property {(x: number, node: Layer, channel: number) => number} slope the derivative
 */

/** @typedef {import("../kit/maths.js").Formula} Formula */

/**
 * @typedef {object} Unit one value of a node's output, to be explained
 * @property {Layer[]} nodes
 * @property {Result} result
 * @property {Layer} node
 * @property {number} channel
 * @property {number} y
 * @property {number} x
 */

/** @typedef {{parts: Part[], numbers: Record<string, number>}} MadeTerms */

/**
 * @typedef {object} Result one forward pass
 * @property {Float64Array} input the picture as the network reads it, (x − mean) / std, (C, H, W)
 * @property {Float64Array[]} outputs every node's, (C, H, W) or (units); a flatten shares its input's array
 * @property {Float32Array[]} [quick] the same numbers as a worker made them: to paint, without a copy in float64
 * @property {Float64Array} logits (K)
 * @property {Float64Array} probabilities (K)
 */

/**
 * @typedef {object} Part the numbers of one input map that enter one output value, row by row
 * @property {number} source the node they come from, -1 for the picture
 * @property {number} channel which map of it; for flat numbers seen as maps, the map they came from
 * @property {number} top row of the first number on that map; below 0 in the padding
 * @property {number} left
 * @property {number} rows
 * @property {number} columns
 * @property {Pair} dilation
 * @property {number | null} unit for a fully connected layer the number of the first unit; term t is unit + t
 * @property {Float64Array} values
 * @property {Uint8Array} inside 1, or 0 where the padding is read
 * @property {Float64Array | null} weights
 * @property {Float64Array} products values × weights, or the values where there are no weights
 * @property {number} subtotal sum of the products; the largest value for maxpool
 */

/**
 * @typedef {object} Terms everything that makes one output value
 * @property {Kind} kind
 * @property {number} index the node
 * @property {[number, number, number]} at channel, row, column
 * @property {Part[]} parts
 * @property {Record<string, number>} numbers by kind: conv, fc {sum, bias}; avgpool, adaptive_avgpool, gap {sum,
 * divisor}; maxpool {winner};
 *   bn {x, mean, variance, eps, normalised, weight, bias}; leaky_relu, prelu {x, slope}; the rest but add {x}
 * @property {number} total the output value
 */

/**
 * @typedef {object} Origin one number on one node's output
 * @property {number} node -1 for the picture
 * @property {number} channel
 * @property {number} y
 * @property {number} x
 */

/**
 * @typedef {object} HeatMap
 * @property {number} rows
 * @property {number} columns
 * @property {Float64Array} values (rows, columns)
 */

export {};
