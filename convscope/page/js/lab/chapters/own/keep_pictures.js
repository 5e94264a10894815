/** The pictures of the reader's own classes, kept in this browser where that is asked for: a closed tab loses none. */

import { button, make } from "../../../kit/dom.js";
import { KeepFault, keepingIn } from "../../../kit/keep.js";
import { MOST_CLASSES } from "./collection.js";
import { inSize } from "./input.js";
import { namesText } from "./state.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../kit/keep.js").KeptLine} KeptLine */
/** @typedef {import("./collection.js").Collection} Collection */
/** @typedef {import("./collection.js").OwnPicture} OwnPicture */

const OWN_FORMAT = 1; // of the record
const KEPT_BEFORE = 32; // pixels of a side of photographs, in records of earlier versions
const KEPT_AFTER = 400; // milliseconds from a change on

/**
 * What each collection has of it, as long as the page is open.
 * @type {WeakMap<Collection, {on: boolean, state: string}>}
 */
const KEEPS = new WeakMap();

/**
 * @param {Lab} lab @param {Collection} collection
 * @param {() => void} changed the pictures are others now
 */
export function keepPicturesPart(lab, collection, changed) {
  const { doc, t, win } = lab;
  const place = keepingIn(win, "convscope-own");
  const keeps = KEEPS.get(collection) ?? { on: false, state: "" };
  KEEPS.set(collection, keeps);
  /** @type {KeptLine | null} */
  let line = null;
  let fault = "";
  let timer = 0;
  const box = make(doc, "input", {
    type: "checkbox",
    class: "own-keep-box",
    on: { change: () => void (box.checked ? begin() : forget()) },
  });
  const words = make(doc, "p", { class: "note", role: "status" });
  const open = button(doc, t("own.keep.open"), () => void tried(take), { class: "button own-keep-open" });
  const away = button(doc, t("own.keep.forget"), () => void forget(), { class: "link own-keep-forget" });
  const element = make(
    doc,
    "div",
    { class: "own-keep" },
    make(doc, "label", { class: "check" }, box, " ", t("own.keep")),
    words,
    make(doc, "div", { class: "own-bar" }, open, away),
  );

  /** Do something with the place; what it says is wrong is shown. @param {() => Promise<void>} act */
  const tried = async (act) => {
    fault = "";
    try {
      await act();
    } catch (error) {
      if (!(error instanceof KeepFault)) throw error;
      keeps.on = false;
      fault = keepFaultSaid(lab, error);
    }
    refresh();
  };
  const look = async () => {
    const { lines } = await place.list();
    line = lines.find(({ id, format }) => id === collection.kind && format === OWN_FORMAT) ?? null;
  };
  const put = async () => {
    const { names, pictures } = collection;
    const state = keptState(collection);
    const long = { names, pictures: pictures.map(({ label, pixels, features }) => ({ label, pixels, features })) };
    const bytes = pictures.reduce((sum, one) => sum + one.pixels.length + (one.features?.row.byteLength ?? 0), 0);
    const about = { n: pictures.length, features: pictures.filter(({ features }) => features).length };
    const name = names.join(" · ");
    await place.put(
      { id: collection.kind, format: OWN_FORMAT, name, date: Date.now(), bytes, shared: {}, about },
      long,
      {},
    );
    keeps.state = state;
    await look();
  };
  const begin = () => {
    keeps.on = true;
    return tried(put);
  };
  const forget = () => {
    keeps.on = false;
    return tried(async () => {
      await place.remove(collection.kind);
      await look();
    });
  };
  const take = async () => {
    const { long } = await place.get(collection.kind);
    const { names, pictures } = requireOwn(long, collection);
    collection.fill(names, pictures);
    Object.assign(keeps, { on: true, state: keptState(collection) });
    lab.tune({ e: collection.kind === "drawn" ? 0 : null, k: namesText(names), n: null });
    changed();
  };

  const refresh = () => {
    if (keeps.on && keeps.state !== keptState(collection) && !timer)
      timer = win.setTimeout(() => {
        timer = 0;
        if (keeps.on) void tried(put);
      }, KEPT_AFTER);
    box.checked = keeps.on;
    const offered = Boolean(line) && !keeps.on;
    for (const one of [open, away]) one.hidden = !offered;
    words.textContent = fault || keptWords(lab, line, keeps.on);
  };
  void tried(look);
  return {
    element,
    refresh,
    gone: () => {
      win.clearTimeout(timer);
      if (timer && keeps.on) void tried(put);
    },
  };
}

/** @param {Lab} lab @param {KeptLine | null} line @param {boolean} on */
function keptWords({ doc, t }, line, on) {
  if (!line) return t("own.keep.off");
  const date = new Date(line.date).toLocaleString(doc.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const said = { n: line.about.n, names: line.name, date, size: Math.ceil(line.bytes / 1000) };
  const sentence = on ? t("own.keep.on", said) : t("own.keep.there", said);
  return line.about.features ? `${sentence} ${t("own.keep.features", { n: line.about.features })}` : sentence;
}

/**
 * What is kept anew where it changes: the pictures, and their features once all have some.
 * @param {Collection} collection
 */
function keptState({ version, pictures }) {
  return `${version} ${pictures.every(({ features }) => features)}`;
}

/** @param {Lab} lab @param {KeepFault} error */
function keepFaultSaid({ t }, { why, message }) {
  if (why === "nowhere") return t("keep.nowhere");
  if (why === "full") return t("keep.full");
  return why === "damaged" ? t("keep.unreadable") : t("keep.trouble", { what: message });
}

/**
 * What a record holds, if it is of that kind and whole. Photographs that were kept in 32×32 are enlarged.
 * @param {any} long @param {Collection} collection
 * @returns {{names: string[], pictures: Pick<OwnPicture, "label" | "pixels" | "features">[]}}
 */
function requireOwn(long, { shape }) {
  const [channels] = shape;
  const sizeOf = (/** @type {readonly number[]} */ one) => one.reduce((a, b) => a * b, 1);
  /** @type {import("../../../types.js").Shape} */
  const before = [channels, KEPT_BEFORE, KEPT_BEFORE];
  const sizes = channels === 3 ? [shape, before].map(sizeOf) : [sizeOf(shape)];
  const { names, pictures } = long ?? {};
  const named = Array.isArray(names) && names.length <= MOST_CLASSES && names.every((one) => typeof one === "string");
  const whole =
    named &&
    new Set(names).size === names.length &&
    Array.isArray(pictures) &&
    pictures.every(
      ({ label, pixels }) =>
        pixels instanceof Uint8Array && sizes.includes(pixels.length) && names[label] !== undefined,
    );
  if (!whole) throw new KeepFault("damaged");
  const full = (/** @type {Uint8Array} */ pixels) =>
    pixels.length === sizes[0] ? pixels : inSize(pixels, before, shape);
  return {
    names,
    pictures: pictures.map(({ label, pixels, features }) => ({
      label,
      pixels: full(pixels),
      features: pixels.length === sizes[0] && isFeatures(features) ? features : null, // else they are computed anew
    })),
  };
}

/** @param {any} value @returns {value is import("./collection.js").Features} */
function isFeatures(value) {
  return typeof value?.of === "string" && value.row instanceof Float32Array;
}
