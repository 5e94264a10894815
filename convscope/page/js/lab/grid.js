/** A table of numbers on their colours, one of them in focus: by pointer, finger or arrow keys. */

import { make, refill, setVar } from "../kit/dom.js";
import { colourOf, inkOn } from "../kit/palette.js";

/** @typedef {import("./types.js").Lab} Lab */
/** @typedef {import("../kit/palette.js").Scale} Scale */

/**
 * @typedef {object} Look one cell of it
 * @property {number} value @property {string} text @property {string} [name] for the screen reader @property {string}
 * [kind] classes @property {{colour: string, ink: string}} [paint] where the scale's colours do not fit
 */

/**
 * @param {Lab} lab
 * @param {{name: string, kind?: string, scale?: Scale, look: (y: number, x: number) => Look, size: () => [number,
 * number], limit: () => number,
 * at?: (y: number, x: number) => void, press?: (y: number, x: number) => void, out?: () => void, draws?: () => boolean,
 * key?: (y: number, x: number, key: string) => boolean}} options `look` says what a cell shows, `limit` where the
 * colours end, `at` is called with the cell pointed at or in focus, `press` with the one pressed, while `draws` also
 * with those that a pressed pointer is drawn over, `key` with any other key and says whether it knew it
 */
export function numberTable(
  lab,
  { name, kind = "", scale = "activations", look, size, limit, at, press, out, draws, key },
) {
  const { doc } = lab;
  const live = Boolean(at || press);
  const element = make(doc, "div", { class: `number-table ${kind}`, role: "grid", "aria-label": name });
  /** @type {HTMLElement[][]} */
  let cells = [];
  /** @type {string[][]} what each cell's colour was made of */
  let painted = [];
  let home = [0, 0];
  const placeOfCell = (/** @type {Event} */ event) => {
    const square = /** @type {Element} */ (event.target).closest?.("[data-at]");
    return square && element.contains(square)
      ? (/** @type {HTMLElement} */ (square).dataset.at?.split(".").map(Number) ?? null)
      : null;
  };
  const stay = (/** @type {number} */ y, /** @type {number} */ x) => {
    cells[home[0]]?.[home[1]]?.setAttribute("tabindex", "-1");
    home = [y, x];
    cells[y]?.[x]?.setAttribute("tabindex", "0");
  };
  if (at) {
    const point = (/** @type {Event} */ event) => {
      const place = placeOfCell(event);
      if (place) {
        stay(place[0], place[1]);
        at(place[0], place[1]);
      }
    };
    element.addEventListener("pointerover", point);
    element.addEventListener("focusin", point);
  }
  if (out) {
    element.addEventListener("pointerleave", out);
    element.addEventListener("focusout", out);
  }
  if (press) {
    const go = (/** @type {Event} */ event) => {
      const place = placeOfCell(event);
      if (place) press(place[0], place[1]);
    };
    /** @type {number[] | null} */
    let drawn = null;
    const draw = (/** @type {Event} */ event) => {
      // a straight line from where it was: a quick hand skips cells
      const place = placeOfCell(event);
      if (!place) return;
      const [y, x] = drawn ?? place;
      const steps = Math.max(1, Math.abs(place[0] - y), Math.abs(place[1] - x));
      for (let i = 1; i <= steps; i++)
        press(Math.round(y + ((place[0] - y) * i) / steps), Math.round(x + ((place[1] - x) * i) / steps));
      drawn = place;
    };
    element.addEventListener("click", (event) => {
      if (!draws?.() || !event.detail) go(event);
    });
    element.addEventListener("pointerdown", (event) => {
      if (!draws?.() || event.button) return;
      const square = /** @type {Element} */ (event.target);
      // a finger keeps to where it began, else
      if (square.hasPointerCapture(event.pointerId)) square.releasePointerCapture(event.pointerId);
      drawn = null;
      draw(event);
    });
    element.addEventListener("pointerover", (event) => {
      if (event.buttons & 1 && draws?.()) draw(event);
    });
    element.addEventListener("pointerleave", () => {
      drawn = null;
    });
  }
  element.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const place = placeOfCell(event);
    if (!place) return;
    if (step) {
      const [y, x] = [place[0] + step[0], place[1] + step[1]];
      if (cells[y]?.[x]) {
        stay(y, x);
        cells[y][x].focus();
      }
      event.preventDefault();
    } else if (press && (event.key === "Enter" || event.key === " ")) {
      press(place[0], place[1]);
      event.preventDefault();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && key?.(place[0], place[1], event.key))
      event.preventDefault();
  });

  const build = (/** @type {number} */ rows, /** @type {number} */ columns) => {
    setVar(element, "columns", String(columns));
    cells = Array.from({ length: rows }, (_, y) =>
      Array.from({ length: columns }, (_, x) =>
        make(doc, "span", { class: "cell", role: "gridcell", "data-at": `${y}.${x}`, tabindex: live ? -1 : null }),
      ),
    );
    painted = cells.map(() => []);
    refill(element, ...cells.map((line) => make(doc, "div", { class: "line", role: "row" }, ...line)));
    if (live && rows && columns) stay(Math.min(home[0], rows - 1), Math.min(home[1], columns - 1));
  };
  const refresh = () => {
    const [rows, columns] = size();
    if (cells.length !== rows || cells[0]?.length !== columns) build(rows, columns);
    const most = limit();
    element.classList.toggle("draws", Boolean(draws?.()));
    cells.forEach((line, y) =>
      line.forEach((square, x) => {
        const { value, text, name: words, kind: classes = "", paint } = look(y, x);
        if (square.textContent !== text) square.textContent = text;
        const all = `cell ${classes}`;
        if (square.className !== all) square.className = all;
        if (words) square.setAttribute("aria-label", words);
        const made = paint?.colour ?? `${value} ${most} ${lab.dark()}`;
        if (painted[y][x] === made) return;
        painted[y][x] = made;
        setVar(square, "colour", paint?.colour ?? colourOf(scale, lab.dark(), value, most));
        setVar(square, "cell-ink", paint?.ink ?? inkOn(scale, lab.dark(), value, most));
      }),
    );
  };
  refresh();
  return { element, refresh };
}
