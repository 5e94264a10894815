/** Which digits a training takes: those that the page carries, or all of MNIST, once its file is here. */

import { button, make } from "../../kit/dom.js";
import { percent, thousands } from "../../kit/format.js";
import { presets } from "../widgets.js";
import { wholeDigitsOf } from "./whole_digits.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./whole_digits.js").WholeDigits} WholeDigits */

/**
 * The address has `td=all` where all are taken. Null where the site has no such file.
 * @param {Lab} lab
 * @param {number} few how many the page carries
 * @param {() => number | null} speed pictures a second, as measured last
 */
export function wholePart(lab, few, speed) {
  const whole = wholeDigitsOf(lab);
  if (!whole) return null;
  const { doc, t } = lab;
  const megabytes = (whole.known.bytes / 1e6).toFixed(1);
  const taken = () => (lab.state.td === "all" ? whole.content : null);
  const choose = presets(lab, t("whole.digits"), [
    { text: t("whole.few", { n: thousands(few) }), on: () => !taken(), press: () => lab.tune({ td: null }) },
    { text: t("whole.all"), on: () => Boolean(taken()), press: () => lab.tune({ td: "all" }) },
  ]);
  const field = make(doc, "input", {
    type: "file",
    hidden: true,
    class: "whole-file",
    "aria-label": t("whole.choose", { file: whole.known.file }),
    on: {
      change: () => {
        const file = field.files?.[0];
        field.value = "";
        if (file) got(whole.read(file));
      },
    },
  });
  /** What was asked for is taken at once. @param {Promise<void>} coming */
  const got = (coming) => void coming.then(() => whole.content && lab.tune({ td: "all" }));
  const load = whole.hosted
    ? button(doc, t("whole.load", { megabytes }), () => got(whole.load()), { class: "button whole-load" })
    : button(doc, t("whole.choose", { file: whole.known.file }), () => field.click(), { class: "button whole-load" });
  const words = make(doc, "p", { class: "note whole-words", "aria-live": "polite" });
  const trouble = make(doc, "p", { class: "formula-message trouble", role: "alert" });
  const element = make(
    doc,
    "div",
    { class: "whole-digits" },
    make(doc, "div", { class: "train-choices" }, choose.element, load, field),
    trouble,
    words,
  );

  /** Take a file that is dropped anywhere on a place. @param {HTMLElement} place */
  const catches = (place) => {
    place.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    place.addEventListener("drop", (event) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      event.stopPropagation();
      got(whole.read(file));
    });
  };

  const refresh = () => {
    const { state, fault } = whole;
    choose.element.hidden = state !== "ready";
    load.hidden = state === "ready";
    load.toggleAttribute("disabled", state !== "absent");
    trouble.textContent = faultSaid(lab, whole);
    trouble.hidden = !fault;
    const said = wholeWords(lab, whole, megabytes, few, speed());
    if (words.textContent !== said) words.textContent = said;
    choose.refresh();
  };
  const silent = whole.listen(refresh);
  refresh();
  return { element, refresh, taken, catches, gone: silent };
}

/**
 * @param {Lab} lab
 * @param {WholeDigits} whole
 * @param {string} megabytes
 * @param {number} few
 * @param {number | null} speed
 */
function wholeWords({ t }, { state, done, content: digits, known, hosted }, megabytes, few, speed) {
  if (state === "loading") return t("whole.loading", { share: percent(done, 0), megabytes });
  if (state === "unpacking") return t("whole.unpacking");
  if (!digits) return hosted ? t("whole.hosted", { megabytes }) : t("whole.filed", { megabytes, file: known.file });
  const [training, test] = [digits.training.labels.length, digits.test.labels.length];
  const long = speed ? ` ${t("whole.long", { seconds: Math.max(1, Math.round(training / speed)) })}` : "";
  const times = Math.round(training / few);
  return t("whole.ready", { training: thousands(training), test: thousands(test), times }) + long;
}

/** @param {Lab} lab @param {WholeDigits} whole */
function faultSaid({ t }, { fault, known: { file } }) {
  if (!fault) return "";
  return fault === "other" ? t("whole.other", { file }) : t("whole.unreachable", { file });
}
