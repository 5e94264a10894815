/** Every word of the vocabulary on one page. */

import { make } from "../kit/dom.js";
import { GLOSSARY } from "../kit/glossary.js";

/** @type {import("./types.js").Chapter} */
export const glossaryPage = {
  id: "glossary",
  number: 0,
  title: (t) => t("glossary.title"),
  lead: (t) => t("glossary.lead"),
  mount: ({ doc, t }) => ({
    element: make(
      doc,
      "dl",
      { class: "glossary" },
      ...GLOSSARY.map((word) =>
        make(
          doc,
          "div",
          { id: `word-${word.id}` },
          make(doc, "dt", {}, word.name(t)),
          make(doc, "dd", {}, word.said(t)),
        ),
      ),
    ),
  }),
};
