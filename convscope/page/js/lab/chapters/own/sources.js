/** Pictures from elsewhere: files, folders named by their classes, what is dropped, and the camera. */

import { fitPicture } from "../../../engine/fit.js";
import { button, make } from "../../../kit/dom.js";
import { pixelsOf } from "../../../kit/pixels.js";
import { cameraBox } from "../../../look/views/camera.js";
import { dropped, isDrop } from "../../workbench/drop_read.js";
import { collectedInput } from "./input.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../workbench/drop_read.js").Sent} Sent */
/** @typedef {import("./collection.js").Collection} Collection */

const PICTURE_NAMES = /\.(png|jpe?g|webp|gif|bmp|avif|svg)$/i;

/**
 * @param {Lab} lab
 * @param {Collection} collection
 * @param {() => number} label the class that a picture without a folder goes to
 * @param {(label: number, pixels: Uint8Array[]) => number} add returns how many were taken
 * @param {(words: string) => void} say
 * @param {() => void} keep the classes are others now
 */
export function photoSource(lab, collection, label, add, say, keep) {
  const { doc, t } = lab;
  const input = collectedInput(lab, collection.kind);

  /** Put a picture of the camera into the chosen class. @param {Blob} frame */
  const takeFrame = async (frame) => {
    const chosen = label(); // another class may be chosen while this is read
    const { data, height, width } = await pixelsOf(doc, frame);
    const taken = add(chosen, [fitPicture(data, height, width, input)]);
    const words = { name: collection.names[chosen], n: collection.counts[chosen] };
    say(taken ? t("own.added", words) : t("own.same"));
  };

  /** Read files into their classes: the name of the last folder, else the chosen class. @param {Sent[]} files */
  const read = async (files) => {
    let [taken, unread, without] = [0, 0, 0];
    const chosen = label(); // another class may be chosen while these are read
    for (const { path, file } of files.filter((one) => PICTURE_NAMES.test(one.path))) {
      const folder = path.split("/").slice(0, -1).pop();
      const known = folder ? collection.names.indexOf(folder) : chosen;
      const at = known < 0 ? classFor(collection, String(folder)) : known;
      if (at < 0) {
        without++;
        continue;
      }
      try {
        const { data, height, width } = await pixelsOf(doc, file);
        taken += add(at, [fitPicture(data, height, width, input)]);
      } catch {
        unread++;
      }
    }
    keep();
    const lines = [t("own.files.taken", { n: taken })];
    if (unread) lines.push(t("own.files.unread", { n: unread }));
    if (without) lines.push(t("own.files.without", { n: without }));
    say(lines.join(" "));
  };

  const choosers = [
    { words: t("own.files.choose"), props: { accept: "image/*", multiple: true } },
    { words: t("own.files.folder"), props: { webkitdirectory: true } },
  ].map(({ words, props }) => {
    const field = make(doc, "input", { type: "file", class: "unseen", tabindex: -1, "aria-hidden": "true", ...props });
    field.addEventListener("change", () => {
      // the folder that all lie in may be a class itself: whole paths are asked
      const files = [...(field.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
      field.value = "";
      void read(files);
    });
    return [field, button(doc, words, () => field.click())];
  });
  const camera =
    collection.kind === "photo"
      ? cameraBox(/** @type {any} */ (lab), (frame) => void takeFrame(frame), { held: true })
      : null;
  const refused = collection.kind === "photo" && !camera ? make(doc, "p", { class: "note" }, t("snap.insecure")) : null;
  const element = make(
    doc,
    "div",
    { class: "own-files upload", on: { dragover: over, drop } },
    make(doc, "div", { class: "own-ways" }, camera?.opener, ...choosers.flat()),
    camera?.element,
    refused,
    make(doc, "p", { class: "note" }, t("own.files.how")),
  );
  /** @param {DragEvent} event */
  function over(event) {
    if (isDrop(event)) event.preventDefault();
  }
  /** @param {DragEvent} event */
  function drop(event) {
    if (!isDrop(event) || !event.dataTransfer) return;
    event.preventDefault();
    event.stopPropagation();
    void dropped(event.dataTransfer).then((sets) => {
      const archives = sets.filter((one) => one.archive).length;
      // a folder alone is named by its set: its pictures belong to that class
      const files = sets
        .filter((one) => !one.archive)
        .flatMap((set) =>
          set.files.map(({ path, file }) => ({
            path: path.includes("/") || set.name === LOOSE_FILES ? path : `${set.name}/${path}`,
            file,
          })),
        );
      return archives && !files.length ? say(t("own.files.zip")) : read(files);
    });
  }
  return {
    element,
    refresh: () => {},
    gone: () => camera?.gone(),
  };
}

const LOOSE_FILES = "pictures"; // what drop_read.js calls files that lie in no folder

/**
 * A class for a folder: one that has no picture yet takes its name.
 * @param {Collection} collection
 * @param {string} name
 */
function classFor(collection, name) {
  const { counts, names } = collection;
  const free = counts.findIndex((count, k) => !count && /^[A-J]$/.test(names[k]));
  if (free >= 0 && collection.rename(free, name)) return free;
  return collection.addClass(name);
}
