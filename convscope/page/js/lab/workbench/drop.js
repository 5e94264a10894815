/**
 * Pictures of one's own: a place to drop a folder or a zip on, a camera, what was understood, and the way to train.
 */

import { button, make, refill } from "../../kit/dom.js";
import { spoken } from "../../kit/i18n.js";
import { faultOf } from "../../formula/fault.js";
import { cameraPart } from "./camera.js";
import { chosen } from "./drop_read.js";
import { ownName } from "./drop_store.js";
import { openPlace, toPlace } from "./places.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").Dropped} Dropped */
/** @typedef {import("./drop_store.js").DropStore} DropStore */

/** @param {Lab} lab @param {DropStore} drops */
export function dropView(lab, drops) {
  const { doc, t } = lab;
  const heading = make(doc, "h2", { tabindex: -1, class: "bench-heading" }, t("drop.title"));
  const camera = cameraPart(lab, (set) => void drops.take([set]));
  const place = make(
    doc,
    "section",
    { class: "drop-place", "aria-labelledby": "drop-how" },
    make(doc, "p", { class: "drop-how", id: "drop-how" }, t("drop.how")),
    make(
      doc,
      "div",
      { class: "bench-tools" },
      chooser(lab, "folder", { webkitdirectory: true }, drops),
      chooser(lab, "zip", { accept: ".zip,application/zip" }, drops),
      camera.opener,
    ),
    make(doc, "p", { class: "note" }, t("drop.note")),
  );
  const bar = make(doc, "progress", { "aria-label": t("drop.sending.label") });
  const words = make(doc, "span", { class: "figure small" });
  const sending = make(
    doc,
    "div",
    { class: "drop-sending" },
    bar,
    words,
    button(doc, t("drop.cancel"), () => drops.cancel()),
  );
  const note = make(doc, "p", { class: "note", role: "status" });
  const fault = make(doc, "p", { class: "run-fault", role: "alert" });
  const found = foundPart(lab, () => (drops.version += 1));
  const others = othersPart(lab);
  const way = make(
    doc,
    "p",
    { class: "bench-back" },
    make(doc, "a", { class: "link", href: "#c=workbench", on: { click: toPlace(lab, {}) } }, `‹ ${t("bench.back")}`),
  );
  const element = make(
    doc,
    "div",
    { class: "own-data" },
    way,
    make(doc, "div", { class: "bench-head" }, heading),
    place,
    camera.element,
    sending,
    note,
    fault,
    found.element,
    others.element,
  );
  const refresh = () => {
    const now = drops.sending;
    sending.hidden = !now;
    if (now) {
      bar.max = Math.max(1, now.bytes);
      bar.value = now.sent;
      words.textContent = t("drop.sending", {
        name: now.name,
        n: now.done,
        all: now.files,
        mb: (now.sent / 1e6).toFixed(1),
        total: (now.bytes / 1e6).toFixed(1),
      });
    }
    if (note.textContent !== drops.note) note.textContent = drops.note;
    if (fault.textContent !== drops.fault) fault.textContent = drops.fault;
    fault.hidden = !drops.fault;
    found.refresh();
    others.refresh(drops.version);
  };
  refresh();
  return { element, refresh, gone: () => camera.gone(), heading: () => heading };
}

/** A button that opens the browser's own dialogue. @param {Lab} lab @param {"folder" | "zip"} kind
 * @param {Record<string, any>} props @param {DropStore} drops */
function chooser({ doc, t }, kind, props, drops) {
  const input = make(doc, "input", {
    type: "file",
    class: "unseen",
    id: `drop-${kind}`,
    ...props,
    on: {
      change: () => {
        const sets = chosen(input.files);
        void drops.take(sets);
        input.value = "";
      },
    },
  });
  return make(
    doc,
    "span",
    { class: "photo" },
    input,
    make(doc, "label", { for: `drop-${kind}`, class: "button" }, kind === "folder" ? t("drop.folder") : t("drop.zip")),
  );
}

/** What the chosen set was understood as, and what to do with it. @param {Lab} lab @param {() => void} removed */
function foundPart(lab, removed) {
  const { doc, t, api } = lab;
  const element = make(doc, "section", { class: "worked drop-found", "aria-live": "polite" });
  let shown = "";
  let closed = 0;
  const complain = (/** @type {unknown} */ error) =>
    element.append(
      make(doc, "p", { class: "run-fault", role: "alert" }, error instanceof Error ? error.message : String(error)),
    );

  /** @param {Dropped} one */
  const draw = ({ id, name, understood, fault }) => {
    const train = button(
      doc,
      t("drop.train"),
      async () => {
        if (train.getAttribute("aria-disabled") === "true") return;
        train.setAttribute("aria-disabled", "true");
        train.textContent = t("bench.starting");
        try {
          const run = await api?.start({ data: id, recipe: "auto" });
          if (run) openPlace(lab, { v: "run", r: run.id });
        } catch (error) {
          complain(error);
          train.setAttribute("aria-disabled", "false");
          train.textContent = t("drop.train");
        }
      },
      { class: "primary large-primary" },
    );
    const options = { v: "new", d: id };
    const keep = button(doc, t("drop.keep"), () => ask(false));
    const sure = button(
      doc,
      t("drop.remove.sure"),
      () =>
        api?.removeData(name).then(() => {
          lab.say(t("drop.removed", { name }));
          removed();
          openPlace(lab, { v: "own" });
        }, complain),
      { class: "button danger" },
    );
    const remove = button(doc, t("drop.remove"), () => ask(true), { "aria-label": t("drop.remove.named", { name }) });
    const question = make(doc, "p", { hidden: true }, t("drop.remove.question", { name }), " ", sure, " ", keep);
    const ask = (/** @type {boolean} */ on) => {
      question.hidden = !on;
      remove.hidden = on;
      (on ? keep : remove).focus();
    };
    refill(
      element,
      make(doc, "h3", {}, t("drop.found", { name })),
      understood.length
        ? make(doc, "ul", { class: "said" }, ...understood.map((line) => make(doc, "li", {}, spoken(t, line))))
        : null,
      fault ? make(doc, "p", { class: "run-fault drop-fault" }, faultOf(fault).lines(t)) : null,
      fault ? null : make(doc, "p", { class: "note" }, t("drop.train.note")),
      make(
        doc,
        "div",
        { class: "bench-tools" },
        fault ? null : train,
        fault
          ? null
          : make(
              doc,
              "a",
              {
                class: "button",
                href: `#c=workbench&v=new&d=${encodeURIComponent(id)}`,
                on: { click: toPlace(lab, options) },
              },
              t("drop.options"),
            ),
        remove,
      ),
      question,
    );
  };
  return {
    element,
    refresh: () => {
      const name = ownName(lab.state.d);
      if (name === shown) return;
      shown = name;
      const mine = ++closed;
      element.hidden = !name;
      if (!name || !api) return;
      refill(element, make(doc, "p", { class: "note" }, t("drop.reading")));
      api.data(name).then(
        (one) => {
          if (mine === closed) draw(one);
        },
        (error) => {
          if (mine !== closed) return;
          refill(element);
          complain(error);
        },
      );
    },
  };
}

/** What is here already. @param {Lab} lab */
function othersPart(lab) {
  const { doc, t, api } = lab;
  const rows = make(doc, "ul", { class: "drop-others" });
  const element = make(doc, "section", { hidden: true }, make(doc, "h3", {}, t("drop.others")), rows);
  let known = -1;
  return {
    element,
    /** @param {number} version */
    refresh: (version) => {
      if (version === known || !api) return;
      known = version;
      api.offer().then(
        ({ data }) => {
          const own = data.filter((one) => one.kind === "own");
          element.hidden = !own.length;
          refill(
            rows,
            ...own.map(({ id, name }) =>
              make(
                doc,
                "li",
                {},
                make(
                  doc,
                  "a",
                  {
                    class: "link",
                    href: `#c=workbench&v=own&d=${encodeURIComponent(id)}`,
                    on: { click: toPlace(lab, { v: "own", d: id }) },
                  },
                  name,
                ),
              ),
            ),
          );
        },
        () => null, // the workbench says that the lab is gone
      );
    },
  };
}
