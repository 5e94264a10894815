/** What lasts of a training: kept in this browser, saved as model.onnx, and the list of what is kept here. */

import { button, make, refill } from "../../kit/dom.js";
import { percent, thousands } from "../../kit/format.js";
import { spoken } from "../../kit/i18n.js";
import { saveFile } from "../../kit/save_file.js";
import { ModelFault } from "../../modelfile/fault.js";
import { keeperOf } from "./keeper.js";
import { modelFileOf } from "./model_file.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../kit/keep.js").KeptLine} KeptLine */
/** @typedef {import("./keeper.js").Keeper} Keeper */
/** @typedef {import("./trainer.js").Asked} Asked */
/** @typedef {import("./trainer.js").Trainer} Trainer */

/**
 * @param {Lab} lab
 * @param {Trainer} trainer
 * @param {(asked: Asked) => void} [opened] a kept training took the trainer's place
 */
export function keepingPart(lab, trainer, opened = () => {}) {
  const { doc, t } = lab;
  const keeper = keeperOf(lab, trainer);
  let [shown, fault] = ["", ""];
  const keep = button(doc, t("keep.keep"), () => void keeper.keep(), { class: "button keep-here" });
  const save = button(doc, t("keep.save"), () => void write(), { class: "button keep-file" });
  const words = make(doc, "p", { class: "note keep-words", "aria-live": "polite" });
  const trouble = make(doc, "p", { class: "formula-message trouble", role: "alert" });
  const rows = make(doc, "ul", { class: "kept-rows" });
  const room = make(doc, "p", { class: "note" });
  const list = make(doc, "div", { class: "kept" }, make(doc, "h3", {}, t("keep.here")), rows, room);
  const tools = make(doc, "div", { class: "train-controls keep-tools" }, keep, save);
  const element = make(doc, "div", { class: "keeping" }, tools, trouble, words, list);

  async function write() {
    fault = "";
    const snapshot = await trainer.snapshot();
    try {
      if (snapshot) saveFile(doc, "model.onnx", modelFileOf(lab, snapshot), "application/octet-stream");
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error;
      fault = spoken(t, error.said);
    }
    refresh();
  }

  /** @param {string} id @param {boolean} go */
  async function open(id, go) {
    await keeper.open(id, go);
    if (!keeper.fault && trainer.asked) opened(trainer.asked);
  }

  /** @param {KeptLine} line */
  function row(line) {
    const { formula, step, steps, seed, accuracy } = line.about;
    const facts = [
      t("keep.step", { step: thousands(step), steps: thousands(steps) }),
      accuracy === null ? "" : t("keep.accuracy", { share: percent(accuracy) }),
      t("keep.seed", { seed }),
      new Date(line.date).toLocaleString(doc.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }),
      sizeWords(line.bytes),
    ];
    const name = { name: line.name };
    return make(
      doc,
      "li",
      { class: "kept-row" },
      make(doc, "code", { class: "kept-formula", title: formula }, line.name),
      make(doc, "span", { class: "small kept-facts" }, facts.filter(Boolean).join(" · ")),
      make(
        doc,
        "div",
        { class: "kept-tools" },
        button(doc, t("keep.open"), () => void open(line.id, false), { "aria-label": t("keep.open.of", name) }),
        step < steps
          ? button(doc, t("keep.resume"), () => void open(line.id, true), { "aria-label": t("keep.resume.of", name) })
          : null,
        ...removal(line.id, t("keep.remove.of", name)),
      ),
    );
  }

  /** A button that asks once more. @param {string} id @param {string} label */
  function removal(id, label) {
    const ask = button(doc, t("keep.remove"), () => turn(true), { class: "link", "aria-label": label });
    const sure = button(doc, t("keep.remove.sure"), () => void keeper.remove(id), { class: "button", hidden: true });
    const turn = (/** @type {boolean} */ asked) => {
      ask.hidden = asked;
      sure.hidden = !asked;
      (asked ? sure : ask).focus();
    };
    sure.addEventListener("blur", () => turn(false));
    sure.addEventListener("keydown", (event) => {
      if (event.key === "Escape") turn(false);
    });
    return [ask, sure];
  }

  const refresh = () => {
    const learned = Boolean(trainer.tensors) && trainer.state !== "failed";
    tools.hidden = !trainer.asked;
    const nowhere = keeper.fault?.why === "nowhere";
    keep.toggleAttribute("disabled", !learned || keeper.keeps || nowhere);
    save.toggleAttribute("disabled", !learned);
    trouble.textContent = fault || faultWords(lab, keeper);
    trouble.hidden = !trouble.textContent || (nowhere && !trainer.asked);
    words.textContent =
      keeper.keeps && keeper.step >= 0 && !keeper.fault ? t("keep.kept", { step: thousands(keeper.step) }) : "";
    words.hidden = !words.textContent;
    const { lines, damaged } = keeper;
    const key = JSON.stringify([lines?.map(({ id, date, name }) => [id, date, name]), damaged]);
    list.hidden = !lines?.length && !damaged.length;
    if (key === shown) return;
    shown = key;
    refill(
      rows,
      ...(lines ?? []).map(row),
      ...damaged.map((id) =>
        make(doc, "li", { class: "kept-row" }, t("keep.damaged"), ...removal(id, t("keep.remove"))),
      ),
    );
    room.textContent = t("keep.room", { size: sizeWords(keeper.bytes) });
  };
  const silent = keeper.listen(refresh);
  if (!keeper.lines) void keeper.look();
  refresh();
  return { element, refresh, gone: silent };
}

/** @param {number} bytes */
function sizeWords(bytes) {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {Lab} lab @param {Keeper} keeper */
function faultWords({ t }, { fault }) {
  if (!fault) return "";
  if (fault.why === "nowhere") return t("keep.nowhere");
  if (fault.why === "full") return t("keep.full");
  if (fault.why === "gone") return t("keep.gone");
  return fault.why === "damaged" ? t("keep.unreadable") : t("keep.trouble", { what: fault.message });
}
