/**
 * The scores as bars, the largest marked, the true class named. Of many classes those with the most, and whatever is
 * searched for.
 */

import { make, refill, setVar } from "../../kit/dom.js";
import { fixed, percent, scientific, telling, thousands } from "../../kit/format.js";
import { rovingButtons } from "../../kit/roving.js";
import { endOf, labelOf, winnerOf } from "../lookup.js";

/** @typedef {import("../types.js").App} App */

/** As many classes are all shown, in their order. */
export const ALL_CLASSES = 16;
const TOP_SCORES = 10;
const CLASSES_FOUND = 30;

/** @param {App} app @param {(k: number) => void} [choose] */
export function scoreBars(app, choose) {
  const { doc, t, payload } = app;
  const { classes } = payload;
  const many = classes.length > ALL_CLASSES;
  const foreign = make(doc, "p", { class: "outsider", role: "status" });
  const measured = make(doc, "p", { class: "measured" });
  const list = make(doc, "div", { class: "score-list" });
  const rows = many ? [] : classes.map((_, k) => scoreRow(app, k, choose));
  for (const row of rows) list.append(row.element);
  const stop = rovingButtons(list);
  const search = many ? classSearch(app, choose) : null;
  const longest = Math.max(...classes.map((name) => name.length));
  const long = longest > 8 ? "scores long lines" : longest > 3 ? "scores long" : "scores";
  const element = make(
    doc,
    "div",
    { class: long },
    foreign,
    list,
    many ? make(doc, "p", { class: "note" }, t("scores.top", { top: TOP_SCORES, n: thousands(classes.length) })) : null,
    search?.element,
    measured,
  );
  const refresh = () => {
    if (many) {
      const shown = byScore(app).slice(0, TOP_SCORES);
      const truth = labelOf(app);
      if (truth >= 0 && !shown.includes(truth)) shown.push(truth);
      const open = shown.map((k) => scoreRow(app, k, choose));
      refill(list, ...open.map((row) => row.element));
      for (const row of open) row.refresh();
    }
    for (const row of rows) row.refresh();
    stop();
    search?.refresh();
    refill(foreign, ...outsiderText(app));
    foreign.classList.toggle("refused", app.outsider?.refused ?? false);
    refill(measured, ...differenceText(app));
  };
  refresh();
  return { element, refresh };
}

/** The classes, the largest score first. @param {App} app @returns {number[]} */
function byScore(app) {
  const { logits } = app.result;
  return Array.from(app.payload.classes.keys()).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
}

/** One class. @param {App} app @param {number} k @param {(k: number) => void} [choose] */
function scoreRow(app, k, choose) {
  const { doc, t } = app;
  const name = app.payload.classes[k];
  const value = make(doc, "span", { class: "figure" });
  const logit = make(doc, "span", { class: "figure logit" });
  const bar = make(doc, "span", { class: "bar" });
  const element = make(
    doc,
    choose ? "button" : "div",
    { class: "score", type: choose ? "button" : null, title: name, on: choose ? { click: () => choose(k) } : {} },
    make(doc, "span", { class: "name" }, name),
    " ", // between the words that are heard
    make(doc, "span", { class: "track" }, bar),
    value,
    " ",
    logit,
  );
  const refresh = () => {
    const p = app.result.probabilities[k];
    const z = app.result.logits[k];
    const known = z !== undefined;
    setVar(bar, "share", known ? String(p) : "0");
    value.textContent = known ? percent(p) : "–";
    logit.textContent = known ? telling(z) : "";
    element.classList.toggle("winner", known && k === winnerOf(app));
    element.classList.toggle("truth", k === labelOf(app));
    if (choose && known) element.title = t("score.name", { name, p: percent(p), z: telling(z) });
  };
  return { element, refresh };
}

/**
 * A field that finds classes by a part of their name, and below it those that it found.
 * @param {App} app
 * @param {(k: number) => void} [choose]
 */
function classSearch(app, choose) {
  const { doc, t, payload } = app;
  const label = t("scores.search", { n: thousands(payload.classes.length) });
  const field = make(doc, "input", { type: "search", placeholder: label, "aria-label": label, autocomplete: "off" });
  const found = make(doc, "div", { class: "score-list found" });
  const count = make(doc, "p", { class: "note", role: "status" });
  const names = payload.classes.map((name) => name.toLocaleLowerCase());
  const refresh = () => {
    const wanted = field.value.trim().toLocaleLowerCase();
    const hits = wanted ? byScore(app).filter((k) => names[k].includes(wanted)) : [];
    const rows = hits.slice(0, CLASSES_FOUND).map((k) => scoreRow(app, k, choose));
    refill(found, ...rows.map((row) => row.element));
    for (const row of rows) row.refresh();
    count.textContent = !wanted
      ? ""
      : hits.length > CLASSES_FOUND
        ? t("scores.found.some", { n: hits.length, shown: CLASSES_FOUND })
        : t("scores.found", { n: hits.length });
  };
  field.addEventListener("input", refresh);
  return { element: make(doc, "div", { class: "class-search" }, field, found, count), refresh };
}

/** How foreign the picture is; "none of these" first where it is of no class. @param {App} app */
function outsiderText(app) {
  const { doc, t, payload, outsider } = app;
  if (!outsider || !payload.rejection) return [];
  const words = { score: fixed(outsider.score, 2), threshold: fixed(payload.rejection.threshold, 2) };
  if (!outsider.refused) return [t("outsider.own", words)];
  const name = payload.classes[winnerOf(app)];
  const why =
    outsider.part === "picture"
      ? t("outsider.picture", words)
      : outsider.part === "features"
        ? t("outsider.features", words)
        : t("outsider.background", words);
  return [make(doc, "b", {}, t("outsider.none"), " ", name), " ", why];
}

/** The measured difference between this page's scores and the framework's, for untouched samples. @param {App} app */
function differenceText(app) {
  const { doc, t, payload, state } = app;
  const end = endOf(app);
  if (end >= 0) return [t("measured.ended", { node: app.engine.nodes[end].name })];
  if (payload.proof?.difference === 0) return [t("measured.equal", { by: payload.proof.by })];
  if (payload.proof) {
    const { digits, power } = scientific(payload.proof.difference);
    return [
      payload.proof.rounded
        ? t("measured.rounded", { by: payload.proof.by, where: payload.proof.where })
        : t("measured.proof", { by: payload.proof.by, where: payload.proof.where }),
      " ",
      make(
        doc,
        "span",
        { class: "figure" },
        digits,
        ...(power ? ["·10", make(doc, "sup", {}, String(power).replace("-", "−"))] : []),
      ),
    ];
  }
  if (!payload.samples.names.length) return [t("measured.page")];
  if (!app.engine.computes) return [t("measured.captured", { by: payload.samples.by })];
  const sample = Number(state.picture.slice(1));
  const known = state.picture[0] === "s" && sample < payload.samples.names.length && app.picture === app.base;
  if (!known) return [t("measured.own")];
  const stored = app.sampleLogits.data.subarray(sample * payload.classes.length, (sample + 1) * payload.classes.length);
  let most = 0;
  stored.forEach((z, k) => {
    most = Math.max(most, Math.abs(z - app.result.logits[k]));
  });
  const { digits, power } = scientific(most);
  return [
    t("measured.same", { by: payload.samples.by }),
    " ",
    make(
      doc,
      "span",
      { class: "figure" },
      "max |Δ| = ",
      digits,
      ...(power ? ["·10", make(doc, "sup", {}, String(power).replace("-", "−"))] : []),
    ),
  ];
}
