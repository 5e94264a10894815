/** What stands around a chapter: brand, contents, language and light, its heading, and the way on. */

import { languageChoice, themeButton } from "../kit/appearance.js";
import { creditLine } from "../kit/credit.js";
import { button, make, refill } from "../kit/dom.js";
import { CHAPTERS, SIDE_PAGES } from "./chapters.js";
import { embedding } from "./embed.js";
import { sideLinks } from "./side_links.js";

/** @typedef {import("./types.js").Chapter} Chapter */
/** @typedef {import("./types.js").Drawing} Drawing */
/** @typedef {import("./types.js").Lab} Lab */

/** @param {Lab} lab */
export function labFrame(lab) {
  const { doc, t } = lab;
  const places = [
    { id: "", number: 0, name: t("lab.contents") },
    ...CHAPTERS.map((one) => ({ id: one.id, number: one.number, name: one.title(t) })),
  ];
  const links = places.map((place) => chapterLink(lab, place.id, place.number, place.name));
  const chooser = make(
    doc,
    "select",
    { "aria-label": t("lab.chapters"), "data-keep": "chooser", on: { change: () => lab.go({ c: chooser.value }) } },
    ...[...places, ...SIDE_PAGES.map((one) => ({ id: one.id, number: 0, name: one.title(t) }))].map((place) =>
      make(doc, "option", { value: place.id }, place.number ? `${place.number}  ${place.name}` : place.name),
    ),
  );
  const main = make(doc, "main", { id: "view", tabindex: -1 });
  const embedded = embedding(lab, main);
  const alone = Boolean(lab.state.embed);
  const element = make(
    doc,
    "div",
    { class: alone ? "lab embedded" : "lab" },
    alone ? null : button(doc, t("lab.skip"), () => main.focus(), { class: "button skip" }),
    !alone &&
      make(
        doc,
        "header",
        { class: "lab-head" },
        make(
          doc,
          "a",
          { class: "lab-brand", href: "#", on: { click: follow(lab, "") } },
          "convscope",
          make(doc, "b", {}, "lab"),
        ),
        make(doc, "div", { class: "lab-chooser" }, chooser),
        make(
          doc,
          "nav",
          { "aria-label": t("lab.chapters") },
          make(doc, "ul", {}, ...links.map((link) => make(doc, "li", {}, link))),
        ),
        lookSettings(lab),
      ),
    main,
    lab.payload.credit && !alone
      ? make(
          doc,
          "footer",
          { class: "note credit" },
          ...creditLine(doc, lab.payload.credit, (gaps) => t("credit", gaps)),
        )
      : null,
  );
  return {
    element,
    /** Show a chapter, or the contents. @param {Chapter | null} chapter @param {Drawing} drawing */
    put: (chapter, drawing) =>
      refill(
        main,
        ...(chapter && !alone
          ? [
              make(
                doc,
                "h1",
                {},
                chapter.number ? make(doc, "span", { class: "chapter-number" }, String(chapter.number)) : null,
                chapter.title(t),
              ),
              make(doc, "p", { class: "lead" }, chapter.lead(t)),
              drawing.element,
              pagerOf(lab, chapter),
              sideLinks(lab, (id) => follow(lab, id), false),
            ]
          : [drawing.element, alone ? embedded.way : sideLinks(lab, (id) => follow(lab, id), true)]),
      ),
    /** Another chapter was opened: begin at its top, with the keyboard too. */
    moved: () => {
      lab.win.scrollTo({ top: 0 });
      main.focus({ preventScroll: true });
    },
    refresh: () => {
      embedded.refresh();
      const id = [...CHAPTERS, ...SIDE_PAGES].some((one) => one.id === lab.state.c) ? lab.state.c : "";
      chooser.value = id;
      for (const link of links) {
        if (link.dataset.chapter === id) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    },
  };
}

/** @param {Lab} lab @param {string} id */
export function follow(lab, id) {
  return (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    lab.go({ c: id });
  };
}

/** @param {Lab} lab @param {string} id @param {number} number @param {string} name */
function chapterLink(lab, id, number, name) {
  const { doc } = lab;
  return make(
    doc,
    "a",
    { href: id ? `#c=${id}` : "#", "data-chapter": id, on: { click: follow(lab, id) } },
    make(doc, "span", { class: "chapter-number", "aria-hidden": number ? null : "true" }, number ? String(number) : ""),
    make(doc, "span", {}, name),
  );
}

/** @param {Lab} lab */
function lookSettings(lab) {
  const { doc, t } = lab;
  return make(
    doc,
    "div",
    { class: "lab-settings" },
    languageChoice(doc, t, (value) => lab.tune({ l: value })),
    themeButton(doc, t, lab.dark(), () => lab.tune({ h: lab.dark() ? "light" : "dark" }), { "data-keep": "theme" }),
  );
}

/** @param {Lab} lab @param {Chapter} chapter */
function pagerOf(lab, chapter) {
  const { doc, t } = lab;
  const at = CHAPTERS.indexOf(chapter);
  const [before, after] = [CHAPTERS[at - 1], CHAPTERS[at + 1]];
  return make(
    doc,
    "nav",
    { class: "lab-pager", "aria-label": t("lab.way") },
    before
      ? make(doc, "a", { href: `#c=${before.id}`, on: { click: follow(lab, before.id) } }, `‹ ${before.title(t)}`)
      : make(doc, "span"),
    after
      ? make(doc, "a", { href: `#c=${after.id}`, on: { click: follow(lab, after.id) } }, `${after.title(t)} ›`)
      : make(doc, "span"),
  );
}
