import { gradientAt, oneHot } from "../../convscope/page/js/engine/backward.js";
import { makeEngine } from "../../convscope/page/js/engine/engine.js";
import { difference, mapsApart, shareApart } from "../../convscope/page/js/engine/contrast.js";
import { byImportance, inNoOrder } from "../../convscope/page/js/engine/deletion.js";
import { fitPicture } from "../../convscope/page/js/engine/fit.js";
import { runNode } from "../../convscope/page/js/engine/forward.js";
import { channelsRead, readingUnit, windowBox } from "../../convscope/page/js/engine/geometry.js";
import { badWeights, healthCounter } from "../../convscope/page/js/engine/health.js";
import { overPicture } from "../../convscope/page/js/engine/heat.js";
import { KINDS, kindOf } from "../../convscope/page/js/engine/kinds/all.js";
import { hardToRead } from "../../convscope/page/js/engine/legibility.js";
import { erfc } from "../../convscope/page/js/engine/special.js";
import {
  gradientTerms,
  lossAfterStep,
  lossGradients,
  squaredGradient,
} from "../../convscope/page/js/engine/learned.js";
import { originOf } from "../../convscope/page/js/engine/terms.js";
import { gifWriter } from "../../convscope/page/js/kit/gif.js";
import { pixelsOf } from "../../convscope/page/js/kit/pixels.js";
import { centred } from "../../convscope/page/js/look/edits.js";

/** What the tests ask of the engine; numbers go back as base64 of float64. */
const at = { engine: /** @type {any} */ (null), result: /** @type {any} */ (null) };

/** @param {ArrayLike<number>} values */
function packed(values) {
  const bytes = new Uint8Array(Float64Array.from(values).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

Object.assign(globalThis, {
  bench: {
    load: (/** @type {any} */ payload) => {
      at.engine = makeEngine(payload);
    },
    forward: (/** @type {number[]} */ picture) => {
      at.result = at.engine.forward(picture);
      const { outputs, logits, probabilities } = at.result;
      return { outputs: outputs.map(packed), logits: packed(logits), probabilities: packed(probabilities) };
    },
    outsider: (/** @type {number[]} */ picture) => at.engine.outsider(picture, at.engine.forward(picture)),
    captured: (/** @type {number} */ i) => {
      at.result = at.engine.captured(i);
      return { outputs: at.result.outputs.map(packed), logits: packed(at.result.logits) };
    },
    terms: (/** @type {number[][]} */ places) =>
      places.map(([index, c, y, x]) => {
        const terms = at.engine.terms(index, c, y, x, at.result);
        const parts = terms.parts.map((/** @type {any} */ part) => ({
          ...part,
          values: packed(part.values),
          weights: part.weights && packed(part.weights),
          products: packed(part.products),
          inside: Array.from(part.inside),
          origins: Array.from(part.values, (_, t) => originOf(part, t)),
        }));
        return { ...terms, parts };
      }),
    seen: (/** @type {number[][]} */ places) =>
      places.map(([index, y, x, channel]) => at.engine.seen(index, y, x, channel)),
    reading: (/** @type {number[][]} */ places) =>
      places.map(([index, source, c, y, x]) => readingUnit(at.engine.nodes[index], source, c, y, x)),
    reads: (/** @type {number[][]} */ places) =>
      places.map(([index, c, y, x]) => {
        const node = at.engine.nodes[index];
        return { channels: channelsRead(node, c), box: node.flat ? null : windowBox(node, y, x) };
      }),
    /** The result of outputs that another made, and whether an output that is asked for twice is made once. */
    resultOf: (/** @type {number[]} */ picture, /** @type {number[][]} */ outputs) => {
      const result = at.engine.resultOf(picture, outputs.map((values) => Float32Array.from(values))); // prettier-ignore
      const once = result.outputs.every((/** @type {any} */ values, /** @type {number} */ i) => values === result.outputs[i]); // prettier-ignore
      return { outputs: result.outputs.map(packed), probabilities: packed(result.probabilities), once };
    },
    overPicture: (/** @type {any} */ map, /** @type {any} */ field, /** @type {number[]} */ [height, width]) =>
      packed(overPicture(map, field, height, width).values),
    gradients: (/** @type {number} */ chosen) =>
      [-1, ...at.engine.nodes.keys()].map((index) => {
        const found = gradientAt(at.engine.nodes, at.result, oneHot(at.result.logits.length, chosen), index);
        return found && packed(found);
      }),
    /** Every learned number's gradient; a sample of them as sums; and the loss after steps. */
    learned: (
      /** @type {number} */ label,
      /** @type {number} */ rate,
      /** @type {[number, string, number][]} */ picks,
      /** @type {{index: number, channel: number}} */ only,
    ) => {
      const { nodes, temperature } = at.engine;
      const gradients = lossGradients(nodes, at.result, label, temperature, 0);
      const how = { label, rate, temperature };
      return {
        gradients: Object.fromEntries(
          Array.from(gradients).flatMap(([i, { learned }]) =>
            Object.entries(learned).map(([name, values]) => [`${nodes[i].name}.${name}`, packed(values)]),
          ),
        ),
        terms: picks.map(([index, name, number]) => {
          const gradient = gradients.get(index);
          const terms = gradient ? gradientTerms(nodes, at.result, index, name, number, gradient) : [];
          return terms.reduce((sum, term) => sum + term.product, 0);
        }),
        reads: picks.map(([index, name, number]) => {
          const gradient = gradients.get(index);
          const terms = gradient ? gradientTerms(nodes, at.result, index, name, number, gradient) : [];
          return terms.map(({ from, factor }) => [from, factor]);
        }),
        after: lossAfterStep(nodes, at.result, gradients, how),
        afterOne: lossAfterStep(nodes, at.result, gradients, { ...how, only }),
        squared: squaredGradient(nodes, gradients),
        squaredOne: squaredGradient(nodes, gradients, only),
      };
    },
    gradCam: (/** @type {number} */ chosen, /** @type {number} */ index) =>
      packed(at.engine.gradCam(at.result, chosen, index).values),
    lastMaps: () => at.engine.lastMaps,
    occlusion: (
      /** @type {number[]} */ picture,
      /** @type {number} */ chosen,
      /** @type {number} */ size,
      /** @type {number} */ stride,
    ) => packed(at.engine.occlusion(picture, chosen, size, stride).values),
    contributions: (/** @type {number} */ chosen, /** @type {number | null} */ rival) =>
      at.engine.contributions(at.result, chosen, rival),
    deletion: (/** @type {number[]} */ picture, /** @type {number[][]} */ maps, /** @type {number} */ chosen) => {
      const steps = at.engine.deletionSteps(picture, maps.map(byImportance), chosen);
      let step = steps.next();
      while (!step.done) step = steps.next();
      return step.value;
    },
    contrast: (/** @type {number[]} */ a, /** @type {number[]} */ b, /** @type {number} */ channels) => ({
      share: shareApart(a, b),
      maps: mapsApart(a, b, channels),
      minus: Array.from(difference(a, b, 2, 2)),
    }),
    health: (/** @type {number[][]} */ pictures) => {
      const counter = healthCounter(at.engine.nodes);
      for (const picture of pictures) counter.add(at.engine.forward(picture));
      return { layers: counter.layers(), weights: badWeights(at.engine.nodes), n: counter.pictures() };
    },
    gif: (/** @type {number} */ width, /** @type {number} */ height, /** @type {number[][]} */ frames) => {
      const writer = gifWriter(width, height, 160);
      for (const rgb of frames) {
        const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
          i % 4 === 3 ? 255 : rgb[3 * Math.floor(i / 4) + (i % 4)],
        );
        writer.add({ width, height, data });
      }
      let text = "";
      for (const byte of writer.bytes()) text += String.fromCharCode(byte);
      return btoa(text);
    },
    noOrder: (/** @type {number} */ count) => Array.from(inNoOrder(count)),
    relevance: (/** @type {number} */ chosen, /** @type {any} */ rule, /** @type {number[][]} */ units) => {
      const made = at.engine.relevance(at.result, chosen, rule);
      const of = Object.fromEntries(Array.from(made.of, ([index, values]) => [index, packed(values)]));
      const terms = units.map(([index, unit]) => at.engine.relevanceTerms(at.result, made, index, unit));
      const handed = units.map(([index, unit]) =>
        index < 0 ? null : at.engine.relevanceHanded(at.result, made, index, unit),
      );
      return { ...made, of, terms, handed };
    },
    fit: (
      /** @type {number[]} */ rgba,
      /** @type {number} */ height,
      /** @type {number} */ width,
      /** @type {any} */ input,
    ) => Array.from(fitPicture(rgba, height, width, input)),
    hardToRead: (/** @type {number[]} */ picture, /** @type {any} */ input) =>
      hardToRead(Uint8Array.from(picture), input),
    read: async (/** @type {string} */ base64, /** @type {any} */ input) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const { data, height, width } = await pixelsOf(document, new Blob([bytes]));
      return Array.from(fitPicture(data, height, width, input));
    },
    centred: (/** @type {number[]} */ ink, /** @type {number} */ side, /** @type {number[]} */ size) =>
      Array.from(centred(Uint8Array.from(ink), side, size[0], size[1])),
    /** What each node says of itself, and by how much f(a + b) + f(0) and f(a) + f(b) differ of its largest number. */
    traits: (/** @type {any} */ some) =>
      at.engine.nodes.map((/** @type {any} */ node) => {
        const { mixes, affine, learned, statistics } = node.module;
        const inputs = node.inputs.map((/** @type {number[]} */ shape) => shape.reduce((a, b) => a * b, 1));
        const part = (/** @type {number} */ from) =>
          inputs.map((/** @type {number} */ count) => Float64Array.from({ length: count }, (_, i) => some[from + i]));
        const [a, b] = [part(0), part(some.length / 2)];
        const sum = a.map((/** @type {Float64Array} */ values, /** @type {number} */ k) =>
          values.map((v, i) => v + b[k][i]),
        );
        const none = inputs.map((/** @type {number} */ count) => new Float64Array(count));
        const [ofSum, ofNone, ofA, ofB] = [sum, none, a, b].map((given) => runNode(node, given));
        const most = ofSum.reduce((m, v, i) => Math.max(m, Math.abs(v), Math.abs(ofA[i]), Math.abs(ofB[i])), 1e-9);
        const apart = ofSum.reduce((m, v, i) => Math.max(m, Math.abs(v + ofNone[i] - ofA[i] - ofB[i])), 0) / most;
        const shapes = { ...(learned?.shapes(node) ?? {}), ...(statistics?.(node) ?? {}) };
        return { kind: node.kind, mixes, affine, apart, shapes };
      }),
    curves: () => Object.keys(KINDS).filter((kind) => /** @type {any} */ (KINDS)[kind].curve),
    curve: (/** @type {any} */ node, /** @type {(number | null)[]} */ points) => {
      const { of, slope } = /** @type {any} */ (kindOf(node).curve);
      const at = points.map((x) => x ?? NaN);
      return [packed(at.map((x) => of(x, node))), packed(at.map((x) => slope(x, node)))];
    },
    refusals: (/** @type {any[][]} */ calls) =>
      calls.map(([name, ...words]) => {
        try {
          /** @type {any} */ (globalThis).bench[name](...words);
          return "";
        } catch (error) {
          return String(error);
        }
      }),
    erfc: (/** @type {number[]} */ points) => packed(points.map(erfc)),
  },
});
