/**
 * What a part of a chapter gives away: its sums as text, and itself in another page's frame. `&embed=sum` shows the
 * part marked data-widget="sum" and nothing else, `&embed=1` the whole chapter without what stands around it. The
 * frame's page is told how high it is.
 */

import { copyButton, copyText } from "../kit/copy.js";
import { button, make } from "../kit/dom.js";
import { plainText } from "../kit/plain_text.js";
import { addressOf, changed } from "./address.js";

/** @typedef {import("./types.js").Lab} Lab */

const ROOM_FOR_WAY = 56; // pixels below a part
const SUMS = [".products-of-window", ".slice-sum", ".sum-of-window", ".sum-line", ".size-formula .display"].join();

/** Where the site lies; null where its address is of no use to anybody else. @param {Lab} lab */
function siteOf({ win, api }) {
  const { protocol, origin, pathname } = win.location;
  return api || !/^https?:$/.test(protocol) ? null : origin + pathname;
}

/**
 * What another page has to hold to show a part as it is now, in this language and light.
 * @param {Lab} lab @param {string} name of the part @param {string} title @param {number} height pixels
 */
function embedCode(lab, name, title, height) {
  const look = { l: lab.doc.documentElement.lang, h: lab.dark() ? "dark" : "light" };
  const address = (siteOf(lab) ?? lab.t("embed.site")) + addressOf({ ...lab.state, ...look, embed: name });
  const quoted = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const named = `src="${quoted(address)}" title="${quoted(title)}"`;
  return `<iframe ${named} width="100%" height="${Math.ceil(height)}" style="border: 0"></iframe>`;
}

/** A part's sums as they stand now, a line each. @param {Element} part */
function sumsOf(part) {
  const shown = Array.from(part.querySelectorAll(SUMS)).filter((one) => one.checkVisibility());
  return shown.map(plainText).filter(Boolean).join("\n");
}

/** What a part is called: its own heading, or the chapter's. @param {Element} part */
function headingOf(part) {
  const heading =
    part.querySelector("h2:not(.part)") ?? part.querySelector("h2") ?? part.closest("main")?.querySelector("h1");
  return heading?.textContent?.trim() ?? "";
}

/**
 * What a chapter's parts have for other pages.
 * @param {Lab} lab @param {HTMLElement} main
 */
export function embedding(lab, main) {
  const { doc, t, win } = lab;
  const parts = () => /** @type {HTMLElement[]} */ (Array.from(main.querySelectorAll("[data-widget]")));
  const framed = () => Boolean(lab.state.embed);

  const copy = async (/** @type {HTMLElement} */ part, /** @type {HTMLElement} */ pressed) => {
    const code = embedCode(lab, part.dataset.widget ?? "1", headingOf(part), part.offsetHeight + ROOM_FOR_WAY);
    const done = await copyText(doc, code);
    const said = !done ? t("python.failed") : siteOf(lab) ? t("embed.copied") : t("embed.placeholder");
    pressed.textContent = said;
    lab.say(said);
    win.setTimeout(() => (pressed.textContent = t("embed.button")), 4000);
  };
  const offer = (/** @type {HTMLElement} */ part) => {
    const name = t("embed.button");
    const one = button(doc, name, () => void copy(part, one), {
      class: "embed-copy",
      "data-embeds": part.dataset.widget,
      "aria-label": `${name}: ${headingOf(part)}`,
      title: t("embed.title"),
    });
    const tools = make(doc, "div", { class: "part-tools" }, one);
    if (part.tagName === "SECTION") part.append(tools);
    else part.after(tools);
  };
  /** Where a part has sums: a button that copies them. @param {HTMLElement} part @param {HTMLElement} tools */
  const offerSums = (part, tools) => {
    const any = Array.from(part.querySelectorAll(SUMS)).some((one) => one.textContent?.trim());
    if (tools.querySelector(".sum-copy") || !any) return;
    const words = { copy: t("handon.sum"), copied: t("handon.copied"), failed: t("handon.failed") };
    const copies = copyButton(doc, words, () => sumsOf(part), lab.say);
    copies.className = "sum-copy";
    tools.prepend(copies);
    part.classList.add("has-sum");
  };

  /** Under a part in a frame: the way to the whole of it. */
  const whole = make(doc, "a", { target: "_blank", rel: "noopener" }, t("embed.whole"));

  /** Hide all that is not the part or around it. @param {HTMLElement} part */
  const isolate = (part) => {
    for (const one of main.querySelectorAll(".embed-away")) one.classList.remove("embed-away");
    for (let at = /** @type {Element} */ (part); at !== main && at.parentElement; at = at.parentElement)
      for (const sibling of at.parentElement.children)
        sibling.classList.toggle("embed-away", sibling !== at && !sibling.matches(".embed-way"));
  };

  let told = 0;
  const tell = () => {
    const height = Math.ceil(doc.getElementById("page")?.getBoundingClientRect().height ?? 0);
    if (!framed() || win.parent === win || height === told) return;
    told = height;
    win.parent.postMessage({ type: "convscope-height", height, widget: lab.state.embed }, "*");
  };
  if (framed()) new win.ResizeObserver(tell).observe(main);

  return {
    /** Bring buttons and what is hidden up to the chapter shown. */
    refresh: () => {
      const shown = parts();
      if (framed()) {
        const part = shown.find((one) => one.dataset.widget === lab.state.embed);
        if (part) isolate(part);
        whole.href = addressOf(changed(lab.state, { embed: null }));
        tell();
        return;
      }
      for (const part of shown) {
        const found = () => main.querySelector(`[data-embeds="${part.dataset.widget}"]`)?.parentElement;
        if (!found()) offer(part);
        const tools = found();
        if (tools) offerSums(part, tools);
      }
    },
    way: make(doc, "p", { class: "embed-way" }, whole),
  };
}
