/** The second network of a page, and what it makes of the picture shown. A large one runs in a worker of its own. */

import { unpacked } from "../engine/inflate.js";
import { matchedLayers } from "../engine/contrast.js";
import { makeEngine } from "../engine/engine.js";
import { startForward } from "./client.js";

/** @typedef {import("./types.js").App} App */
/** @typedef {import("../engine/types.js").Result} Result */

/** @typedef {NonNullable<ReturnType<typeof secondOf>>} Second */

/**
 * Unpack the network that the page's is compared with; null where there is none.
 * @param {import("./types.js").Payload} payload
 * @param {import("./types.js").Engine} first
 */
export function secondOf({ against }, first) {
  if (!against) return null;
  const engine = makeEngine(against);
  const last = {
    picture: /** @type {Uint8Array | null} */ (null),
    result: /** @type {Result | null} */ (null),
    runner: /** @type {Promise<import("./client.js").Runner> | null} */ (null),
  };
  return { record: against, engine, pairs: matchedLayers(first.nodes, engine.nodes), last };
}

/** Its worker, where the page's own network has one. @param {App} app @param {Second} second */
function runnerOf(app, { record, last }) {
  const block = app.running ? app.doc.getElementById("forward") : null;
  if (!block) return null;
  const { input, nodes, tensors, temperature, ending } = record;
  last.runner ??= unpacked(JSON.parse(block.textContent || "null")).then(({ script, modules }) =>
    startForward(script, modules, { input, nodes, tensors, temperature, ending }),
  );
  return last.runner;
}

/**
 * What it makes of the picture shown; kept for the last one. Returns what lets it go.
 * @param {App} app
 * @param {Second} second
 * @param {(result: Result) => void} done
 */
export function secondResult(app, second, done) {
  const { picture } = app;
  const { engine, last } = second;
  let gone = false;
  const keep = (/** @type {Result} */ result) => {
    Object.assign(last, { picture, result });
    if (!gone) done(result);
  };
  const here = () => keep(engine.forward(picture));
  const runner = last.picture === picture ? null : runnerOf(app, second);
  if (last.picture === picture && last.result) done(last.result);
  else if (!runner) here();
  else
    runner
      .then((runner) => runner.ask({ ask: "forward", picture, given: {} }).answer)
      .then(
        (outputs) => !gone && keep(engine.resultOf(picture, /** @type {Float32Array[]} */ (outputs))),
        () => !gone && here(),
      );
  return () => {
    gone = true;
  };
}

/**
 * A result of the second network as if it were one of the first: the numbers of the layers that both have, in the first
 * one's order.
 * @param {Second} second @param {Result} result @returns {Result}
 */
export function alignedResult({ pairs }, result) {
  const from = result.quick ?? result.outputs;
  const aligned = pairs.map((at) => (at < 0 ? new Float64Array(0) : from[at]));
  return { ...result, quick: undefined, outputs: /** @type {Float64Array[]} */ (aligned) };
}
