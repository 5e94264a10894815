/** The ways of asking where a network looked: each one's map of the picture, and the deletion test between them. */

import { byImportance, inNoOrder } from "../engine/deletion.js";
import { overPicture } from "../engine/heat.js";
import { deletePixels, occlude, shareOut } from "./running.js";

/** @typedef {import("./types.js").App} App */
/** @typedef {import("../engine/types.js").HeatMap} HeatMap */
/** @typedef {import("../engine/deletion.js").Deletion} Deletion */
/** @typedef {import("../engine/relevance.js").Relevance} Relevance */
/** @typedef {"lrp" | "gamma" | "cam" | "occlusion"} Method */
/** @typedef {{target: number, grid: number}} Asked the class, and the node that Grad-CAM starts at, −1 for none */

/**
 * @typedef {object} Compared what the deletion test says of a picture
 * @property {{method: Method, deletion: Deletion}[]} each in the order of METHODS
 * @property {Deletion} random of the pixels in no order
 * @property {Method} best the one with the smallest area
 */

/** @type {Method[]} */
export const METHODS = ["lrp", "gamma", "cam", "occlusion"];

const EPSILONS = [1e-6, 0.01, 0.1, 1];
const GAMMAS = [0.1, 0.25, 0.5, 1];
export const RULE_CHOICES = { epsilon: EPSILONS, gamma: GAMMAS };

/** ε and γ as the address has them, "0.01_0.25"; as usual where it has none. @param {App} app */
export function ruleNow({ state }) {
  const [epsilon, gamma] = state.rule.split("_").map(Number);
  return {
    epsilon: EPSILONS.includes(epsilon) ? epsilon : 0.01,
    gamma: GAMMAS.includes(gamma) ? gamma : 0.25,
  };
}

/** The rule of a method: γ counts in one of the two. @param {App} app @param {Method} method */
function ruleFor(app, method) {
  const { epsilon, gamma } = ruleNow(app);
  return { epsilon, gamma: method === "gamma" ? gamma : 0 };
}

/** What is known already, by the result that it is of. @type {WeakMap<object, Map<string, any>>} */
const KNOWN = new WeakMap();

/** @param {App} app */
function knownOf({ result }) {
  const known = KNOWN.get(result) ?? new Map();
  KNOWN.set(result, known);
  return known;
}

/** @param {App} app @param {string} what @param {Asked} asked */
function keyOf(app, what, { target, grid }) {
  return [what, target, what === "cam" || what === "compared" ? grid : "", JSON.stringify(ruleNow(app))].join(" ");
}

/**
 * The comparison of this picture, where it was made.
 * @param {App} app
 * @param {Asked} asked
 * @returns {Compared | null}
 */
export function comparedOf(app, asked) {
  return knownOf(app).get(keyOf(app, "compared", asked)) ?? null;
}

/** The score shared out, where it was. @param {App} app @param {Method} method @param {Asked} asked
 * @returns {Relevance | null} */
export function sharedOut(app, method, asked) {
  return knownOf(app).get(keyOf(app, `relevance ${method}`, asked)) ?? null;
}

/**
 * One method's map; with the picture's own grid but for Grad-CAM's. Returns what lets it go.
 * @param {App} app @param {Method} method @param {Asked} asked @param {(share: number) => void} told
 * @param {(map: HeatMap) => void} done
 */
export function mapBy(app, method, asked, told, done) {
  const known = knownOf(app);
  const key = keyOf(app, method, asked);
  const found = known.get(key);
  const keep = (/** @type {HeatMap} */ map) => {
    known.set(key, map);
    done(map);
  };
  const [channels, height, width] = app.payload.input.shape;
  if (found) done(found);
  else if (method === "cam") keep(app.engine.gradCam(app.result, asked.target, asked.grid));
  else if (method === "occlusion") {
    const size = Math.max(1, Math.round((Math.min(height, width) * 6) / 28));
    return occlude(app, { target: asked.target, size, stride: Math.max(1, Math.round(size / 3)) }, told, keep);
  } else
    return shareOut(app, asked.target, ruleFor(app, method), told, (made) => {
      known.set(keyOf(app, `relevance ${method}`, asked), made);
      const values = new Float64Array(height * width);
      const picture = made.of.get(-1) ?? new Float64Array(channels * height * width);
      picture.forEach((r, i) => (values[i % values.length] += r));
      keep({ rows: height, columns: width, values });
    });
  return () => {};
}

/** The methods that this network can be asked by. @param {App} app @param {number} grid */
export function methodsOf(app, grid) {
  const { computes, tracesBack } = app.engine;
  return METHODS.filter((method) => {
    if (method === "occlusion") return computes;
    return method === "cam" ? grid >= 0 && tracesBack(grid) : tracesBack(-1);
  });
}

/**
 * Make every method's map, then the deletion test of all of them. Returns what lets it go.
 * @param {App} app @param {Asked} asked @param {(share: number) => void} told 0…1
 * @param {(compared: Compared) => void} done
 */
export function compareMethods(app, asked, told, done) {
  const methods = methodsOf(app, asked.grid);
  /** @type {HeatMap[]} */
  const maps = [];
  let stop = () => {};
  let gone = false;
  const next = () => {
    if (gone) return;
    const method = methods[maps.length];
    if (method) {
      stop = mapBy(
        app,
        method,
        asked,
        (share) => told((maps.length + share) / methods.length / 2),
        (map) => {
          maps.push(map);
          next();
        },
      );
      return;
    }
    const [, height, width] = app.payload.input.shape;
    const orders = maps.map((map, i) => {
      const field = methods[i] === "cam" ? app.engine.nodes[asked.grid].field : null;
      return byImportance(overPicture(map, field, height, width).values);
    });
    stop = deletePixels(
      app,
      asked.target,
      [...orders, inNoOrder(height * width)],
      (share) => told(0.5 + share / 2),
      (found) => {
        const each = methods.map((method, i) => ({ method, deletion: found[i] }));
        const { method: best } = each.reduce((a, b) => (b.deletion.area < a.deletion.area ? b : a));
        const compared = { each, random: found[methods.length], best };
        knownOf(app).set(keyOf(app, "compared", asked), compared);
        done(compared);
      },
    );
  };
  next();
  return () => {
    gone = true;
    stop();
  };
}
