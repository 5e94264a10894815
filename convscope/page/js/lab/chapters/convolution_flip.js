/** Whether the kernel is turned round first: what mathematics calls convolution, and what deep learning does. */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { largest } from "../../kit/palette.js";
import { numberTable } from "../grid.js";
import { weightText } from "../kernel.js";
import { convolveSlices, flippedKernel } from "../sums/convolution.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./convolution_state.js").Convolving} Convolving */

/** @param {Lab} lab @param {() => Convolving} now */
export function flipSection(lab, now) {
  const { doc, t } = lab;
  const flip = make(doc, "input", { type: "checkbox", on: { change: () => lab.tune({ f: flip.checked }) } });
  const said = make(doc, "p", { class: "note flip-said" });
  const shown = (/** @type {boolean} */ turned) =>
    numberTable(lab, {
      name: turned ? t("conv.flip.turned") : t("conv.flip.written"),
      kind: "kernel-laid",
      scale: "weights",
      limit: () => largest(now().kernel.flat()) || 1,
      size: () => [now().kernel.length, now().kernel.length],
      look: (y, x) => {
        const value = (turned ? flippedKernel(now().kernel) : now().kernel)[y][x];
        return { value, text: weightText(value) };
      },
    });
  const tables = [shown(false), shown(true)];
  const captions = [t("conv.flip.written"), t("conv.flip.turned")];
  const figures = tables.map((table, i) =>
    make(doc, "figure", {}, make(doc, "figcaption", { class: "small" }, captions[i]), table.element),
  );
  const element = make(
    doc,
    "section",
    { class: "worked flipping", "data-widget": "flip" },
    make(doc, "h2", {}, t("conv.flip.title")),
    make(doc, "p", { class: "flip-lead" }, t("conv.flip.lead")),
    make(
      doc,
      "div",
      { class: "flip-row" },
      ...figures,
      make(doc, "div", {}, make(doc, "label", { class: "check" }, flip, t("conv.flip")), said),
    ),
  );
  const refresh = () => {
    const one = now();
    flip.checked = one.flip;
    for (const table of tables) table.refresh();
    figures.forEach((figure, i) => figure.classList.toggle("laid", one.flip === Boolean(i)));
    refill(said, flipSaid(lab, one));
  };
  refresh();
  return { element, refresh };
}

/** How many outputs the other way makes different, and what it makes of this one. @param {Lab} lab
 * @param {Convolving} now */
function flipSaid({ t }, { slices, laid, slide, bias, output, at }) {
  if (!output.length) return t("conv.none");
  const other = convolveSlices(slices, laid.map(flippedKernel), slide, bias);
  const all = output.flat();
  const differ = other.flat().filter((value, i) => Math.abs(value - all[i]) > 1e-9).length;
  if (!differ) return t("conv.flip.same");
  const [here, there] = [output, other].map((one) => fixed(one[at[0]][at[1]], 4));
  const many = t("conv.flip.differ", { n: differ, all: all.length });
  return here === there ? many : `${many} ${t("conv.flip.here", { here, there })}`;
}
