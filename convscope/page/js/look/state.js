/** The page's state and the address: the part after # says everything that is needed to see the same again. */

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Edits} Edits */

const VIEWS = [
  "network",
  "layer",
  "value",
  "draw",
  "loss",
  "where",
  "contrast",
  "against",
  "training",
  "errors",
  "health",
];

/** @type {Edits} */
export const NO_EDITS = { dx: 0, dy: 0, turn: 0, scale: 1, noise: 0, ex: 0, ey: 0, es: 0 };

/** @type {State} */
export const START = {
  view: "network",
  node: "",
  channel: 0,
  y: -1,
  x: -1,
  from: -1,
  picture: "s0",
  edits: NO_EDITS,
  trail: "",
  range: "map",
  order: "share",
  label: -1,
  rival: -1,
  method: "auto",
  rule: "",
  other: "",
  snapshot: -1,
  cell: "",
  step: "",
  language: "auto",
  theme: "auto",
  tour: 0,
};

/** Short names of the plain fields in the address. @type {[string, keyof State][]} */
const NAMES = [
  ["v", "view"],
  ["n", "node"],
  ["c", "channel"],
  ["y", "y"],
  ["x", "x"],
  ["f", "from"],
  ["p", "picture"],
  ["t", "trail"],
  ["r", "range"],
  ["m", "order"],
  ["k", "label"],
  ["b", "rival"],
  ["w", "method"],
  ["z", "rule"],
  ["a", "other"],
  ["s", "snapshot"],
  ["q", "cell"],
  ["o", "step"],
  ["l", "language"],
  ["h", "theme"],
  ["g", "tour"],
];
const EDIT_NAMES = /** @type {(keyof Edits)[]} */ (Object.keys(NO_EDITS));

/** Write the state as an address; what is as at the start is left out. @param {State} state */
export function formatHash(state) {
  const parts = [];
  for (const [short, name] of NAMES) {
    if (state[name] !== START[name]) parts.push(`${short}=${encodeURIComponent(String(state[name]))}`);
  }
  const edits = EDIT_NAMES.map((name) => state.edits[name]);
  if (EDIT_NAMES.some((name) => state.edits[name] !== NO_EDITS[name])) parts.push(`e=${edits.join("_")}`);
  return `#${parts.join("&")}`;
}

/** Read an address; anything that makes no sense is as at the start. @param {string} hash @returns {State} */
export function parseHash(hash) {
  /** @type {Record<string, any>} */
  const state = { ...START, edits: { ...NO_EDITS } };
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at < 1) continue;
    const short = part.slice(0, at);
    let text = "";
    try {
      text = decodeURIComponent(part.slice(at + 1));
    } catch {
      continue;
    }
    if (short === "e") state.edits = readEdits(text);
    const name = NAMES.find(([s]) => s === short)?.[1];
    if (!name) continue;
    if (typeof START[name] === "number") {
      if (/^-?\d{1,7}$/.test(text)) state[name] = Number(text);
    } else state[name] = text;
  }
  if (!VIEWS.includes(state.view)) state.view = START.view;
  if (!["lrp", "gamma", "cam", "occlusion"].includes(state.method)) state.method = START.method;
  if (!["map", "layer", "network"].includes(state.range)) state.range = START.range;
  if (!["share", "number"].includes(state.order)) state.order = START.order;
  if (!["auto", "light", "dark"].includes(state.theme)) state.theme = START.theme;
  if (!["auto", "en", "ko"].includes(state.language)) state.language = START.language;
  return /** @type {State} */ (state);
}

/** @param {string} text @returns {Edits} */
function readEdits(text) {
  const numbers = text.split("_").map(Number);
  const edits = { ...NO_EDITS };
  EDIT_NAMES.forEach((name, i) => {
    if (Number.isFinite(numbers[i]) && Math.abs(numbers[i]) <= 4096) edits[name] = numbers[i];
  });
  return edits;
}

/** Pixels as text for the address: runs of equal bytes, then base64 of the URL's kind. @param {Uint8Array} bytes */
export function packPixels(bytes) {
  const out = [];
  for (let i = 0; i < bytes.length;) {
    let run = 1;
    while (run < 255 && bytes[i + run] === bytes[i]) run++;
    if (run > 2 || bytes[i] === 0) out.push(0, run, bytes[i]);
    else for (let k = 0; k < run; k++) out.push(bytes[i]);
    i += run;
  }
  let text = "";
  for (const byte of out) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Undo packPixels; null if the text is no picture of `size` bytes. @param {string} text @param {number} size */
export function unpackPixels(text, size) {
  let packed = "";
  try {
    packed = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  } catch {
    return null;
  }
  const bytes = new Uint8Array(size);
  let to = 0;
  for (let i = 0; i < packed.length; i++) {
    let run = 1;
    let value = packed.charCodeAt(i);
    if (value === 0) {
      run = packed.charCodeAt(i + 1);
      value = packed.charCodeAt(i + 2);
      i += 2;
    }
    if (!(run > 0) || Number.isNaN(value) || to + run > size) return null;
    bytes.fill(value, to, to + run);
    to += run;
  }
  return to === size ? bytes : null;
}

/** The trail: units passed on the way down, "conv4.5.1.1". @param {string} trail @returns {string[]} */
export function steps(trail) {
  return trail === "" ? [] : trail.split("~");
}

/** @param {State} state */
export function unitText(state) {
  return [state.node, state.channel, state.y, state.x].join(".");
}

/** @param {string} text @returns {Pick<State, "node" | "channel" | "y" | "x"> | null} */
export function readUnit(text) {
  const match = /^(.+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (!match) return null;
  return { node: match[1], channel: Number(match[2]), y: Number(match[3]), x: Number(match[4]) };
}
