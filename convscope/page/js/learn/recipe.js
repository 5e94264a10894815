/** How a network is trained: the fields of convscope/training/recipes.py that the page can follow. */

/**
 * @typedef {object} Augmentation random changes of each training picture, drawn anew every time it is shown
 * @property {number} shift pixels: padded by as many on every side, then cut out at a random place
 * @property {number} rotate degrees, uniform in ±
 * @property {number} scale share, rows and columns each 1 ± this
 * @property {number} zoom share, rows and columns alike: up to 1 + this times as far, or as near
 * @property {number} shear columns moved per row, uniform in ±
 * @property {number} translate pixels, uniform in ±, in fractions too
 * @property {number} elastic pixels, standard deviation of a smooth random field that moves every place
 * @property {boolean} flip left and right exchanged for half of the pictures
 * @property {number} erase side in pixels of a square set to the mean (DeVries and Taylor 2017)
 * @property {boolean} edge what lies outside is the border's pixels continued; black otherwise
 */

/**
 * @typedef {object} Recipe
 * @property {"sgd" | "adamw" | "muon"} optimiser muon moves filters that bn follows, and sgd the rest
 * @property {number} lr the peak learning rate
 * @property {number | null} plainLr that of networks without bn, which bear less; null for lr
 * @property {number} momentum
 * @property {boolean} nesterov
 * @property {[number, number]} betas of AdamW
 * @property {number} eps of AdamW
 * @property {number} weightDecay of matrices and filters, never of biases and bn
 * @property {number} filterLr Muon's
 * @property {number} filterMomentum Muon's
 * @property {"torch" | "orthogonal"} initial torch's own first weights, or orthogonal filters where bn follows
 * @property {number} batchSize
 * @property {number} steps of the whole schedule
 * @property {number} warmup share of the steps over which the learning rate rises
 * @property {number} final share of it that is left at the end
 * @property {number} labelSmoothing 0…1
 * @property {Augmentation} augmentation
 */

/** @type {Augmentation} */
export const UNCHANGED = {
  shift: 0,
  rotate: 0,
  scale: 0,
  zoom: 0,
  shear: 0,
  translate: 0,
  elastic: 0,
  flip: false,
  erase: 0,
  edge: false,
};

/** What the default recipe of convscope is. @type {Recipe} */
export const FAST = {
  optimiser: "muon",
  lr: 0.1,
  plainLr: 0.03,
  momentum: 0.9,
  nesterov: true,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 5e-4,
  filterLr: 0.1,
  filterMomentum: 0.6,
  initial: "orthogonal",
  batchSize: 128,
  steps: 500,
  warmup: 0.2,
  final: 0,
  labelSmoothing: 0.1,
  augmentation: UNCHANGED,
};
