/**
 * The network that ships trained: its weights, a file of the site, and the worker that learns heads on its features.
 */

import { inflate, unpacked } from "../../engine/inflate.js";
import { startForward } from "../../look/client.js";
import { TOKEN_HEADER } from "../api.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";
import { pageNodesOf } from "../../formula/page_nodes.js";
import { siteFile } from "./site_file.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../types.js").InputSpec} InputSpec */
/** @typedef {{formula: string, columns: [number, number][], taps: [number, number, number][]}} NewHead */
/**
 * @typedef {object} PretrainedKnown what the page is told of it, as convscope/lab/pretrained_file.py says
 * @property {string} model its name @property {string} digest of its model file
 * @property {InputSpec} input
 * @property {import("../../learn/transfer/network.js").WeightPlaces} weights
 * @property {string} rows the formula of the network that makes the rows of features @property {number} width of a row
 * @property {NewHead[]} heads the networks that are compared
 * @property {Record<string, string>} facts of its origin, for a model file
 * @property {import("../../types.js").Credit} credit
 * @property {{deflated: string}} script @property {{deflated: string}} forward what the see-through
 * page of a large network runs it with @property {string} policy of such a page
 */
/** @typedef {import("./site_file.js").KnownFile & PretrainedKnown} PretrainedFile */
/**
 * @typedef {object} PretrainedHere
 * @property {PretrainedFile} known
 * @property {Uint8Array} bytes
 * @property {import("../../types.js").PageNode[]} nodes of the network that makes rows
 * @property {import("../../look/client.js").Runner} runner
 */
/** @typedef {import("./site_file.js").SiteFile<PretrainedHere>} Pretrained */

/** @type {WeakMap<Lab, Pretrained>} */
const PRETRAINED = new WeakMap();

/** The network's file, the same as long as the page is open; null where the page knows of none. @param {Lab} lab */
export function pretrainedOf(lab) {
  const known = lab.payload.pretrained;
  if (!known) return null;
  /** @type {Record<string, string>} */
  const headers = lab.payload.token ? { [TOKEN_HEADER]: lab.payload.token } : {};
  const make = (/** @type {Uint8Array} */ bytes) => began(lab, known, bytes);
  const made = PRETRAINED.get(lab) ?? siteFile(lab.win, known, { cache: "convscope-pretrained", headers, make });
  PRETRAINED.set(lab, made);
  return made;
}

/**
 * Start the worker, with the weights. @param {Lab} lab @param {PretrainedFile} known @param {Uint8Array} bytes
 * @returns {Promise<PretrainedHere>}
 */
async function began(lab, known, bytes) {
  const { input, weights } = known;
  const nodes = pageNodesOf(tracePlan(resolveFormula(known.rows), input.shape, known.width), lab.t);
  const script = new TextDecoder().decode(await inflate(known.script));
  const { modules } = await unpacked(known.forward);
  const runner = startForward(script, modules, { nodes, input, weights, bytes });
  return { known, bytes, nodes, runner };
}
