/** Pictures from the camera: name a class, press, and each press is one picture; then all are sent as one set. */

import { button, make, refill } from "../../kit/dom.js";
import { cameraTrouble } from "../../look/views/camera.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./drop_read.js").DroppedSet} DroppedSet */
/** @typedef {import("./drop_read.js").Sent} Sent */

const QUALITY = 0.92; // of a JPEG
const LAST_SHOWN = 8;

/** @param {Lab} lab @param {(set: DroppedSet) => void} send */
export function cameraPart(lab, send) {
  const { doc, t, win } = lab;
  /** @type {MediaStream | null} */
  let stream = null;
  let opening = false;
  let gone = false;
  /** @type {(Sent & {of: string, shown: HTMLCanvasElement})[]} */
  let taken = [];
  const numbers = new Map();
  const opener = button(doc, t("snap.open"), () => void (stream ? stop() : open()), { "aria-expanded": "false" });
  const video = make(doc, "video", { playsinline: true, "aria-label": t("snap.video"), props: { muted: true } });
  const name = make(doc, "input", {
    id: "camera-class",
    autocomplete: "off",
    maxlength: 60,
    on: {
      input: () => refresh(),
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter") void take();
      },
    },
  });
  const press = button(doc, t("snap.take"), () => void take(), { class: "primary large-primary" });
  const undo = button(doc, t("snap.undo"), () => {
    taken.pop();
    refresh();
    if (!taken.length) press.focus();
  });
  const done = button(doc, t("snap.done"), () => {
    const files = taken.map(({ path, file }) => ({ path, file }));
    taken = [];
    stop();
    send({ name: t("snap.set"), archive: false, files, hidden: 0 });
  });
  const counts = make(doc, "p", { class: "note", role: "status" });
  const last = make(doc, "div", { class: "camera-last", "aria-hidden": "true" });
  const message = make(doc, "p", { class: "run-fault", role: "alert", hidden: true });
  const panel = make(
    doc,
    "div",
    { class: "camera-panel", hidden: true },
    video,
    make(
      doc,
      "div",
      { class: "camera-words" },
      make(doc, "label", { for: "camera-class" }, t("snap.class")),
      name,
      make(doc, "div", { class: "bench-tools" }, press, undo, done),
      counts,
      last,
    ),
  );
  const element = make(doc, "section", { class: "camera" }, message, panel);

  const complain = (/** @type {string} */ words) => {
    message.textContent = words;
    message.hidden = !words;
  };
  const open = async () => {
    if (opening) return;
    complain("");
    if (!win.navigator.mediaDevices) {
      complain(t("snap.insecure"));
      return;
    }
    opening = true;
    try {
      const got = await win.navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
      });
      if (gone) got.getTracks().forEach((one) => one.stop());
      else {
        stream = got;
        video.srcObject = got;
        await video.play();
        name.focus();
      }
    } catch (error) {
      complain(cameraTrouble(t, error));
    }
    opening = false;
    refresh();
  };
  const stop = () => {
    stream?.getTracks().forEach((one) => one.stop());
    stream = null;
    video.srcObject = null;
    refresh();
    if (!gone) opener.focus();
  };
  const take = async () => {
    const of = name.value.trim().replace(/[/\\]/g, "_").replace(/^\.+/, "");
    if (!of || !stream || !video.videoWidth) {
      name.focus();
      return;
    }
    const picture = make(doc, "canvas", { width: video.videoWidth, height: video.videoHeight });
    picture.getContext("2d")?.drawImage(video, 0, 0);
    /** @type {Blob | null} */
    const file = await new Promise((good) => picture.toBlob(good, "image/jpeg", QUALITY));
    if (!file) return;
    const n = (numbers.get(of) ?? 0) + 1;
    numbers.set(of, n);
    const shown = make(doc, "canvas", { width: 96, height: Math.round((96 * picture.height) / picture.width) });
    shown.getContext("2d")?.drawImage(picture, 0, 0, shown.width, shown.height);
    taken.push({ path: `${of}/${String(n).padStart(4, "0")}.jpg`, file, of, shown });
    refresh();
  };
  const refresh = () => {
    panel.hidden = !stream;
    opener.textContent = stream ? t("snap.close") : t("snap.open");
    opener.setAttribute("aria-expanded", String(Boolean(stream)));
    press.setAttribute("aria-disabled", String(!name.value.trim()));
    undo.hidden = done.hidden = !taken.length;
    /** @type {Map<string, number>} */
    const by = new Map();
    for (const { of } of taken) by.set(of, (by.get(of) ?? 0) + 1);
    const words = [...by].map(([of, n]) => `${of} (${n})`).join(", ");
    const said = taken.length ? t("snap.counts", { n: taken.length, counts: words }) : t("snap.how");
    if (counts.textContent !== said) counts.textContent = said;
    refill(last, ...taken.slice(-LAST_SHOWN).map(({ shown }) => shown));
  };
  refresh();
  return {
    element,
    opener,
    gone: () => {
      gone = true;
      stop();
    },
  };
}
