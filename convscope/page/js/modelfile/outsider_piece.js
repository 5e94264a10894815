/** How foreign a picture is, as operators of a model file: convscope/rejection/operators.py. */

import { floats, integers } from "./operator.js";
import { PIECES } from "./pieces.js";
/** @import {Rejection, Shape} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */
/** @import {Operator, Piece, Tensor} from "./operator.js" */

const MOST_DIRECTIONS = 128;
const MOST_MEANS = 131_072; // numbers of all classes' means together
const SCALES_MEASURED = 3;
const LEAST_MEASURED = 3; // pixels of a side
/** A pixel less the one to its left; less the one above; four times it less its neighbours. */
const EDGE_KERNELS = [0, 0, 0, -1, 1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, -1, 0, -1, 4, -1, 0, -1, 0];
const LEVELS_SHARED = 9;
const CELLS_A_SIDE = 4;
const FLOOR_OF_LOG = 0.01;
/** Of each pair of channels the first less the second. */
const COLOUR_SIGNS = [1, -1, 0, 0, 1, -1, 1, 0, -1];

/**
 * Return the operators from the pictures and the features to `outsider`, with their tensors.
 * @param {Layer[]} nodes
 * @param {Shape} shape of a picture
 * @param {Pick<Rejection, "parts" | "features" | "group">} rejection
 * @param {Record<string, Float32Array>} learned by the ends of their names
 * @returns {Required<Piece>}
 */
export function outsiderPiece(nodes, shape, { parts, features: at, group }, learned) {
  /** @type {Operator[]} */
  const operators = [];
  /** @type {Record<string, Tensor>} */
  const tensors = {};
  const classes = nodes[nodes.length - 1].output[0];
  const from = at < 0 ? "pictures.scaled" : nodes[at].name;
  const width = learned["features.centre"].length;
  const rank = Math.max(1, Math.min(MOST_DIRECTIONS, width, Math.floor(MOST_MEANS / classes)));
  /** @type {Record<string, (name: string) => Required<Piece>>} */
  const made = {
    picture: (name) => picturePiece(name, shape),
    features: (name) => featuresPiece(name, from, group, rank),
    background: (name) => ({
      operators: [{ kind: "Sqrt", inputs: ["outsider.features.common"], output: `${name}.distance` }],
      tensors: {},
    }),
  };
  for (const part of parts) {
    const name = `outsider.${part.name}`;
    const piece = made[part.name](name);
    operators.push(
      ...piece.operators,
      { kind: "Sub", inputs: [`${name}.distance`, `${name}.middle`], output: `${name}.above` },
      { kind: "Div", inputs: [`${name}.above`, `${name}.spread`], output: `${name}.scaled` },
      { kind: "Relu", inputs: [`${name}.scaled`], output: `${name}.score` },
      { kind: "Mul", inputs: [`${name}.score`, `${name}.score`], output: `${name}.square` },
    );
    Object.assign(tensors, piece.tensors);
    tensors[`${name}.middle`] = floats([], [part.middle]);
    tensors[`${name}.spread`] = floats([], [part.spread]);
  }
  const squares = parts.map(({ name }) => `outsider.${name}.square`);
  operators.push({ kind: "Sum", inputs: squares, output: "outsider.square" });
  operators.push({ kind: "Sqrt", inputs: ["outsider.square"], output: "outsider" });
  const count = learned["picture.centre"].length;
  const found = Math.sqrt(learned["features.background"].length);
  const add = (/** @type {string} */ name, /** @type {number[]} */ size, /** @type {ArrayLike<number>} */ values) => {
    tensors[`outsider.${name}`] = floats(size, values);
  };
  const addWide = (/** @type {string} */ name, /** @type {number} */ rows) =>
    add(name, [rows, rank], widened(learned[name], found, [rows, rank]));
  add("picture.centre", [count], learned["picture.centre"]);
  add("picture.whitening", [count, count], learned["picture.whitening"]);
  add("features.centre", [width], learned["features.centre"]);
  addWide("features.directions", width);
  addWide("features.background", rank);
  addWide("features.within", rank);
  addWide("features.means", classes);
  return { operators, tensors };
}

/**
 * Rows with zeros behind, and rows of zeros below: the page finds no more directions than there are pictures, and one
 * of zeros changes no distance.
 * @param {Float32Array} values @param {number} had numbers a row @param {number[]} size rows, numbers a row
 */
function widened(values, had, [rows, columns]) {
  const made = new Float32Array(rows * columns);
  for (let i = 0; i * had < values.length; i++) made.set(values.subarray(i * had, (i + 1) * had), i * columns);
  return made;
}

/**
 * The squared distance to the nearest class, less that to all.
 * @param {string} name
 * @param {string} from
 * @param {number} group
 * @param {number} rank
 * @returns {Required<Piece>}
 */
function featuresPiece(name, from, group, rank) {
  const of = (/** @type {string} */ part) => `${name}.${part}`;
  const averages = { kernel_shape: [1, group], strides: [1, group] };
  const sums = (/** @type {number} */ axis) => ({ axes: [axis], keepdims: 0 });
  const operators = [
    { kind: "Reshape", inputs: [from, of("line")], output: of("lines") },
    { kind: "AveragePool", inputs: [of("lines")], output: of("averages"), attributes: averages },
    { kind: "Flatten", inputs: [of("averages")], output: of("averaged"), attributes: { axis: 1 } },
    { kind: "Sub", inputs: [of("averaged"), of("centre")], output: of("centred") },
    { kind: "MatMul", inputs: [of("centred"), of("directions")], output: of("turned") },
    { kind: "MatMul", inputs: [of("turned"), of("background")], output: of("over_all") },
    { kind: "ReduceSumSquare", inputs: [of("over_all")], output: of("common"), attributes: sums(1) },
    { kind: "MatMul", inputs: [of("turned"), of("within")], output: of("inside") },
    { kind: "Reshape", inputs: [of("inside"), of("apart")], output: of("each") },
    { kind: "Sub", inputs: [of("each"), of("means")], output: of("off") },
    { kind: "ReduceSumSquare", inputs: [of("off")], output: of("classes"), attributes: sums(2) },
    { kind: "ReduceMin", inputs: [of("classes")], output: of("nearest"), attributes: sums(1) },
    { kind: "Sub", inputs: [of("nearest"), of("common")], output: of("distance") },
  ];
  return { operators, tensors: { [of("line")]: integers(0, 1, 1, -1), [of("apart")]: integers(0, 1, rank) } };
}

/**
 * How far a picture's own statistics lie from the training pictures'.
 * @param {string} name
 * @param {Shape} shape
 * @returns {Required<Piece>}
 */
function picturePiece(name, shape) {
  const { operators, tensors } = statisticsPiece(name, shape);
  operators.push(
    { kind: "Sub", inputs: [`${name}.statistics`, `${name}.centre`], output: `${name}.centred` },
    { kind: "MatMul", inputs: [`${name}.centred`, `${name}.whitening`], output: `${name}.white` },
    {
      kind: "ReduceL2",
      inputs: [`${name}.white`],
      output: `${name}.distance`,
      attributes: { axes: [1], keepdims: 0 },
    },
  );
  return { operators, tensors };
}

/**
 * The picture's own statistics, in the order of convscope/rejection/layout.py.
 * @param {string} name
 * @param {Shape} shape
 * @returns {Required<Piece>}
 */
function statisticsPiece(name, shape) {
  const [channels, height, width] = shape;
  const of = (/** @type {string} */ part) => `${name}.${part}`;
  const full = of("scale0");
  /** @type {Operator[]} */
  const operators = [];
  /** @type {(kind: string, inputs: string[], output: string, attributes?: Operator["attributes"]) => void} */
  const add = (kind, inputs, output, attributes) => void operators.push({ kind, inputs, output, attributes });
  /** @type {string[]} */
  const found = [];
  const overAll = { axes: [2, 3], keepdims: 0 };
  const logarithm = (/** @type {string} */ values) => {
    add("Add", [values, of("floor")], `${values}.raised`);
    add("Log", [`${values}.raised`], `${values}.log`);
    found.push(`${values}.log`);
  };
  const strength = (/** @type {string} */ values) => {
    add("Abs", [values], `${values}.size`);
    add("ReduceMean", [`${values}.size`], `${values}.mean`, overAll);
    logarithm(`${values}.mean`);
  };
  /** @type {Record<string, Tensor>} */
  const tensors = {
    [of("white_level")]: floats([], [255]),
    [of("floor")]: floats([], [FLOOR_OF_LOG]),
    [of("pixels")]: integers(0, channels, 1, height * width),
    [of("steps")]: floats([], [LEVELS_SHARED - 1]),
    [of("one")]: floats([], [1]),
    [of("levels")]: floats(
      [LEVELS_SHARED, 1],
      Array.from({ length: LEVELS_SHARED }, (_, level) => level),
    ),
  };
  add("Div", ["pictures.float", of("white_level")], full);
  const side = Math.min(height, width);
  for (let scale = 0; scale < SCALES_MEASURED && side >> scale >= LEAST_MEASURED; scale++) {
    const [z, edges] = [of(`scale${scale}`), of(`edges${scale}`)];
    if (scale) add("AveragePool", [of(`scale${scale - 1}`)], z, { kernel_shape: [2, 2], strides: [2, 2] });
    else
      tensors[of("kernels")] = floats(
        [3 * channels, 1, 3, 3],
        Array.from({ length: channels }, () => EDGE_KERNELS).flat(),
      );
    add("Conv", [z, of("kernels")], edges, { group: channels, kernel_shape: [3, 3] });
    strength(edges);
    add("Mul", [edges, edges], `${edges}.squares`);
    add("ReduceMean", [`${edges}.squares`], `${edges}.square`, overAll);
    add("Sqrt", [`${edges}.square`], `${edges}.root`);
    logarithm(`${edges}.root`);
  }
  add("Reshape", [full, of("pixels")], of("row"));
  add("Mul", [of("row"), of("steps")], of("stepped"));
  add("Sub", [of("stepped"), of("levels")], of("off"));
  add("Abs", [of("off")], of("far"));
  add("Sub", [of("one"), of("far")], of("nearness"));
  add("Relu", [of("nearness")], of("near"));
  add("ReduceMean", [of("near")], of("share"), { axes: [3], keepdims: 0 });
  add("Sqrt", [of("share")], of("levelled"));
  add("Flatten", [of("levelled")], of("histogram"), { axis: 1 });
  const cells = { name: of("grid"), input: shape, output: [channels, CELLS_A_SIDE, CELLS_A_SIDE] };
  const grid = /** @type {import("./operator.js").Written} */ (PIECES.adaptive_avgpool)(/** @type {any} */ (cells), [
    full,
  ]);
  operators.push(...grid.operators);
  add("Flatten", [of("grid")], of("cells"), { axis: 1 });
  Object.assign(tensors, grid.tensors);
  found.push(of("histogram"), of("cells"));
  if (channels === 3) {
    const colours = of("colours");
    tensors[of("differences")] = floats([3, 3, 1, 1], COLOUR_SIGNS);
    add("Conv", [full, of("differences")], colours, { kernel_shape: [1, 1] });
    strength(colours);
    add("ReduceMean", [colours], `${colours}.balance`, overAll);
    found.push(`${colours}.balance`);
  }
  add("Concat", found, of("statistics"), { axis: 1 });
  return { operators, tensors };
}
