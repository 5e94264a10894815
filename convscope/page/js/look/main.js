/** The page: reads the payload, keeps the state, and shows one view at a time beside the picture. */

import { boxOf, make, refill } from "../kit/dom.js";
import { itemOf, unpack } from "../engine/binary.js";
import { makeEngine } from "../engine/engine.js";
import { whenRead } from "../engine/inflate.js";
import { languageOf, translator } from "../kit/i18n.js";
import { reachScrollers } from "../kit/scroll_reach.js";
import { wordMarks } from "../kit/word_marks.js";
import { printLight } from "../kit/paper.js";
import { indexOf, scoresAreKnown, sizeOf, spokenClasses } from "./lookup.js";
import { edited } from "./edits.js";
import { secondOf } from "./second.js";
import { formatHash, parseHash, unpackPixels } from "./state.js";
import { deeper, goBack } from "./navigation.js";
import { pageHeader } from "./views/header.js";
import { picturePanel } from "./views/panel.js";
import { mountView } from "./views/mount.js";
import { saveView } from "./views/save_view.js";
import { tourBox } from "./views/tour.js";
import { progressBar, waitingView } from "./views/waiting.js";
import { expectedResult, runningOf, runOnTheSpot } from "./running.js";
import { mapShares } from "./map_shares.js";

/** @typedef {import("./types.js").App} App */
/** @typedef {import("./types.js").Payload} Payload */
/** @typedef {import("./types.js").View} View */

/**
 * Start the page.
 * @param {Document} doc
 * @param {Window & typeof globalThis} win
 * @param {Payload} payload
 * @param {Record<string, Record<string, string>>} dictionaries
 * @param {AbortSignal} [signal] ends the page, where another network is to take its place
 */
export function start(doc, win, payload, dictionaries, signal) {
  const decoded = (/** @type {import("./types.js").Binary} */ binary) => ({
    shape: binary.shape,
    data: unpack(binary),
  });
  const dark = win.matchMedia("(prefers-color-scheme: dark)");
  const calm = win.matchMedia("(prefers-reduced-motion: reduce)");
  const live = doc.getElementById("live");
  const page = /** @type {HTMLElement} */ (doc.getElementById("page"));
  /** @type {View | null} */
  let current = null;
  let shown = "";
  let pending = 0;

  const engine = makeEngine(payload);
  const app = /** @type {App} */ ({
    doc,
    payload,
    engine,
    second: secondOf(payload, engine),
    samples: decoded(payload.samples.pictures),
    sampleLogits: decoded(payload.samples.logits),
    mistakes: payload.errors ? decoded(payload.errors.mistakes.pictures) : null,
    state: parseHash(win.location.hash),
    t: translator(dictionaries, "en"),
    say: (text) => {
      if (live && live.textContent !== text) live.textContent = text;
    },
    dark: () => (app.state.theme === "auto" ? dark.matches : app.state.theme === "dark"),
    still: () => calm.matches,
    go: (change, from) => {
      app.state = { ...app.state, ...change };
      remember(win, "pushState", formatHash(app.state));
      show(from ?? null);
    },
    tune: (change) => {
      app.state = { ...app.state, ...change };
      win.clearTimeout(pending);
      pending = win.setTimeout(() => remember(win, "replaceState", formatHash(app.state)), 150);
      show(null);
    },
  });

  const marks = wordMarks(doc, () => app.t);
  reachScrollers(doc, page, () => app.t("scroll.name"));
  let pictured = "";
  /** Bring picture and result up to the state. */
  const compute = () => {
    const { state } = app;
    const key = `${state.picture}|${JSON.stringify(state.edits)}`;
    if (key === pictured) return;
    pictured = key;
    app.base = basePicture(app);
    app.picture = edited(app.base, payload.input.shape, state.edits);
    if (!app.running) app.result = runOnTheSpot(app);
    else {
      app.waiting = !app.result;
      app.result ??= expectedResult(app);
      app.running.ask();
    }
    app.outsider = app.waiting ? null : app.engine.outsider(app.picture, app.result);
  };

  const bar = progressBar(app);
  app.running = runningOf(
    app,
    (share) => bar.refresh(share),
    () => {
      bar.refresh(null);
      app.outsider = app.engine.outsider(app.picture, app.result);
      show(null);
    },
  );

  app.shares = mapShares(app, () => show(null));

  const frame = make(doc, "main", { id: "view", tabindex: -1 });
  /** @type {ReturnType<typeof picturePanel>} */
  let panel;
  /** @type {ReturnType<typeof pageHeader>} */
  let header;
  /** @type {ReturnType<typeof tourBox>} */
  let tour;
  let appearance = "";
  /** Whether the last step was taken by key: then the focus moves to the new view. */
  let keyed = false;

  /** Header, panel and tour are made again only where language or theme changed. */
  const applyAppearance = () => {
    const language = languageOf(app.state.language, payload.language, win.navigator.language, dictionaries);
    const key = `${language} ${app.dark()}`;
    if (key === appearance) return;
    appearance = key;
    shown = "";
    app.t = translator(dictionaries, language);
    app.payload = { ...payload, classes: spokenClasses(payload, app.t) };
    doc.documentElement.lang = language;
    doc.documentElement.dataset.theme = app.dark() ? "dark" : "light";
    doc.title = `${payload.title} · convscope`;
    header = pageHeader(app);
    panel = picturePanel(app);
    tour = tourBox(app);
    refill(page, bar.element, header.element, make(doc, "div", { class: "body" }, panel.element, frame), tour.element);
  };

  /** @param {Element | null} from */
  const show = (from) => {
    clampState(app);
    compute();
    applyAppearance();
    const { state } = app;
    const key = [
      state.view,
      state.node,
      state.view === "layer" || state.view === "value" ? state.channel : "",
      state.range,
      state.cell,
      app.waiting && needsNumbers(state),
      scoresAreKnown(app),
    ].join("|");
    const focused = focusName(doc);
    if (key !== shown || !current?.refresh) {
      const stay = shown.split("|")[0] === state.view;
      const leaving = from ?? (stay ? null : current?.hero?.());
      const start = leaving?.isConnected ? boxOf(leaving) : null;
      shown = key;
      current?.gone?.();
      current = app.waiting && needsNumbers(state) ? waitingView(app) : mountView(app);
      refill(frame, current.element, current.empty ? null : saveView(app, current.element, current.film));
      marks.mark(frame);
      current.placed?.();
      if (!stay) scrollToBody(app);
      grow(app, current, start);
      if (keyed && !stay && state.view === "network" && state.node)
        current.hero?.()?.closest("button")?.focus({ preventScroll: true });
    } else current.refresh();
    panel.refresh();
    header.refresh();
    tour.refresh();
    if (focused && doc.activeElement === doc.body) {
      const again = Array.from(page.querySelectorAll("button, input, select")).find(
        (element) => nameOfControl(element) === focused,
      );
      /** @type {HTMLElement} */ (again ?? frame).focus({ preventScroll: true });
    }
  };

  const readAddress = () => {
    app.state = parseHash(win.location.hash);
    show(null);
  };
  win.addEventListener("hashchange", readAddress, { signal });
  win.addEventListener("popstate", readAddress, { signal });
  dark.addEventListener("change", () => show(null), { signal });
  signal?.addEventListener("abort", () => {
    win.clearTimeout(pending);
    current?.gone?.();
    void app.running?.started.then((runner) => runner?.end());
    void app.second?.last.runner?.then((runner) => runner.end());
  });
  printLight(doc, win);
  doc.addEventListener(
    "pointerdown",
    () => {
      keyed = false;
    },
    { capture: true, signal },
  );
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    keyed = true;
    const target = /** @type {Element} */ (event.target);
    const typing = target.matches("input, select, textarea");
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      if (tour.leave() || goBack(app)) event.preventDefault();
      return;
    }
    if (typing) return;
    if (current?.keys?.(event)) event.preventDefault();
    else if (event.key === "Enter" && !target.matches("button, a, summary") && deeper(app)) event.preventDefault();
  };
  doc.addEventListener("keydown", pressed, { signal });
  show(null);
  return app;
}

/** Whether a view has nothing to show before the network was run. @param {import("./types.js").State} state */
function needsNumbers({ view }) {
  return ["layer", "value", "loss", "where", "contrast", "against"].includes(view);
}

/**
 * Put the state into the address. In a notebook's frame (about:srcdoc) there is none to put it in.
 * @param {Window} win
 * @param {"pushState" | "replaceState"} how
 * @param {string} hash
 */
function remember(win, how, hash) {
  if (win.location.protocol !== "about:") win.history[how](null, "", hash);
}

/** A new view starts at the top; on a phone, below the head, so that the view itself is seen. @param {App} app */
function scrollToBody(app) {
  const { doc, state } = app;
  const narrow =
    doc.documentElement.clientWidth < 720 && (state.view === "layer" || state.view === "value" || state.tour > 0);
  const body = narrow ? doc.querySelector(".body") : null;
  doc.defaultView?.scrollTo({ top: body ? boxOf(body).top + doc.defaultView.scrollY - 12 : 0 });
}

/** What a control is called. @param {Element} element */
function nameOfControl(element) {
  return element.getAttribute("aria-label") ?? element.textContent ?? "";
}

/** The control that has the focus, by its name, so that it gets it back when it is made again. @param {Document} doc */
function focusName(doc) {
  return doc.activeElement && doc.activeElement !== doc.body ? nameOfControl(doc.activeElement) || "page" : "";
}

/** Bring an address from elsewhere within what this network has. @param {App} app */
function clampState(app) {
  const index = indexOf(app, app.state.node);
  const { channels, height, width } = sizeOf(app, index);
  const within = (/** @type {number} */ v, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, v));
  const { state } = app;
  const channel = within(state.channel, channels);
  const y = state.y < 0 ? -1 : within(state.y, height);
  const x = state.x < 0 ? -1 : within(state.x, width);
  if (channel !== state.channel || y !== state.y || x !== state.x) app.state = { ...state, channel, y, x };
}

/**
 * The picture that the state names; the first sample for a name that is none.
 * @param {App} app
 * @returns {Uint8Array}
 */
function basePicture(app) {
  const { state, payload, samples, mistakes } = app;
  const size = payload.input.shape.reduce((a, b) => a * b, 1);
  const number = Number(state.picture.slice(1));
  if (state.picture[0] === "d") {
    const drawn = unpackPixels(state.picture.slice(1), size);
    if (drawn) return drawn;
  }
  if (state.picture[0] === "m" && mistakes && number < mistakes.shape[0])
    return /** @type {Uint8Array} */ (itemOf(mistakes.data, mistakes.shape, number));
  if (state.picture[0] === "s" && number < samples.shape[0])
    return /** @type {Uint8Array} */ (itemOf(samples.data, samples.shape, number));
  return samples.shape[0] > 0
    ? /** @type {Uint8Array} */ (itemOf(samples.data, samples.shape, 0))
    : new Uint8Array(size);
}

/**
 * The map that was looked at grows (or shrinks) into its place in the new view, so that the eye keeps it.
 * @param {App} app
 * @param {View} view
 * @param {{left: number, top: number, width: number, height: number} | null} start
 */
function grow(app, view, start) {
  const hero = view.hero?.();
  if (!hero || !start || app.still() || !hero.animate) return;
  const end = boxOf(hero);
  const high = app.doc.documentElement.clientHeight;
  if (!end.width || !start.width || start.top > high || end.top > high || start.top + start.height < 0) return;
  const moved = `translate(${start.left - end.left}px, ${start.top - end.top}px)`;
  const from = `${moved} scale(${start.width / end.width}, ${start.height / end.height})`;
  hero.animate(
    [
      { transform: from, transformOrigin: "0 0" },
      { transform: "none", transformOrigin: "0 0" },
    ],
    { duration: 420, easing: "cubic-bezier(.2,.7,.2,1)" },
  );
}

if (typeof document !== "undefined" && document.getElementById("payload"))
  whenRead(document, (payload, words) => {
    if (payload.nodes) start(document, window, payload, words); // else a network is still to come: drop/main.js
  });
