/**
 * How much each feature map says for the answer on the page, and in which order a layer's maps are shown: kept while a
 * picture is drawn, and found again once it rests.
 */

import { oneHot } from "../engine/backward.js";
import { scoreShares, sharesThrough } from "../engine/map_shares.js";
import { hasClasses, sizeOf, winnerOf } from "./lookup.js";

/** @typedef {import("./types.js").App} App */
/** @typedef {import("../engine/map_shares.js").ScoreShares} ScoreShares */
/** @typedef {{within: number[], channel: number}} Through a channel of the last of the nodes */
/** @typedef {ReturnType<typeof mapShares>} MapShares */

const REST = 250; // milliseconds without another picture from which on it rests

/** @param {App} app @param {() => void} changed the order or the shares are others now */
export function mapShares(app, changed) {
  const win = /** @type {Window & typeof globalThis} */ (app.doc.defaultView);
  /** What was found last. @type {{result: object | null, label: number, shares: ScoreShares | null}} */
  let known = { result: null, label: -1, shares: null };
  /** @type {Map<number, Float64Array>} */
  let gradients = new Map();
  /** @type {number[][]} */
  let orders = [];
  /** What `through` said. @type {Map<string, Map<number, Float64Array> | null>} */
  const passed = new Map();
  let [timer, round] = [0, 0];
  let asked = /** @type {object | null} */ (null);

  /** @param {object} result @param {number} label @param {ScoreShares | null} shares */
  const keep = (result, label, shares) => {
    known = { result, label, shares };
    passed.clear();
    round++;
    orders = (shares?.maps ?? []).map((sums) => (sums ? byShare(sums) : []));
  };

  const find = async () => {
    const { result, engine } = app;
    const label = winnerOf(app);
    const runner = await app.running?.started;
    if (runner && !result.quick) return; // not computed yet
    try {
      if (runner) keep(result, label, /** @type {ScoreShares} */ (await runner.ask({ ask: "shares", label }).answer));
      else here(result, label);
    } catch {
      keep(result, label, null); // nothing to order by: by number
    }
    if (app.result === result && engine === app.engine) changed();
  };
  const here = (/** @type {App["result"]} */ result, /** @type {number} */ label) => {
    const found = scoreShares(app.engine.nodes, result, oneHot(result.logits.length, label));
    gradients = found.gradients;
    keep(result, label, found.shares);
  };

  /** @param {Through[]} wanted @returns {Promise<(Map<number, Float64Array> | null)[]>} */
  const ask = async (wanted) => {
    const { nodes } = app.engine;
    const runner = await app.running?.started;
    if (!runner)
      return wanted.map(({ within, channel }) => sharesThrough(nodes, app.result, gradients, within, channel));
    const { answer } = runner.ask({ ask: "through", wanted });
    return /** @type {(Map<number, Float64Array> | null)[]} */ (await answer);
  };

  /** Whether what is known is of what is shown. */
  const fresh = () => known.result === app.result && known.shares !== null;

  return {
    fresh,
    /** Another number for other shares, and while there are none. */
    round: () => (fresh() ? round : -1),
    /** The class whose score is shared out; −1 where none is. */
    label: () => (fresh() ? known.label : -1),

    /** A view shows maps: find their shares, at once where that is quick and nothing is shown yet. */
    want: () => {
      if (app.waiting || asked === app.result || app.result.logits.length === 0 || !hasClasses(app)) return;
      asked = app.result;
      win.clearTimeout(timer);
      if (!app.running && !known.result) {
        try {
          here(app.result, winnerOf(app));
        } catch {
          keep(app.result, -1, null);
        }
      } else timer = win.setTimeout(find, known.result ? REST : 0);
    },

    /** The channels of a layer, those first that say most for the answer, or by number. @param {number} index */
    order: (index) => {
      const { channels } = sizeOf(app, index);
      const order = app.state.order === "number" ? [] : (orders[index] ?? []);
      return order.length ? order : Array.from({ length: channels }, (_, c) => c);
    },

    /** What a map adds to the score; null where nobody knows. @param {number} index @param {number} channel */
    of: (index, channel) => {
      if (!fresh()) return null;
      const sums = index < 0 ? known.shares?.picture : known.shares?.maps[index];
      return sums ? sums[channel] : null;
    },

    /** How much of the score goes from one node into another; null where nobody knows. @param {number} source
     * @param {number} reader */
    way: (source, reader) => (fresh() ? (known.shares?.ways[`${source} ${reader}`] ?? null) : null),

    /**
     * What channels pass on of the shares of what they read, by the node that is read.
     * @param {Through[]} wanted @returns {Promise<(Map<number, Float64Array> | null)[]>}
     */
    through: async (wanted) => {
      if (!fresh()) return wanted.map(() => null);
      const now = round;
      const keyOf = (/** @type {Through} */ { within, channel }) => `${within.join()} ${channel}`;
      const missing = wanted.filter((one) => !passed.has(keyOf(one)));
      if (missing.length) {
        const found = await ask(missing);
        if (now !== round) return wanted.map(() => null);
        missing.forEach((one, i) => passed.set(keyOf(one), found[i]));
      }
      return wanted.map((one) => passed.get(keyOf(one)) ?? null);
    },
  };
}

/** The channels, the largest share first; of equals, by number. @param {Float64Array} sums */
function byShare(sums) {
  return Array.from(sums.keys()).sort((a, b) => sums[b] - sums[a] || a - b);
}
