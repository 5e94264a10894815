/**
 * What a worker begins with that learns new heads on the features of a large network: messages to it, and its own back.
 */

import { distancesBy, statisticsOf } from "../../engine/outsider.js";
import { linearScores } from "./head.js";
import { learnHead, taken } from "./learning.js";
import { frozenForward } from "./network.js";
/** @import {Columns} from "./choice.js" */
/** @import {Distances} from "../../engine/outsider.js" */
/** @import {LearnedHead} from "./learning.js" */
/** @import {FrozenNetwork} from "./network.js" */

/**
 * @typedef {{ask: "begin", network: FrozenNetwork, modules: Record<string, string>} |
 * {ask: "row", id: number, key: number, picture: Uint8Array, row: Float32Array | null} |
 * {ask: "forget", id: number, keys: number[]} |
 * {ask: "learn", id: number, keys: number[], labels: number[], classes: number, fold: number[], again: number[][],
 * candidates: Columns[]} | {ask: "answer", id: number, picture: Uint8Array, maps: number[]} | {ask: "stop", id:
 * number}} HeadQuestion `key` is by what a picture's features are kept, `row` they themselves where they are known,
 * `forget` keeps those of these keys alone, `maps` are nodes to be shown
 *
 * @typedef {{row: Float32Array, statistics: Float32Array}} KeptRow
 * @typedef {{logits: number[], distances: Distances, maps: Float32Array[]}} HeadAnswer
 */

/** @type {any} a worker's own global, which tsc takes for a window's */
const headScope = globalThis;

hearHead();

function hearHead() {
  headScope.onmessage = (/** @type {MessageEvent<HeadQuestion>} */ { data }) => {
    if (data.ask === "begin") beginHead(data.network, data.modules);
  };
}

/** @param {FrozenNetwork} network @param {Record<string, string>} modules */
function beginHead(network, modules) {
  const { shape } = network.input;
  const frozen = frozenForward(network, modules);
  const last = frozen.nodes.length - 1;
  /** @type {Map<number, KeptRow>} */
  const kept = new Map();
  let learned = /** @type {(LearnedHead & {columns: Columns}) | null} */ (null);

  /** @param {Extract<HeadQuestion, {ask: "row"}>} asked */
  const keepRow = ({ key, picture, row: known }) => {
    const statistics = () => Float32Array.from(statisticsOf(picture, shape));
    const made = kept.get(key) ?? { row: known ?? frozen.run(picture, [last])[0].slice(), statistics: statistics() };
    kept.set(key, made);
    return made.row;
  };

  /** @param {Extract<HeadQuestion, {ask: "learn"}>} asked */
  const learn = ({ keys, labels, classes, fold, again, candidates }) => {
    const begun = performance.now();
    const those = keys.map((key) => /** @type {KeptRow} */ (kept.get(key)));
    const rows = those.map(({ row }) => row);
    const statistics = those.map((one) => one.statistics);
    const made = learnHead({ rows, statistics, labels, classes, fold, again, candidates });
    learned = { ...made, columns: candidates[made.candidate] };
    const all = rows.map((row) => linearScores(made.head, taken(row, candidates[made.candidate])));
    return { ...made, all, seconds: (performance.now() - begun) / 1000 };
  };

  /** @param {Extract<HeadQuestion, {ask: "answer"}>} asked @returns {HeadAnswer} */
  const answer = ({ picture, maps }) => {
    const [row, ...shown] = frozen.run(picture, [last, ...maps]);
    if (!learned) throw new Error("nothing was learned yet");
    const features = taken(row, learned.columns);
    const distances = distancesBy(learned.learned, learned.group, statisticsOf(picture, shape), features);
    return { logits: linearScores(learned.head, features), distances, maps: shown };
  };

  headScope.onmessage = (/** @type {MessageEvent<HeadQuestion>} */ { data }) => {
    if (data.ask === "stop") return;
    const id = "id" in data ? data.id : -1;
    try {
      if (data.ask === "row") headScope.postMessage({ say: "done", id, result: keepRow(data) });
      else if (data.ask === "learn") headScope.postMessage({ say: "done", id, result: learn(data) });
      else if (data.ask === "answer") headScope.postMessage({ say: "done", id, result: answer(data) });
      else if (data.ask === "forget") {
        const wanted = new Set(data.keys);
        for (const key of kept.keys()) if (!wanted.has(key)) kept.delete(key);
        headScope.postMessage({ say: "done", id, result: kept.size });
      } else throw new Error(`nothing to do ${data.ask} with`);
    } catch (error) {
      headScope.postMessage({ say: "failed", id, message: String(error) });
    }
  };
  headScope.postMessage({ say: "ready", kernels: frozen.fast ? "WebAssembly" : "JavaScript" });
}
