/** The head of the page: title, formula, contents, language, light. */

import { brandLine, languageChoice, masthead, themeButton } from "../../kit/appearance.js";
import { boxOf, button, make, segmented } from "../../kit/dom.js";
import { hasClasses } from "../lookup.js";
import { canContrast } from "../other.js";

/** @typedef {import("../types.js").App} App */

const LONG_FORMULA = 480; // characters

/** @param {App} app */
export function pageHeader(app) {
  const { doc, t, payload } = app;
  // A view that can never hold anything has no place here; an address that leads to it says what is missing.
  const classes = hasClasses(app);
  const chapters = [
    ["network", t("view.network")],
    ["draw", t("view.draw")],
    ...(classes ? [["loss", t("view.loss")]] : []),
    ...(classes && app.engine.computes ? [["where", t("view.where")]] : []),
    ...(canContrast(app) ? [["contrast", t("view.contrast")]] : []),
    ...(app.second ? [["against", t("view.against")]] : []),
    ...(payload.run?.snapshots.length ? [["training", t("view.training")]] : []),
    ...(payload.errors ? [["errors", t("view.errors")]] : []),
    ["health", t("view.health")],
  ];
  const links = chapters.map(([view, name]) =>
    make(
      doc,
      "a",
      {
        href: `#v=${view}`,
        "data-view": view,
        on: {
          click: (/** @type {Event} */ event) => {
            event.preventDefault();
            app.go({
              view,
              trail: "",
              ...(["where", "contrast", "against", "network"].includes(view) ? { node: "" } : {}),
            });
          },
        },
      },
      name,
    ),
  );
  const language = languageChoice(doc, t, (value) => app.tune({ language: value }));
  const theme = themeButton(doc, t, app.dark(), () => app.tune({ theme: app.dark() ? "light" : "dark" }));
  const tour = button(doc, t("tour.start"), () => app.go({ tour: 1, view: "network" }), { class: "link" });
  const range = segmented(
    doc,
    t("range"),
    [
      { value: "map", text: t("range.map") },
      { value: "layer", text: t("range.layer") },
      { value: "network", text: t("range.network") },
    ],
    () => app.state.range,
    (value) => app.tune({ range: value }),
  );
  const colours = make(doc, "span", { class: "range" }, make(doc, "span", { class: "label" }, t("range")), range);
  const element = make(
    doc,
    "header",
    { class: "head" },
    masthead(doc, brandLine(doc, t, payload.lab, app.dark()), payload.title, tour, colours, language, theme),
    formulaLine(app),
    make(doc, "nav", { "aria-label": t("contents") }, ...links),
  );
  const refresh = () => {
    const chapter = ["layer", "value"].includes(app.state.view) ? "network" : app.state.view;
    for (const link of links) {
      if (link.dataset.view === chapter) {
        link.setAttribute("aria-current", "page");
        bringIntoSight(link);
      } else link.removeAttribute("aria-current");
    }
  };
  return { element, refresh };
}

/** Scroll the row of links sideways until one of them is seen. @param {HTMLElement} link */
function bringIntoSight(link) {
  const row = link.parentElement;
  if (!row) return;
  const [at, frame] = [boxOf(link), boxOf(row)];
  const beyond = at.left + at.width - frame.left - frame.width;
  if (beyond > 0) row.scrollLeft += beyond;
  else if (at.left < frame.left) row.scrollLeft -= frame.left - at.left;
}

/** The formula; one of many lines is folded. @param {App} app */
function formulaLine(app) {
  const { doc, t, payload, engine } = app;
  const line = make(doc, "p", { class: "formula", title: t("formula.title") }, ...formulaParts(app));
  if (payload.formula.length <= LONG_FORMULA) return line;
  const title = t("formula.folded", { n: engine.nodes.length });
  return make(doc, "details", { class: "formula-fold" }, make(doc, "summary", {}, title), line);
}

/** The formula, its layers' names set apart from what stands in their brackets. @param {App} app */
function formulaParts(app) {
  return app.payload.formula
    .split(/(?<![\w"])([a-z_]\w*)(?![\w"=])/)
    .map((part, i) => (i % 2 ? make(app.doc, "b", {}, part) : part));
}
