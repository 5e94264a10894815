/**
 * What scrolls sideways is reached by key: a stop of the Tab key with a name, as long as there is something to scroll.
 * Chromium makes scrollers focusable itself; Safari does not.
 */

const SCROLLERS = ".table-scroll";
// By which a scroller is reached anyway.
const STOPS = ["button", "input", "select", "a[href]", "[tabindex='0']"].join();
const SETTLED = 200; // milliseconds after a change of the page until its scrollers are looked at
const MARKED = "data-reach"; // whose tabindex, role and name are from here

/** @param {Document} doc @param {HTMLElement} root @param {() => string} name of one that nothing else names */
export function reachScrollers(doc, root, name) {
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  let timer = 0;
  /** @type {Set<Element>} */
  let watched = new Set();

  /** @param {Element} element */
  const mark = (element) => {
    const own = !element.hasAttribute("role") || element.hasAttribute(MARKED);
    if (!own) return; // whoever made it has named it
    const scrolls = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
    if (scrolls && !element.querySelector(STOPS)) {
      element.setAttribute(MARKED, "");
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "group");
      element.setAttribute("aria-label", scrollerName(element) || name());
    } else if (element.hasAttribute(MARKED)) {
      for (const attribute of [MARKED, "role", "aria-label", "tabindex"]) element.removeAttribute(attribute);
    }
  };
  const sizes = new win.ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  const look = () => {
    const now = new Set(root.querySelectorAll(SCROLLERS));
    for (const element of watched) if (!now.has(element)) sizes.unobserve(element);
    for (const element of now) {
      if (!watched.has(element)) sizes.observe(element);
      mark(element);
    }
    watched = now;
  };
  const changes = new win.MutationObserver(() => {
    win.clearTimeout(timer);
    timer = win.setTimeout(look, SETTLED);
  });
  changes.observe(root, { childList: true, subtree: true });
  look();
}

/** What stands over a scroller: its table's caption, or the nearest heading before it. @param {Element} element */
function scrollerName(element) {
  const caption = element.querySelector("caption")?.textContent;
  if (caption) return caption;
  for (let around = element.parentElement; around; around = around.parentElement) {
    const before = Array.from(around.querySelectorAll("h1, h2, h3, h4, figcaption")).filter(
      (head) => head.compareDocumentPosition(element) & 4, // the element follows
    );
    const last = before[before.length - 1]?.textContent;
    if (last) return last;
  }
  return "";
}
