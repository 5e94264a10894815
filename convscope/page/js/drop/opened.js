/**
 * What stands above the page of a network that was dropped: the file, what is to be said of it, how pictures are read.
 */

import { make, refill } from "../kit/dom.js";
import { thousands } from "../kit/format.js";
import { spoken } from "../kit/i18n.js";
import { kindOf } from "../engine/kinds/all.js";
import { fileChoice } from "./place.js";
import { readingForm } from "./reading_form.js";

/** @typedef {import("../kit/i18n.js").Translate} Translate */
/** @typedef {import("../foreign/preprocessing.js").Asked} Asked */
/** @typedef {import("./reader.js").Chosen} Chosen */
/** @typedef {import("./reader.js").Shown} Shown */
/** @typedef {{take: (files: File[]) => void, ask: (change: Partial<Asked>) => void}} Doing */

/**
 * @param {Document} doc @param {() => Translate} words @param {Chosen} chosen @param {Shown} shown @param {Doing} doing
 */
export function openedBar(doc, words, chosen, shown, doing) {
  const said = make(doc, "p", { class: "drop-said", role: "status" });
  const element = make(doc, "section", { class: "opened", tabindex: -1 });
  const fill = () => {
    const t = words();
    const { reads, payload } = shown;
    const boxes = payload.nodes.filter(({ kind }) => kind === "opaque");
    const [ends, inside] = [true, false].map((closed) => boxes.filter((n) => (kindOf(n).forward === null) === closed));
    const notes = [
      chosen.own ? t("drop.own") : t("drop.judge"),
      ...(inside.length ? [t("drop.inside", { n: inside.length, name: inside[0].name, what: inside[0].text })] : []),
      ...(ends.length ? [t("drop.boxes", { n: ends.length, name: ends[0].name, what: ends[0].text })] : []),
      t("drop.data"),
      ...(chosen.own && chosen.opened.quantised ? [asLine(t("drop.rounded"))] : []),
      ...(reads?.notes ?? []).map((note) => asLine(spoken(t, note))),
    ];
    element.setAttribute("aria-label", t("drop.file"));
    refill(
      element,
      make(
        doc,
        "div",
        { class: "opened-line" },
        make(doc, "b", { class: "opened-name" }, chosen.name),
        make(doc, "span", { class: "note" }, fileFacts(t, chosen)),
        fileChoice(doc, t("drop.other"), doing.take, "link"),
      ),
      make(doc, "ul", { class: "opened-notes note" }, ...notes.map((note) => make(doc, "li", {}, note))),
      reads ? readingForm(doc, t, reads, doing.ask) : null,
      said,
    );
    return element;
  };
  fill();
  return {
    element,
    again: fill,
    /** @param {string} text */
    busy: (text) => {
      if (text) {
        said.classList.remove("refused");
        refill(said, make(doc, "progress", {}), " ", text);
      } else if (!said.classList.contains("refused")) refill(said);
    },
    /** @param {string} line */
    fail: (line) => {
      said.classList.add("refused");
      refill(said, line);
    },
  };
}

/** A note, which may follow others after a comma, as a line of its own. @param {string} text */
function asLine(text) {
  return text[0].toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");
}

/** @param {Translate} t @param {Chosen} chosen */
function fileFacts(t, { size, opened }) {
  const megabytes = size < 1e5 ? `${thousands(size / 1e3)} kB` : `${(size / 1e6).toFixed(1)} MB`;
  const by = opened.producer ? t("drop.by", { name: opened.producer }) : "";
  return [megabytes, by, `opset ${opened.opset}`].filter(Boolean).join(" · ");
}
