/** Names of nodes, cut where room is scarce: a file's are paths, "/layer1/layer1.0/conv1/Conv" or "layer1.0.conv1". */

import { make } from "../kit/dom.js";

/** @typedef {import("./types.js").App} App */

const CARD_ROOM = 14; // signs of a card's heading
export const LAYER_ROOM = 30; // of a line in a table of layers

/**
 * How many nodes lie in each folder of the names' paths, by the network's nodes.
 * @type {WeakMap<object, Map<string, number>>}
 */
const FOLDERS = new WeakMap();

/** @param {App} app */
function foldersOf({ engine }) {
  const known = FOLDERS.get(engine.nodes);
  if (known) return known;
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { name } of engine.nodes)
    for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1))
      found.set(name.slice(0, end), (found.get(name.slice(0, end)) ?? 0) + 1);
  FOLDERS.set(engine.nodes, found);
  return found;
}

/**
 * The steps of a name, and the sign between them. The last is left out where it says nothing: PyTorch's exports end in
 * the operator's name, also where the module has no other.
 * @param {App} app @param {string} name
 */
function nameSteps(app, name) {
  const sign = name.includes("/") ? "/" : ".";
  const steps = name.split(sign).filter(Boolean);
  const alone = foldersOf(app).get(name.slice(0, name.lastIndexOf("/"))) === 1;
  if (sign === "/" && steps.length > 1 && alone && /^[A-Z]/.test(steps[steps.length - 1])) steps.pop();
  return { steps, sign };
}

/** The end of a name, as many of its steps as there is room for, of a card's heading unless said; one at least.
 * @param {App} app @param {string} name @param {number} [room] signs */
export function shortName(app, name, room = CARD_ROOM) {
  const { steps, sign } = nameSteps(app, name);
  let short = steps[steps.length - 1] ?? name;
  for (let i = steps.length - 2; i >= 0; i--) {
    const longer = steps[i] + sign + short;
    if (longer.length > room) break;
    short = longer;
  }
  return short;
}

/**
 * What names begin with in common, the last step of each left aside: "layer1.0".
 * @param {App} app
 * @param {string[]} names
 */
export function sharedName(app, names) {
  const paths = names.map((name) => nameSteps(app, name)).filter(({ steps }) => steps.length > 1);
  if (!paths.length) return "";
  const [{ steps: first, sign }] = paths;
  let n = 0;
  while (n < first.length - 1 && paths.every(({ steps }) => n < steps.length - 1 && steps[n] === first[n])) n++;
  return first.slice(0, n).join(sign);
}

/** A name of which lines end between steps. @param {Document} doc @param {string} name */
export function inSteps(doc, name) {
  return name.split(/(?<=[/.])/).flatMap((step, i) => (i ? [make(doc, "wbr", {}), step] : [step]));
}
