/** The other side of a contrast: another picture through the same network. A large one runs in a worker of its own. */

import { itemOf } from "../engine/binary.js";
import { unpacked } from "../engine/inflate.js";
import { startForward } from "./client.js";
import { untouched } from "./edits.js";
import { packPixels, unpackPixels } from "./state.js";

/** @typedef {import("./types.js").App} App */
/** @typedef {import("../engine/types.js").Result} Result */

/** The picture that B is, by its name in the address; the next sample where it names none. @param {App} app */
export function otherName({ state, samples }) {
  if (state.other) return state.other;
  const shown = state.picture[0] === "s" ? Number(state.picture.slice(1)) : -1;
  return `s${(shown + 1) % Math.max(1, samples.shape[0])}`;
}

/**
 * Whether two pictures can be contrasted: any two where the page computes, else samples, which have Python's numbers.
 * @param {App} app
 */
export function canContrast({ engine, samples }) {
  return engine.computes || samples.shape[0] > 1;
}

/** Its pixels. @param {App} app @returns {Uint8Array} */
export function otherPicture(app) {
  const { samples, mistakes, payload } = app;
  const name = otherName(app);
  const size = payload.input.shape.reduce((a, b) => a * b, 1);
  const number = Number(name.slice(1));
  const drawn = name[0] === "d" ? unpackPixels(name.slice(1), size) : null;
  if (drawn) return drawn;
  const from = name[0] === "m" ? mistakes : samples;
  const found = from && number < from.shape[0] ? itemOf(from.data, from.shape, number) : null;
  return /** @type {Uint8Array} */ (found ?? new Uint8Array(size));
}

/** The picture shown, as the sample that it is, or as a name that stands for its pixels with all that was changed.
 * @param {App} app */
export function pixelsName({ state, picture }) {
  return state.picture[0] === "s" && untouched(state.edits) ? state.picture : `d${packPixels(picture)}`;
}

/** @type {{key: string, result: Result | null, runner: Promise<import("./client.js").Runner> | null}} */
const made = { key: "", result: null, runner: null };

/**
 * A worker beside the page's own, which keeps what it computed last; null where the network is small.
 * @param {App} app
 */
function runnerAside(app) {
  const block = app.running ? app.doc.getElementById("forward") : null;
  if (!block) return null;
  const { input, nodes, tensors, temperature, ending } = app.payload;
  made.runner ??= unpacked(JSON.parse(block.textContent || "null")).then(({ script, modules }) =>
    startForward(script, modules, { input, nodes, tensors, temperature, ending }),
  );
  return made.runner;
}

/**
 * Run every sample through the network, a slice at a time. Returns what lets it go.
 * @param {App} app
 * @param {(result: Result) => void} add may read a result until it returns: the next one is written over its outputs
 * @param {(share: number) => void} told 0…1
 * @param {() => void} done
 */
export function eachSample(app, add, told, done) {
  const win = /** @type {Window & typeof globalThis} */ (app.doc.defaultView);
  const { samples, engine } = app;
  const [count] = samples.shape;
  const runner = runnerAside(app);
  let gone = false;
  /** @type {Float32Array[]} */
  let spent = [];
  const run = async (/** @type {number} */ i) => {
    const picture = /** @type {Uint8Array} */ (itemOf(samples.data, samples.shape, i));
    if (!engine.computes) return engine.captured(i);
    if (!runner) return engine.forward(picture);
    const moved = spent.map((values) => values.buffer);
    const { answer } = (await runner).ask({ ask: "forward", picture, given: {}, spent }, undefined, moved);
    spent = /** @type {Float32Array[]} */ (await answer);
    return engine.resultOf(picture, spent);
  };
  const all = async () => {
    for (let i = 0; i < count && !gone; i++) {
      add(await run(i));
      told((i + 1) / count);
      await new Promise((next) => win.setTimeout(next, 0));
    }
    if (!gone) done();
  };
  void all();
  return () => {
    gone = true;
  };
}

/**
 * What the network makes of it; kept for the last one. Returns what lets it go.
 * @param {App} app
 * @param {(result: Result) => void} done
 */
export function otherResult(app, done) {
  const picture = otherPicture(app);
  const key = otherName(app);
  if (made.key === key && made.result) {
    done(made.result);
    return () => {};
  }
  const keep = (/** @type {Result} */ result) => {
    Object.assign(made, { key, result });
    done(result);
  };
  let gone = false;
  const sample = key[0] === "s" ? Number(key.slice(1)) : Infinity;
  const captured = !app.engine.computes && sample < app.samples.shape[0];
  const here = () => keep(captured ? app.engine.captured(sample) : app.engine.forward(picture));
  const runner = captured ? null : runnerAside(app);
  if (!runner) {
    here();
    return () => {};
  }
  runner
    .then((runner) => runner.ask({ ask: "forward", picture, given: {} }).answer)
    .then(
      (outputs) => !gone && keep(app.engine.resultOf(picture, /** @type {Float32Array[]} */ (outputs))),
      () => !gone && here(),
    );
  return () => {
    gone = true;
  };
}
