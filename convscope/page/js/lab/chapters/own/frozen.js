/**
 * Photographs learned on the frozen features of the network that ships trained: a row of numbers a picture, computed
 * once by a worker, and a new head on them, fitted to its optimum. As `convscope train --from lite0` does it.
 */

import { REJECTION_LEVEL, packLearned, scoreOf } from "../../../learn/rejection/fitting.js";
import { probabilitiesOf } from "../../../engine/softmax.js";
import { fixed } from "../../../kit/format.js";
import { resolveFormula } from "../../../formula/parse.js";
import { tracePlan } from "../../../formula/trace.js";
import { pageNodesOf } from "../../../formula/page_nodes.js";
import { foldsInTurn } from "./folds.js";
import { frozenModel, frozenTensors } from "./frozen_file.js";
import { boundBy, calibrationOf, confusionOf, judgedBy, refusedShare } from "./left_out.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../training/pretrained.js").PretrainedHere} PretrainedHere */
/** @typedef {import("../../../learn/transfer/worker.js").HeadAnswer} HeadAnswer */
/**
 * @typedef {import("../../../learn/transfer/learning.js").LearnedHead & {all: number[][], seconds: number}} HeadLearned
 */
/** @typedef {import("./collection.js").Collection} Collection */
/** @typedef {import("./collection.js").OwnPicture} OwnPicture */
/** @typedef {import("./learning.js").OwnResult} OwnResult */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */

const HEAD_MAPS = 16; // of a layer's
const FEW_PHOTOS = 60; // pictures at most of which one distance each says too little
const LEFT_OUT_AGAIN = [1, 2, 3]; // so many pictures later the folds begin when such pictures are left out again

/** @type {WeakMap<PretrainedHere, OwnLearning>} */
const FROZEN = new WeakMap();

/**
 * The learning on that network's features, the same as long as the page is open.
 * @param {Lab} lab
 * @param {PretrainedHere} here
 */
export function frozenLearningOf(lab, here) {
  const made = FROZEN.get(here) ?? frozenLearning(lab, here);
  FROZEN.set(here, made);
  return made;
}

/** @param {Lab} lab @param {PretrainedHere} here @returns {OwnLearning} */
function frozenLearning(lab, here) {
  const { known, runner } = here;
  /** In the language that is spoken now. @type {import("../../types.js").Translate} */
  const t = (key, words) => lab.t(key, words);
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const tell = () => listeners.forEach((listener) => listener());
  const seen = new Set();
  let wanted = /** @type {OwnPicture[]} */ ([]);
  let trouble = "";
  let asked = 0;
  /** @type {Promise<void> | null} */
  let looking = null;
  let seconds = 0;
  const unseen = () => wanted.filter(({ id }) => !seen.has(id));

  /** Compute the features of all pictures that are there, also of those that come meanwhile. */
  const look = async () => {
    for (let [next] = unseen(); next; [next] = unseen()) {
      const begun = lab.win.performance.now();
      const asking = { ask: "row", key: next.id, picture: next.pixels, row: rowOf(next) };
      next.features = { of: known.digest, row: await runner.ask(asking).answer };
      seconds += (lab.win.performance.now() - begun) / 1000;
      seen.add(next.id);
      tell();
    }
  };
  /** The features that are kept of a picture, where they are this network's. @param {OwnPicture} picture */
  const rowOf = ({ features }) => {
    const row = features?.of === known.digest && features.row.length === known.width ? features.row : null;
    return row?.every(Number.isFinite) ? row : null;
  };
  const looked = () => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };

  /** @type {OwnLearning} */
  const learning = {
    state: "idle",
    result: null,
    chance: false,
    shape: known.input.shape,
    get formula() {
      return t("own.frozen.formula", { width: known.width });
    },
    get share() {
      return wanted.length ? 1 - unseen().length / wanted.length : 0;
    },
    prepare: ({ pictures }) => {
      wanted = pictures;
      if (unseen().length) void looked().catch(() => {});
    },
    start: (collection) => {
      wanted = collection.pictures;
      trouble = "";
      const mine = ++asked;
      Object.assign(learning, { state: "running", result: null });
      tell();
      void looked()
        .then(() => learn(collection.names, wanted))
        .then((result) => {
          if (mine === asked) Object.assign(learning, { state: "finished", result });
        })
        .catch((error) => {
          if (mine !== asked) return;
          trouble = error.message;
          learning.state = "failed";
        })
        .then(tell);
    },
    stop: () => {
      asked++;
      learning.state = "idle";
      tell();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    going: () => {
      const left = unseen().length;
      if (left) return t("own.frozen.seen", { done: wanted.length - left, n: wanted.length });
      return learning.state === "running" ? t("own.frozen.fits") : t("own.frozen.ready", { n: wanted.length });
    },
    ended: ({ seconds: own, frozen }) =>
      t("own.frozen.done", {
        seconds: fixed(own, 1),
        numbers: frozen?.width ?? 0,
        choices: known.heads.length,
      }),
    trouble: () => t("train.failed", { what: trouble }),
  };

  /** @param {string[]} names @param {OwnPicture[]} pictures @returns {Promise<OwnResult>} */
  const learn = async (names, pictures) => {
    const labels = pictures.map(({ label }) => label);
    const fold = foldsInTurn(labels);
    const again = (labels.length > FEW_PHOTOS ? [] : LEFT_OUT_AGAIN).map((shift) => foldsInTurn(labels, shift));
    const found = /** @type {HeadLearned} */ (
      await runner.ask({
        ask: "learn",
        keys: pictures.map(({ id }) => id),
        labels,
        classes: names.length,
        fold,
        again,
        candidates: known.heads.map(({ columns }) => columns),
      }).answer
    );
    return resultOf(names, pictures, [fold, ...again], found);
  };

  /**
   * @param {string[]} names
   * @param {OwnPicture[]} pictures
   * @param {number[][]} folds
   * @param {HeadLearned} found
   * @returns {OwnResult}
   */
  function resultOf(names, pictures, folds, found) {
    const head = known.heads[found.candidate];
    const traced = tracePlan(resolveFormula(head.formula), known.input.shape, names.length);
    const nodes = pageNodesOf(traced, t);
    const calibration = calibrationOf(found.leftOut, pictures);
    const temperature = calibration?.temperature ?? 1;
    const leftOut = found.leftOut.map(({ logits, distances }, i) => ({
      ...judgedBy(logits, temperature),
      draws: distances.map((one, round) => ({ distances: one, fold: folds[round][i] })),
    }));
    const bound = boundBy(leftOut);
    const refused = bound && refusedShare(leftOut);
    const features = nodes[nodes.length - 1].sources[0];
    const rejection =
      bound && refused !== null
        ? { ...bound, features, group: found.group, tensors: packLearned(found.learned) }
        : null;
    const network = { classes: names, input: known.input, nodes, temperature, rejection };
    const shown = mapsShown(here);
    const written = {
      network,
      formula: head.formula,
      head: found.head,
      calibration,
      rejection: rejection && { ...rejection, level: REJECTION_LEVEL, n: leftOut.length, refused: refused ?? 0 },
      start: { taps: head.taps, strength: found.strength, balanced: found.balanced },
      seconds: found.seconds,
      pictures: pictures.length,
    };
    return {
      names,
      pictures,
      collected: pictures,
      leftOut,
      confusion: confusionOf(names.length, pictures, leftOut),
      network,
      formula: head.formula,
      seconds: found.seconds,
      seed: 0,
      frozen: { ...here, width: head.columns.reduce((sum, [from, to]) => sum + to - from, 0) },
      run: null,
      reads: (pixels) => pixels,
      logits: (i) => found.all[i],
      tensors: () => frozenTensors(here, nodes, found.head),
      model: () => frozenModel(lab, here, written),
      answer: async (picture) => {
        const asking = { ask: "answer", picture, maps: shown };
        const { logits, distances, maps } = /** @type {HeadAnswer} */ (await runner.ask(asking).answer);
        const score = bound ? scoreOf(distances, bound.parts) : 0;
        return {
          probabilities: Array.from(probabilitiesOf(Float64Array.from(logits), temperature, "softmax")),
          outsider: bound && { score, refused: score > bound.threshold },
          maps: maps.map((values, m) => {
            const { name, output } = here.nodes[shown[m]];
            return { name, output, values, most: HEAD_MAPS };
          }),
        };
      },
    };
  }
  return learning;
}

/** The first activation, and what is read at each place where maps are averaged. @param {PretrainedHere} here */
function mapsShown({ nodes }) {
  const pooled = nodes.flatMap((node) => (node.kind === "adaptive_avgpool" ? node.sources : []));
  return [nodes.findIndex(({ kind }) => kind === "relu6"), ...pooled];
}
