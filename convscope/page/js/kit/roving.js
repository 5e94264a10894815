/** Many small controls as one stop of the Tab key. */

/**
 * The arrow keys go on among the members, Home and End to the ends; up and down to the nearest in another row.
 * @param {Element} group @param {() => (HTMLElement | SVGElement)[]} members
 * @returns {() => void} to call when members or what is pressed have changed: lets the pressed one be the stop, unless
 * the focus is among them
 */
export function roving(group, members) {
  const stay = (/** @type {Element | null} */ chosen) => {
    for (const one of members()) one.tabIndex = one === chosen ? 0 : -1;
  };
  group.addEventListener("focusin", (event) => {
    const list = members();
    if (list.includes(/** @type {HTMLElement} */ (event.target))) stay(/** @type {Element} */ (event.target));
  });
  group.addEventListener("keydown", (event) => {
    const { key, target } = /** @type {KeyboardEvent} */ (event);
    const list = members();
    const at = list.indexOf(/** @type {HTMLElement} */ (target));
    if (at < 0) return;
    const ways = { ArrowLeft: list[at - 1], ArrowRight: list[at + 1], Home: list[0], End: list[list.length - 1] };
    const way = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
    const to = way ? nearest(list, at, way) : /** @type {Record<string, HTMLElement | SVGElement>} */ (ways)[key];
    to?.focus();
    if (way || key in ways) event.preventDefault();
  });
  return () => {
    const list = members();
    if (!group.contains(group.ownerDocument.activeElement))
      stay(list.find((one) => one.getAttribute("aria-pressed") === "true") ?? list[0] ?? null);
  };
}

/** The same of all buttons in a group that are not hidden, however often they are made anew. @param {Element} group */
export function rovingButtons(group) {
  return roving(group, () => Array.from(group.querySelectorAll("button")).filter((one) => !one.closest("[hidden]")));
}

/**
 * The member above (−1) or below (1) that stands nearest to the one at `at`.
 * @param {(HTMLElement | SVGElement)[]} list @param {number} at @param {number} way
 */
function nearest(list, at, way) {
  const boxes = list.map((one) => one.getBoundingClientRect());
  const middle = ({ left, width } = boxes[at]) => left + width / 2;
  const rows = boxes.map((box) => Math.round(way * (box.top + box.height / 2 - boxes[at].top - boxes[at].height / 2)));
  const least = Math.min(...rows.filter((far) => far > boxes[at].height / 2));
  const row = list.map((_, i) => i).filter((i) => Math.abs(rows[i] - least) <= boxes[at].height / 2);
  row.sort((a, b) => Math.abs(middle(boxes[a]) - middle()) - Math.abs(middle(boxes[b]) - middle()));
  return list[row[0]];
}
