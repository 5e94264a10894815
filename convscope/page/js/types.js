// The types of what Python hands the page (docs/payload.md).

/** @typedef {[number, number]} Pair rows, columns */
/** @typedef {[number, number, number]} Shape channels, rows, columns; after a flatten [units, 1, 1] */
/** @typedef {[number, number, number, number]} Box top, left, bottom, right, all inclusive */

/**
 * @typedef {object} Binary numbers as base64, little endian
 * @property {"float32" | "float16" | "uint8" | "int32"} dtype half precision holds its numbers exactly
 * @property {number[]} shape
 * @property {string} data
 */

/**
 * @typedef {object} ScaledBytes numbers in 8 bits: -127…127, each times the factor of its index on the first axis
 * @property {"int8"} dtype
 * @property {number[]} shape
 * @property {string} factors float32
 * @property {string} data
 */

/**
 * @typedef {object} Numbers32 numbers as they are, of a network that the page itself read: it takes them wherever
 * Python's payloads have Binary
 * @property {"float32"} dtype
 * @property {number[]} shape
 * @property {Float32Array} values
 */

/**
 * @typedef {object} Deflated bytes compressed (zlib, RFC 1950), as base64
 * @property {number[]} shape
 * @property {string} deflated
 */

/**
 * @typedef {"conv" | "conv_transpose" | "relu" | "leaky_relu" | "prelu" | "relu6" | "elu" | "gelu" | "silu" |
 * "hardswish" | "sigmoid" | "hardsigmoid" | "tanh" | "maxpool" | "avgpool" | "adaptive_avgpool" | "gap" | "bn" |
 * "dropout" | "flatten" | "fc" | "clip" | "softplus" | "softmax" | "log_softmax" | "gelu_tanh" | "lrn" | "group_norm" |
 * "layer_norm" | "scale" | "channel_shuffle" | "channel_slice" | "pad" | "tokens" | "position" | "upsample" | "crop" |
 * "add" | "mul" | "concat" | "opaque"} Kind
 */

/**
 * @typedef {object} Window what a convolution or a pooling lays over its input
 * @property {Pair} kernel
 * @property {Pair} stride
 * @property {Pair} pad zeros above and to the left
 * @property {Pair} pad_end zeros below and to the right
 * @property {Pair} dilation
 */

/**
 * @typedef {object} Options the layer's own numbers; its kind says which
 * @property {number} [groups]
 * @property {boolean} [bias]
 * @property {number} [slope]
 * @property {boolean} [per_channel]
 * @property {number} [alpha]
 * @property {number} [p]
 * @property {Pair} [size]
 * @property {number} [eps]
 * @property {boolean} [ceil_mode]
 * @property {boolean} [count_include_pad]
 * @property {number} [first]
 * @property {number} [extra]
 * @property {Pair} [kernel]
 * @property {Pair} [stride]
 * @property {Pair} [dilation]
 * @property {Pair} [output_padding]
 * @property {[number, number, number, number]} [sides]
 * @property {boolean} [mirrors]
 * @property {boolean} [repeats]
 * @property {boolean} [wraps]
 * @property {number} [value]
 * @property {Pair} [scale]
 * @property {boolean} [blends]
 * @property {number} [low]
 * @property {number} [high]
 * @property {number} [around]
 * @property {number} [beta]
 * @property {number} [k]
 */

/**
 * @typedef {object} Field the receptive field of a unit, in pixels of the picture
 * @property {Pair} size
 * @property {Pair} jump
 * @property {Pair} start
 */

/**
 * @typedef {object} PageNode one layer put to work, as convscope.formula's Node
 * @property {string} name
 * @property {Kind} kind
 * @property {string} text
 * @property {number[]} sources indices of the nodes that it reads, -1 for the picture
 * @property {Shape[]} inputs their shapes
 * @property {Shape} output
 * @property {boolean} flat
 * @property {Window | null} window
 * @property {Options} options
 * @property {number} parameters
 * @property {string} parameters_how
 * @property {number} macs
 * @property {string} size_how
 * @property {Pair} dropped
 * @property {Field} field
 */

/**
 * @typedef {object} InputSpec
 * @property {Shape} shape
 * @property {number[]} mean one a channel, in 0…255 units
 * @property {number[]} std
 * @property {string} invert "auto", "yes" or "no"
 * @property {boolean} centred whether it learned from light drawings in the middle of a dark ground
 * @property {string} resize the rule that brings a picture of another size to this one
 */

/**
 * @typedef {object} Samples
 * @property {Binary} pictures uint8 (n, C, H, W)
 * @property {(number | null)[]} labels
 * @property {string[]} names
 * @property {Binary} logits float32 (n, K), by Python
 * @property {string} by
 */

/**
 * @typedef {object} Extreme a patch of the data set where a channel is at its largest or smallest
 * @property {Binary} picture uint8 (C, h, w)
 * @property {number} value
 * @property {number | null} label
 * @property {Pair} at
 */

/**
 * @typedef {object} ChannelCard
 * @property {Extreme[]} top
 * @property {Extreme[]} bottom
 * @property {number} active share 0…1
 * @property {(number | null)[] | null} by_class of the pictures of each class, null where there are none
 * @property {"ok" | "dead" | "saturated" | "always-on"} state
 */

/**
 * @typedef {object} Mistakes worst first
 * @property {Binary} pictures uint8 (m, C, H, W)
 * @property {number[]} labels
 * @property {number[]} predicted
 * @property {number[]} probability
 * @property {number[]} loss
 */

/**
 * @typedef {object} Errors
 * @property {number[][]} confusion true class by predicted class
 * @property {number} n
 * @property {string} split
 * @property {Mistakes} mistakes
 */

/**
 * @typedef {object} Snapshot
 * @property {number} step
 * @property {Record<string, Binary>} tensors
 * @property {Record<string, Binary>} maps
 * @property {Binary} scores of the run's picture
 * @property {number[][]} confusion
 * @property {number} loss
 * @property {number} accuracy
 */

/**
 * @typedef {object} LogPoint a line of the training's log
 * @property {number} step
 * @property {number} loss
 */

/**
 * @typedef {object} Run
 * @property {LogPoint[]} log
 * @property {Snapshot[]} snapshots
 * @property {Binary | null} picture the picture whose maps and scores the snapshots hold
 * @property {string} confusion_on "held-out" or "training sample"
 * @property {number} label_smoothing share of each label that was spread over all classes, 0…1; 0 where none was
 */

/**
 * @typedef {object} TestFigures
 * @property {number} accuracy share 0…1
 * @property {number} loss nats
 */

/**
 * @typedef {object} CountedOn the pictures that the channel cards were counted on
 * @property {number} n
 * @property {string} split
 */

/**
 * @typedef {object} Figures
 * @property {number} parameters
 * @property {number | null} macs
 * @property {TestFigures | null} test
 * @property {number | null} train_seconds
 */

/**
 * @typedef {"data" | "errors" | "samples" | "weights" | "maps" | "fewer-patches" | "snapshot-maps" | "fewer-mistakes"
 *   | "patches" | "snapshots" | "class-shares" | "channels"} LeftOut
 */

/**
 * @typedef {object} Rounding to how many bits the weights were rounded, and what that makes of n samples
 * @property {number} bits
 * @property {number} n
 * @property {number} score the largest difference of a score
 * @property {number} probability of a probability
 * @property {number} changed how many samples another class wins
 * @property {number} share where boxes lie before the scores, or there are none: the largest difference of a number, as
 *   a share of its layer's largest
 * @property {string} where in which layer
 */

/**
 * @typedef {object} Credit whom the pictures of a data set are from and where they are, and their licence
 * @property {string} data
 * @property {string} authors
 * @property {string} source
 * @property {string} licence
 * @property {string} licence_text
 */

/**
 * @typedef {object} RejectionPart (distance − middle) / spread is one part of how foreign a picture is
 * @property {string} name "picture", "features" or "background"
 * @property {number} middle
 * @property {number} spread
 */

/**
 * @typedef {object} Rejection from where on a picture is none of the classes
 * @property {number} threshold
 * @property {RejectionPart[]} parts
 * @property {number} features the node whose output is compared, -1 for the scaled picture
 * @property {number} group how many numbers of it are averaged into one
 * @property {Record<string, Binary>} tensors what was learned, by the ends of its names in the model file
 */

/** @typedef {"softmax" | "log_softmax" | "sigmoid" | "logits" | "maps"} Ending */

/**
 * @typedef {object} Proof the largest difference to what the network's own runtime computes
 * @property {number} difference as a share of the largest number of that node
 * @property {string} where
 * @property {string} by
 * @property {boolean} rounded whether that rounds values between layers, which the page does not
 */

/**
 * @typedef {object} Against a second network beside the page's: the same shape to read, the same classes
 * @property {string} title
 * @property {string} formula
 * @property {InputSpec} input
 * @property {PageNode[]} nodes
 * @property {Record<string, Binary | ScaledBytes>} tensors
 * @property {Binary} logits float32 (n, K), its scores of the samples
 * @property {Figures} figures
 * @property {number} temperature
 * @property {Ending} ending
 * @property {Rounding | null} rounding
 */

/**
 * @typedef {object} Payload everything one page shows
 * @property {string} format
 * @property {number} version
 * @property {string} title
 * @property {string} formula
 * @property {string[]} classes
 * @property {string} language "en", "ko" or "auto"
 * @property {InputSpec} input
 * @property {PageNode[]} nodes
 * @property {Record<string, Binary | ScaledBytes>} tensors by "<node>.<weight>"
 * @property {number} temperature what scores are divided by before the softmax, 1 where it is not calibrated
 * @property {Rejection | null} rejection null where the network cannot tell
 * @property {Rounding | null} rounding null where the weights are as they are
 * @property {Samples} samples
 * @property {Record<string, Binary> | null} maps
 * @property {Record<string, ChannelCard[]> | null} channels
 * @property {CountedOn | null} channels_of
 * @property {Errors | null} errors
 * @property {Run | null} run
 * @property {Figures} figures
 * @property {LeftOut[]} left_out
 * @property {Credit | null} credit whom the pictures are from
 * @property {Credit | null} weights_credit whom the weights are from, where they are others'
 * @property {Ending} ending what the network makes of its scores
 * @property {Proof | null} proof of a network that convscope did not build
 * @property {Record<string, string>} names of its nodes in the module that it was, where others
 * @property {Against | null} against the network that it is compared with
 * @property {string | null} lab where the lab is that the page is part of; null where it stands alone
 */

export {};
