/** Draw a digit: a network reads it in the page, and its see-through page, where there is one, opens with it. */

import { make, refill, setVar } from "../../kit/dom.js";
import { makeEngine } from "../../engine/engine.js";
import { percent } from "../../kit/format.js";
import { paintPicture } from "../../kit/palette.js";
import { START, formatHash, packPixels } from "../../look/state.js";
import { inkPad } from "../../look/views/pad.js";
import { padInkOf, padInkText } from "./ink.js";

/** @typedef {import("../types.js").Lab} Lab */
/**
 * @typedef {object} Reader
 * @property {import("../types.js").Network | null} network what reads; null for nobody yet
 * @property {string | null} look where its see-through page is
 * @property {() => string} who says whose network it is
 */

/** @param {Lab} lab @param {Reader} store */
export function drawPart(lab, store) {
  const { doc, t } = lab;
  const holder = make(doc, "div", {});
  const seen = make(doc, "canvas", { class: "pixels tensor" });
  const who = make(doc, "p", { class: "note" });
  const verdict = make(doc, "p", { class: "draw-verdict", "aria-live": "polite" });
  const rows = make(doc, "div", { class: "digit-scores" });
  const link = make(doc, "a", { class: "primary look-link", target: "_blank", rel: "noopener" }, t("mnist.look"));
  const element = make(
    doc,
    "section",
    { class: "worked drawing-digit", "data-widget": "draw" },
    make(doc, "h2", {}, t("mnist.draw")),
    make(doc, "p", {}, t("mnist.draw.text")),
    who,
    make(
      doc,
      "div",
      { class: "digit-grid" },
      make(doc, "div", {}, make(doc, "h3", {}, t("draw.pad")), holder),
      make(doc, "div", {}, make(doc, "h3", {}, t("draw.tensor")), seen),
      make(doc, "div", {}, make(doc, "h3", {}, t("scores")), rows, verdict),
    ),
    make(doc, "p", {}, link),
  );
  let network = /** @type {import("../types.js").Network | null} */ (null);
  let engine = /** @type {ReturnType<typeof makeEngine> | null} */ (null);
  let picture = /** @type {Uint8Array | null} */ (null);
  /** @type {ReturnType<typeof inkPad> | null} */
  let pad = null;
  /** The picture on the pad, as the address has it. */
  let shown = "";
  /** @type {{row: HTMLElement, bar: HTMLElement, share: HTMLElement}[]} */
  let bars = [];
  const read = () => {
    if (!engine || !network) return;
    paintPicture(
      seen,
      picture ?? new Uint8Array(network.input.shape.reduce((a, b) => a * b, 1)),
      0,
      network.input.shape,
    );
    const empty = !picture || picture.every((v) => v === 0);
    element.classList.toggle("nothing-drawn", empty);
    const probabilities = empty ? null : engine.forward(/** @type {Uint8Array} */ (picture)).probabilities;
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    bars.forEach(({ row, bar, share }, i) => {
      setVar(bar, "share", String(probabilities?.[i] ?? 0));
      share.textContent = probabilities ? percent(probabilities[i]) : "–";
      row.classList.toggle("winner", i === best);
    });
    verdict.textContent = probabilities
      ? t("mnist.verdict", { digit: network.classes[best], share: percent(probabilities[best]) })
      : t("mnist.empty");
    if (store.look)
      link.href =
        store.look +
        (picture && !empty ? formatHash({ ...START, view: "draw", picture: `d${packPixels(picture)}` }) : "");
    link.hidden = !store.look;
  };
  const refresh = () => {
    if (store.network && store.network !== network) {
      network = store.network;
      engine = makeEngine(network);
      bars = network.classes.map((name) => {
        const bar = make(doc, "span", { class: "bar" });
        const share = make(doc, "span", { class: "figure" });
        return {
          bar,
          share,
          row: make(
            doc,
            "div",
            { class: "score" },
            make(doc, "span", { class: "name" }, name),
            make(doc, "span", { class: "track" }, bar),
            share,
          ),
        };
      });
      refill(rows, ...bars.map(({ row }) => row));
      if (!pad) {
        pad = inkPad(
          /** @type {any} */ ({ doc, t, payload: { input: network.input }, state: { picture: "" }, say: lab.say }),
          (drawn) => {
            picture = drawn;
            shown = padInkText(drawn) ?? "";
            lab.tune({ ink: shown });
            return "";
          },
        );
        refill(holder, pad.element);
      }
    }
    if (pad && network && (lab.state.ink ?? "") !== shown) {
      shown = lab.state.ink ?? "";
      picture = padInkOf(
        lab.state,
        network.input.shape.reduce((a, b) => a * b, 1),
      );
      pad.show(picture);
    }
    element.hidden = !store.network;
    who.textContent = store.who();
    read();
  };
  refresh();
  return { element, refresh, gone: () => pad?.gone() };
}
