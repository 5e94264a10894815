/**
 * The first use of each word of the vocabulary in a text is marked; pointed at, tapped or reached by key it says what
 * the word means. All marks are one stop of the Tab key, the arrow keys go on among them, and Escape sends the words
 * away (WCAG 1.4.13).
 */

import { boxOf, make, refill, setVar } from "./dom.js";
import { GLOSSARY } from "./glossary.js";

/** @typedef {import("./glossary.js").Word} Word */

const TEXT_BLOCKS = ["p", "li", "figcaption", "dd"].join();
/** Where a mark would be in the way: in controls, in what is read aloud as it changes, and in formulas. */
const NOT_WITHIN = [
  ...["button", "a", "label", "summary", "output", "table", "nav", "header", "footer", "code"],
  ...[".math", ".figure", "[aria-live]"],
].join();
const TIP_LINGERS = 250; // milliseconds to come over from a mark to what it says
const TIP_GAP = 6; // pixels between the two

/**
 * @param {Document} doc
 * @param {() => (key: string) => string} words the language of the moment
 */
export function wordMarks(doc, words) {
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const tip = make(doc, "div", { class: "word-tip", role: "tooltip", id: "word-tip", hidden: true });
  /** @type {Element} */
  let text = doc.body;
  /** @type {HTMLElement | null} */
  let shown = null;
  let leaving = 0;

  const marks = () => /** @type {HTMLElement[]} */ (Array.from(text.querySelectorAll(".word-mark")));
  const hide = () => {
    win.clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  };
  const hideSoon = () => {
    win.clearTimeout(leaving);
    leaving = win.setTimeout(() => {
      if (shown !== doc.activeElement) hide();
    }, TIP_LINGERS);
  };
  /** @param {HTMLElement} mark @param {Word} word */
  const show = (mark, word) => {
    win.clearTimeout(leaving);
    if (shown === mark) return;
    hide();
    shown = mark;
    const t = words();
    refill(tip, make(doc, "b", {}, word.name(t)), make(doc, "span", {}, word.said(t)));
    tip.hidden = false;
    mark.setAttribute("aria-describedby", "word-tip");
    const [at, own] = [boxOf(mark), boxOf(tip)];
    const below = at.top + at.height + TIP_GAP;
    const { clientWidth, clientHeight } = doc.documentElement;
    const top =
      below + own.height > clientHeight && at.top > own.height + TIP_GAP ? at.top - own.height - TIP_GAP : below;
    setVar(tip, "top", `${top + win.scrollY}px`);
    setVar(tip, "left", `${Math.max(TIP_GAP, Math.min(at.left, clientWidth - own.width - TIP_GAP)) + win.scrollX}px`);
  };
  /** @param {Word} word @param {string} said */
  const markOf = (word, said) => {
    const mark = make(
      doc,
      "span",
      {
        class: "word-mark",
        role: "button",
        tabindex: -1,
        "data-word": word.id,
        on: {
          pointerenter: (/** @type {PointerEvent} */ event) => event.pointerType === "mouse" && show(mark, word),
          pointerleave: hideSoon,
          focus: () => show(mark, word),
          blur: hide,
          click: () => show(mark, word), // never hide: a finger has focused the mark, and so shown it, just before
          keydown: (/** @type {KeyboardEvent} */ event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            const all = marks();
            const next = step ? all[all.indexOf(mark) + step] : null;
            if (event.key === "Enter" || event.key === " ") (shown === mark ? hide : () => show(mark, word))();
            else if (next) {
              stopAt(next);
              next.focus();
            } else return;
            event.preventDefault();
            event.stopPropagation();
          },
        },
      },
      said,
    );
    return mark;
  };
  const stopAt = (/** @type {HTMLElement | undefined} */ chosen) => {
    for (const one of marks()) one.tabIndex = one === chosen ? 0 : -1;
  };

  tip.addEventListener("pointerenter", () => win.clearTimeout(leaving));
  tip.addEventListener("pointerleave", hideSoon);
  doc.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || tip.hidden) return;
      hide();
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  doc.addEventListener("pointerdown", (event) => {
    const target = /** @type {Node} */ (event.target);
    if (!tip.hidden && !tip.contains(target) && !shown?.contains(target)) hide();
  });
  doc.body.append(tip);

  return {
    /** Mark what is not marked yet in a text that has just been shown. @param {Element} root */
    mark: (root) => {
      text = root;
      if (shown && !shown.isConnected) hide();
      const known = new Set(marks().map((one) => one.dataset.word));
      const language = doc.documentElement.lang === "ko" ? "ko" : "en";
      for (const block of Array.from(root.querySelectorAll(TEXT_BLOCKS)))
        if (!block.closest(NOT_WITHIN) && !block.closest("[hidden]")) markWithin(block, language, known, markOf);
      if (!marks().some((one) => one.tabIndex === 0)) stopAt(marks()[0]);
    },
    hide,
  };
}

/**
 * @param {Element} block @param {"en" | "ko"} language @param {Set<string | undefined>} known
 * @param {(word: Word, said: string) => HTMLElement} markOf
 */
function markWithin(block, language, known, markOf) {
  for (const node of Array.from(block.childNodes)) {
    if (node.nodeType !== node.TEXT_NODE) continue;
    let rest = /** @type {Text} */ (node);
    for (;;) {
      const found = firstIn(rest.data, language, known);
      if (!found) break;
      known.add(found.word.id);
      const said = rest.splitText(found.at);
      rest = said.splitText(found.length);
      said.replaceWith(markOf(found.word, said.data));
    }
  }
}

/** The first word of a text that is not known yet; of two at one place the longer. */
/** @param {string} text @param {"en" | "ko"} language @param {Set<string | undefined>} known */
function firstIn(text, language, known) {
  const hits = GLOSSARY.flatMap((word) => {
    const match = known.has(word.id) ? null : word.find[language].exec(text);
    return match ? [{ word, at: match.index, length: match[0].length }] : [];
  });
  return hits.reduce(
    (/** @type {typeof hits[0] | null} */ best, one) =>
      !best || one.at < best.at || (one.at === best.at && one.length > best.length) ? one : best,
    null,
  );
}
