/**
 * With which weights photographs are learned: on those of the network that ships, once its file is here, or from none.
 */

import { button, make } from "../../../kit/dom.js";
import { percent } from "../../../kit/format.js";
import { pretrainedOf } from "../../training/pretrained.js";
import { presets } from "../../widgets.js";
import { ownOf } from "./state.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../training/pretrained.js").Pretrained} Pretrained */

/** @param {Lab} lab @returns {import("../../types.js").Drawing} */
export function featuresPart(lab) {
  const { doc, t } = lab;
  const file = pretrainedOf(lab);
  if (!file) return { element: make(doc, "p", { class: "note own-features" }, t("own.features.none")) };
  const megabytes = (file.known.bytes / 1e6).toFixed(1);
  const scratch = () => ownOf(lab.state).scratch;
  const choose = presets(lab, t("own.features"), [
    { text: t("own.features.frozen"), on: () => !scratch(), press: () => lab.tune({ w: null }) },
    { text: t("own.features.scratch"), on: scratch, press: () => lab.tune({ w: "scratch" }) },
  ]);
  const field = make(doc, "input", {
    type: "file",
    hidden: true,
    class: "own-features-file",
    "aria-label": t("whole.choose", { file: shownFileName(file) }),
    on: {
      change: () => {
        const chosen = field.files?.[0];
        field.value = "";
        if (chosen) void file.read(chosen);
      },
    },
  });
  const load = button(
    doc,
    file.hosted ? t("own.features.load", { megabytes }) : t("whole.choose", { file: shownFileName(file) }),
    () => (file.hosted ? void file.load() : field.click()),
    { class: "button primary own-features-load" },
  );
  const words = make(doc, "p", { class: "note own-features-words", "aria-live": "polite" });
  const trouble = make(doc, "p", { class: "formula-message trouble", role: "alert" });
  const element = make(
    doc,
    "section",
    { class: "worked own-features", "aria-label": t("own.features"), on: { dragover: over, drop } },
    make(doc, "h2", {}, t("own.features")),
    make(doc, "div", { class: "own-bar" }, choose.element, load, field),
    trouble,
    words,
  );

  /** @param {DragEvent} event */
  function over(event) {
    if (file?.state === "absent" && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  }

  /** @param {DragEvent} event */
  function drop(event) {
    const dropped = event.dataTransfer?.files[0];
    if (!dropped || file?.state !== "absent") return;
    event.preventDefault();
    event.stopPropagation();
    void file.read(dropped);
  }

  const refresh = () => {
    const { state, fault } = file;
    choose.element.hidden = state !== "ready";
    choose.refresh();
    load.hidden = state === "ready";
    load.toggleAttribute("disabled", state !== "absent");
    trouble.textContent =
      fault && (fault === "other" ? t("whole.other", { file: shownFileName(file) }) : t("own.features.away"));
    trouble.hidden = !fault;
    const said = featureWords(lab, file, megabytes);
    if (words.textContent !== said) words.textContent = said;
  };
  const silent = file.listen(refresh);
  refresh();
  void file.kept(); // what was loaded in an earlier visit is there without a request
  return { element, refresh, gone: silent };
}

/** @param {Pretrained} file */
function shownFileName({ known }) {
  return known.file.split("/").pop() ?? known.file;
}

/** @param {Lab} lab @param {Pretrained} file @param {string} megabytes */
function featureWords(lab, file, megabytes) {
  const { t } = lab;
  if (file.state === "loading") return t("whole.loading", { share: percent(file.done, 0), megabytes });
  if (file.state === "unpacking") return t("own.features.begins");
  if (file.state === "ready") return ownOf(lab.state).scratch ? t("own.features.apart") : t("own.features.here");
  return file.hosted
    ? t("own.features.hosted", { megabytes })
    : t("own.features.filed", { megabytes, file: shownFileName(file) });
}
