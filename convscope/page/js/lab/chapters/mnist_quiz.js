/** "You or the network": its hardest test digits, read by both; what was answered stands in the address. */

import { button, make, refill } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { percent } from "../../kit/format.js";
import { paintPicture } from "../../kit/palette.js";
import { roving } from "../../kit/roving.js";
import { slidesEngine } from "../slides_engine.js";

/** @typedef {import("../types.js").Lab} Lab */

/**
 * What the network says of each hard digit, computed once.
 * @type {WeakMap<object, {digit: number, share: number}[]>}
 */
const NETWORK_SAYS = new WeakMap();

/** @param {Lab} lab */
function networkSays(lab) {
  const { hard } = lab.payload;
  const known = NETWORK_SAYS.get(hard);
  if (known) return known;
  const bytes = unpack(hard.pictures);
  const engine = slidesEngine(lab);
  const said = hard.labels.map((/** @type {number} */ _, /** @type {number} */ i) => {
    const { probabilities } = engine.forward(/** @type {Uint8Array} */ (itemOf(bytes, hard.pictures.shape, i)));
    const share = Math.max(...probabilities);
    return { digit: probabilities.indexOf(share), share };
  });
  NETWORK_SAYS.set(hard, said);
  return said;
}

/** The reader's answers so far, and how many both have right. @param {Lab} lab */
export function quizOf(lab) {
  const { labels } = lab.payload.hard;
  const answers = /^\d{1,99}$/.test(lab.state.qz ?? "") ? [...lab.state.qz].slice(0, labels.length).map(Number) : [];
  const says = answers.length ? networkSays(lab) : [];
  return {
    answers,
    says,
    all: labels.length,
    you: answers.filter((digit, i) => digit === labels[i]).length,
    net: answers.filter((_, i) => says[i].digit === labels[i]).length,
  };
}

/** @param {Lab} lab */
export function quizPart(lab) {
  const { doc, t } = lab;
  const { pictures, labels } = lab.payload.hard;
  const bytes = unpack(pictures);
  const shape = pictures.shape.slice(1);
  const paintDigit = (/** @type {HTMLCanvasElement} */ canvas, /** @type {number} */ i) =>
    paintPicture(canvas, /** @type {Uint8Array} */ (itemOf(bytes, pictures.shape, i)), 0, shape);
  /** Whether the last answer is still looked at; the next digit comes by a press. */
  let looking = false;
  const canvas = make(doc, "canvas", { class: "pixels quiz-digit", role: "img", "aria-label": t("quiz.picture") });
  const which = make(doc, "h3", {});
  const answer = (/** @type {number} */ digit) => {
    const { answers, all } = quizOf(lab);
    if (looking || answers.length >= all) return;
    looking = true;
    lab.tune({ qz: [...answers, digit].join("") });
    lab.say(`${result.textContent} ${score.textContent}`);
    (next.hidden ? again : next).focus();
  };
  const keys = Array.from({ length: 10 }, (_, digit) =>
    button(doc, String(digit), () => answer(digit), { class: "button quiz-key" }),
  );
  const pad = make(doc, "div", { class: "quiz-keys", role: "group", "aria-label": t("quiz.choose") }, ...keys);
  const stop = roving(pad, () => keys);
  const ask = make(doc, "p", { class: "note" }, t("quiz.choose"));
  const result = make(doc, "p", { class: "quiz-result" });
  const score = make(doc, "p", { class: "note quiz-score" });
  const next = button(doc, t("quiz.next"), () => step(), { class: "primary" });
  const again = button(doc, t("quiz.again"), () => {
    looking = false;
    lab.tune({ qz: null });
    keys[0].focus();
  });
  const step = () => {
    looking = false;
    refresh();
    (pad.hidden ? again : keys[0]).focus();
  };
  const table = make(doc, "div", { class: "quiz-table" });
  const element = make(
    doc,
    "section",
    { class: "worked quiz", "data-widget": "quiz" },
    make(doc, "h2", {}, t("quiz.title")),
    make(doc, "p", {}, t("quiz.text")),
    make(doc, "div", { class: "quiz-row" }, canvas, make(doc, "div", {}, which, ask, pad, result, next, again, score)),
    table,
  );
  element.addEventListener("keydown", (event) => {
    if (!/^\d$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (looking) step();
    else answer(Number(event.key));
    event.preventDefault();
  });
  let shown = "none";
  const refresh = () => {
    const { answers, says, all, you, net } = quizOf(lab);
    if (!answers.length) looking = false;
    const key = `${answers.join("")} ${looking}`;
    if (key === shown) return;
    shown = key;
    const ended = answers.length >= all;
    const at = looking || ended ? answers.length - 1 : answers.length;
    paintDigit(canvas, at);
    which.textContent = t("quiz.which", { n: at + 1, all });
    pad.hidden = ask.hidden = looking || ended;
    next.hidden = !looking || ended;
    again.hidden = !ended;
    const last = says[at];
    result.textContent =
      (looking || ended) && last
        ? t("quiz.result", { you: answers[at], net: last.digit, p: percent(last.share), truth: labels[at] })
        : "";
    score.textContent = answers.length ? t("quiz.score", { you, net, n: answers.length }) : t("quiz.start");
    const end = you > net ? t("quiz.end.you") : you < net ? t("quiz.end.net") : t("quiz.end.both");
    if (ended) score.textContent += ` ${end}`;
    refill(table, ...(ended ? [make(doc, "h3", {}, t("quiz.all")), tiles()] : []));
    stop();
  };
  const tiles = () => {
    const { answers, says } = quizOf(lab);
    return make(
      doc,
      "div",
      { class: "quiz-tiles" },
      ...answers.map((you, i) => {
        const [truth, net] = [labels[i], says[i].digit];
        const small = make(doc, "canvas", {
          class: "pixels",
          role: "img",
          "aria-label": t("quiz.one", { truth, you, net }),
        });
        paintDigit(small, i);
        const mark = (/** @type {number} */ v) => make(doc, "span", { class: v === truth ? "" : "is-off" }, String(v));
        return make(
          doc,
          "figure",
          {},
          small,
          make(doc, "figcaption", { "aria-hidden": "true" }, make(doc, "b", {}, String(truth)), mark(you), mark(net)),
        );
      }),
    );
  };
  refresh();
  return { element, refresh };
}
