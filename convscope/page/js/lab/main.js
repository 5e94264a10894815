/** The lab's page: reads its payload, keeps the state in the address, and shows one chapter at a time. */

import { whenRead } from "../engine/inflate.js";
import { languageOf, translator } from "../kit/i18n.js";
import { printLight } from "../kit/paper.js";
import { reachScrollers } from "../kit/scroll_reach.js";
import { wordMarks } from "../kit/word_marks.js";
import { addressOf, changed, stateOf } from "./address.js";
import { makeApi } from "./api.js";
import { CHAPTERS, SIDE_PAGES } from "./chapters.js";
import { contentsPage } from "./cover/contents.js";
import { fillTable } from "../formula/table.js";
import { follow, labFrame } from "./frame.js";
import { keepOffline } from "./offline.js";
import { takeUpKept } from "./tasks/keeping.js";
import { withTasks } from "./tasks/panel.js";
import { carryProgress } from "./tasks/progress.js";

/** @typedef {import("./types.js").Drawing} Drawing */
/** @typedef {import("./types.js").Lab} Lab */

/**
 * Start the lab.
 * @param {Document} doc
 * @param {Window & typeof globalThis} win
 * @param {any} payload
 * @param {Record<string, Record<string, string>>} dictionaries
 */
function startLab(doc, win, payload, dictionaries) {
  fillTable(payload);
  const api = payload.api && payload.token ? makeApi(win, payload.token, (key, words) => lab.t(key, words)) : null;
  const dark = win.matchMedia("(prefers-color-scheme: dark)");
  const calm = win.matchMedia("(prefers-reduced-motion: reduce)");
  const live = doc.getElementById("live");
  const page = /** @type {HTMLElement} */ (doc.getElementById("page"));
  /** @type {ReturnType<typeof labFrame> | null} */
  let frame = null;
  /** @type {Drawing | null} */
  let drawing = null;
  let appearance = "";
  let shown = "none";
  /** @type {string | null} */
  let last = null;
  let pending = 0;

  /** @type {Lab} */
  const lab = {
    doc,
    win,
    payload,
    api,
    t: translator(dictionaries, "en"),
    state: stateOf(win.location.hash),
    say: (text) => {
      if (live && live.textContent !== text) live.textContent = text;
    },
    dark: () => (["light", "dark"].includes(lab.state.h) ? lab.state.h === "dark" : dark.matches),
    still: () => calm.matches,
    go: (change) => {
      const next = changed(lab.state, change);
      if (lab.state.embed && next.c !== lab.state.c) {
        win.open(addressOf(changed(next, { embed: null })), "_blank", "noopener"); // a frame keeps to its part
        return;
      }
      lab.state = next;
      flush();
      remember(next.embed ? "replaceState" : "pushState"); // a step in a frame is none of its page's
      show();
    },
    tune: (change) => {
      lab.state = changed(lab.state, change);
      win.clearTimeout(pending);
      pending = win.setTimeout(() => {
        pending = 0;
        remember("replaceState");
      }, 150);
      show();
    },
  };

  const flush = () => {
    win.clearTimeout(pending);
    pending = 0;
  };
  /**
   * In a notebook's frame (about:srcdoc) there is no address to put it in.
   * @param {"pushState" | "replaceState"} how
   */
  const remember = (how) => {
    if (win.location.protocol !== "about:") win.history[how](null, "", addressOf(lab.state));
  };

  const marks = wordMarks(doc, () => lab.t);
  reachScrollers(doc, page, () => lab.t("scroll.name"));
  const show = () => {
    const language = languageOf(lab.state.l ?? "", payload.language, win.navigator.language, dictionaries);
    const look = `${language} ${lab.dark()} ${Boolean(lab.state.embed)}`;
    if (look !== appearance || !frame) {
      appearance = look;
      shown = "none";
      lab.t = translator(dictionaries, language);
      doc.documentElement.lang = language;
      doc.documentElement.dataset.theme = lab.dark() ? "dark" : "light";
      const focused = doc.activeElement?.getAttribute("data-keep");
      frame = labFrame(lab);
      page.replaceChildren(frame.element);
      if (focused) /** @type {HTMLElement | null} */ (page.querySelector(`[data-keep="${focused}"]`))?.focus();
    }
    const chapter = [...CHAPTERS, ...SIDE_PAGES].find((one) => one.id === lab.state.c) ?? null;
    const id = chapter?.id ?? "";
    if (id !== shown) {
      drawing?.gone?.();
      drawing = chapter ? withTasks(lab, chapter) : contentsPage(lab, CHAPTERS, (to) => follow(lab, to));
      frame.put(chapter, drawing);
      doc.title = chapter ? `${chapter.title(lab.t)} · convscope lab` : "convscope lab";
      if (last !== null && last !== id) frame.moved();
      shown = last = id;
      marks.mark(page);
    } else drawing?.refresh?.();
    frame.refresh();
  };

  const reread = () => {
    flush();
    lab.state = stateOf(win.location.hash);
    carryProgress(lab);
    show();
  };
  win.addEventListener("hashchange", reread);
  win.addEventListener("popstate", reread);
  dark.addEventListener("change", show);
  printLight(doc, win);
  takeUpKept(lab);
  show();
  keepOffline(lab);
  return lab;
}

if (typeof document !== "undefined" && document.getElementById("payload"))
  whenRead(document, (payload, words) => startLab(document, window, payload, words));
