/** What every page's head has: whose it is, the language that it speaks, and whether it is light or dark. */

import { button, make, segmented } from "./dom.js";

/** @typedef {(key: string) => string} Words */

/**
 * Whose page it is; the way back to the lab where the page is part of one, in the language and the light that it has.
 * @param {Document} doc @param {Words} t @param {string | null} lab its address @param {boolean} dark
 */
export function brandLine(doc, t, lab, dark) {
  const look = `l=${doc.documentElement.lang}&h=${dark ? "dark" : "light"}`;
  const name =
    lab &&
    make(doc, "a", { class: "link", href: `${lab}${lab.includes("#") ? "&" : "#"}${look}` }, `← ${t("lab.back")}`);
  return make(doc, "p", { class: "brand" }, name ?? "convscope");
}

/** @param {Document} doc @param {Words} t @param {(language: string) => void} speak */
export function languageChoice(doc, t, speak) {
  const languages = [
    { value: "en", text: "English" },
    { value: "ko", text: "한국어" },
  ];
  return segmented(doc, t("language"), languages, () => doc.documentElement.lang, speak);
}

/**
 * The first line of a page: whose it is, its title, and what can be set. @param {Document} doc
 * @param {HTMLElement} brand
 * @param {string} title @param {...HTMLElement} settings
 */
export function masthead(doc, brand, title, ...settings) {
  const titles = [brand, make(doc, "h1", {}, title)];
  return make(
    doc,
    "div",
    { class: "masthead" },
    make(doc, "div", { class: "titles" }, ...titles),
    make(doc, "div", { class: "settings" }, ...settings),
  );
}

/**
 * The button that changes from `dark` to light or back.
 * @param {Document} doc @param {Words} t @param {boolean} dark @param {() => void} press
 * @param {Record<string, string>} [props]
 */
export function themeButton(doc, t, dark, press, props = {}) {
  const name = dark ? t("theme.light") : t("theme.dark");
  return button(doc, dark ? "☼" : "☾", press, { ...props, class: "icon", "aria-label": name, title: name });
}
