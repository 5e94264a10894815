/**
 * The see-through page without a network: a file is dropped on it, or chosen, and read here; nothing leaves the
 * computer.
 */

import { brandLine, languageChoice, themeButton } from "../kit/appearance.js";
import { make, refill } from "../kit/dom.js";
import { languageOf, phrase, spoken, translator } from "../kit/i18n.js";
import { whenRead } from "../engine/inflate.js";
import { PlanFault } from "../formula/fault.js";
import { fillTable } from "../formula/table.js";
import { fillForeign } from "../foreign/fault.js";
import { NOTHING_ASKED } from "../foreign/preprocessing.js";
import { start } from "../look/main.js";
import { parseHash } from "../look/state.js";
import { openedBar } from "./opened.js";
import { openDropped, showChosen } from "./reader.js";
import { dropPlace } from "./place.js";

/** @typedef {import("../foreign/preprocessing.js").Asked} Asked */
/** @typedef {import("../kit/i18n.js").Phrase} Phrase */
/** @typedef {import("./reader.js").Chosen} Chosen */

/**
 * Start the page.
 * @param {Document} doc
 * @param {Window & typeof globalThis} win
 * @param {any} payload bounds and tables
 * @param {Record<string, Record<string, string>>} dictionaries
 */
function startEmpty(doc, win, payload, dictionaries) {
  fillTable(payload);
  fillForeign(payload.foreign);
  const page = /** @type {HTMLElement} */ (doc.getElementById("page"));
  const live = doc.getElementById("live");
  const bar = make(doc, "div", { class: "opened-place" });
  page.before(bar);
  const forward = doc.getElementById("forward");
  const dark = win.matchMedia("(prefers-color-scheme: dark)");
  const { language: spokenFirst, theme: firstTheme } = parseHash(win.location.hash);
  const settings = { language: spokenFirst, theme: firstTheme };
  /** @type {AbortController | null} what ends the page of the network before */
  let running = null;
  /** @type {Chosen | null} */
  let chosen = null;
  /** @type {Asked} */
  let asked = NOTHING_ASKED;
  let busy = false;

  const isDark = () => (settings.theme === "auto" ? dark.matches : settings.theme === "dark");
  const language = () => languageOf(settings.language, payload.language, win.navigator.language, dictionaries);
  const words = () => translator(dictionaries, running ? doc.documentElement.lang : language());
  const say = (/** @type {string} */ text) => {
    if (live) live.textContent = text;
  };

  /** @type {ReturnType<typeof dropPlace> | null} */
  let place = null;
  const showEmpty = () => {
    doc.documentElement.lang = language();
    doc.documentElement.dataset.theme = isDark() ? "dark" : "light";
    const t = words();
    doc.title = `${t("drop.title")} · convscope`;
    const speak = languageChoice(doc, t, (one) => {
      settings.language = one;
      showEmpty();
    });
    const theme = themeButton(doc, t, isDark(), () => {
      settings.theme = isDark() ? "light" : "dark";
      showEmpty();
    });
    const brand = brandLine(doc, t, payload.lab, isDark());
    place = dropPlace(doc, t, payload, brand, [speak, theme], (files) => void take(files));
    refill(page, place.element);
  };

  /** What happens, said where the reader looks; the next frame comes before the next step. @param {Phrase} step */
  const told = async (step) => {
    const text = spoken(words(), step);
    place?.busy(text);
    opened?.busy(text);
    say(text);
    await new Promise((done) => win.requestAnimationFrame(() => win.setTimeout(done, 0)));
  };

  /** @type {ReturnType<typeof openedBar> | null} */
  let opened = null;
  /** @param {File[]} files */
  const take = async (files) => {
    if (busy || !files.length) return;
    busy = true;
    try {
      const next = await openDropped(files, chosen, told);
      if (next.opened !== chosen?.opened) asked = NOTHING_ASKED;
      chosen = next;
      await show();
    } catch (error) {
      if (!(error instanceof PlanFault)) throw error;
      fail(error);
    } finally {
      busy = false;
      place?.busy("");
      opened?.busy("");
    }
  };

  /** @param {PlanFault} error */
  const fail = (error) => {
    const line = error.lines(words());
    place?.fail(line);
    opened?.fail(line);
    say(line);
  };

  /** Show what was chosen, read as was asked. */
  const show = async () => {
    if (!chosen) return;
    await told(phrase("drop.step.network"));
    const shown = showChosen(chosen, asked, words());
    const seen = running ? parseHash(win.location.hash) : null;
    running?.abort();
    running = new AbortController();
    place = null;
    const nodes = /** @type {import("../engine/types.js").NodeWithProgram[]} */ (shown.payload.nodes);
    const work = nodes.reduce((sum, { macs, program }) => sum + macs + (program?.work ?? 0), 0);
    if (forward) {
      if (work >= payload.large_macs) doc.body.append(forward);
      else forward.remove();
    }
    const draws = !seen || !shown.payload.nodes.some(({ name }) => name === seen.node);
    if (draws) win.history.replaceState(null, "", `#v=draw${languageHash()}`);
    start(doc, win, { ...shown.payload, language: payload.language, lab: payload.lab }, dictionaries, running.signal);
    opened = openedBar(doc, words, chosen, shown, {
      take: (files) => void take(files),
      ask: (change) => {
        asked = { ...asked, ...change };
        void again();
      },
    });
    refill(bar, opened.element);
    if (doc.activeElement === doc.body) opened.element.focus({ preventScroll: true }); // what had it is gone
  };

  /** The same file, read otherwise. */
  const again = async () => {
    try {
      await show();
    } catch (error) {
      if (!(error instanceof PlanFault)) throw error;
      fail(error);
    }
  };

  const languageHash = () =>
    (settings.language === "auto" ? "" : `&l=${settings.language}`) +
    (settings.theme === "auto" ? "" : `&h=${settings.theme}`);

  doc.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    doc.body.classList.add("dropping");
  });
  doc.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) doc.body.classList.remove("dropping");
  });
  doc.addEventListener(
    "drop",
    (event) => {
      doc.body.classList.remove("dropping");
      const files = Array.from(event.dataTransfer?.files ?? []);
      const networks = files.some(({ name }) => /\.(onnx|txt|names|json)$/i.test(name));
      if (!files.length || (running && !networks)) return; // a picture, which the page of the network takes
      event.preventDefault();
      event.stopImmediatePropagation();
      void take(files);
    },
    { capture: true },
  );
  const relabel = new win.MutationObserver((changes) => {
    const before = changes[0].oldValue; // the attribute is set anew for each network, mostly to what it was
    if (running && opened && before !== doc.documentElement.lang) refill(bar, opened.again());
  });
  relabel.observe(doc.documentElement, { attributeFilter: ["lang"], attributeOldValue: true });
  dark.addEventListener("change", () => running || showEmpty());
  showEmpty();
}

if (typeof document !== "undefined" && document.getElementById("payload"))
  whenRead(document, (payload, dictionaries) => startEmpty(document, window, payload, dictionaries));
