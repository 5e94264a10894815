/** Label questions: pictures whose label the network doubts, each with a choice, and the list of changes to save. */

import { button, make } from "../kit/dom.js";
import { percent, thousands } from "../kit/format.js";
import { saveFile } from "../kit/save_file.js";
import { changed, changesText } from "./changes_file.js";
import { card, reasonOf, reportSection, splitText } from "./parts.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").LabelQuestion} LabelQuestion */

/** @param {ReportApp} app */
export function questionsSection(app) {
  const { doc, t, report, decided } = app;
  if (report.asked === null) {
    const reason = reasonOf(app, "questions");
    return reason ? reportSection(app, "questions", t("report.questions"), "", reason) : null;
  }
  const { questions, classes } = report;
  const files = questions.some((one) => one.digest);
  const save = button(doc, "", () => saveFile(doc, "changes.csv", changesText(report, decided), "text/csv"));
  const say = () => {
    const n = changed(questions, classes, decided).length;
    save.textContent = t("report.questions.save", { n });
    save.toggleAttribute("disabled", !n);
  };
  say();
  const how = files
    ? [
        make(doc, "div", { class: "save-line" }, save, make(doc, "code", {}, commandWith(report.command))),
        make(doc, "p", { class: "note" }, t("report.questions.how")),
      ]
    : [];
  const lead = !questions.length
    ? t("report.questions.none")
    : t("report.questions.lead", { n: thousands(report.asked) });
  return reportSection(
    app,
    "questions",
    t("report.questions"),
    lead,
    make(doc, "div", { class: "cards questions" }, ...questions.map((one) => question(app, one, files, say))),
    ...(questions.length ? how : []),
  );
}

/** @param {string | null} command */
function commandWith(command) {
  if (!command) return "convscope train DATA --changes changes.csv";
  return command
    .replace(/ (?:'--changes=(?:[^']|'"'"')*'|--changes=\S+)/, "")
    .replace(" -- ", " --changes changes.csv -- ");
}

/** @param {ReportApp} app @param {LabelQuestion} one @param {boolean} asks @param {() => void} say */
function question(app, one, asks, say) {
  const { doc, t, report, decided } = app;
  const { classes } = report;
  const [label, suggested] = [classes[one.label], classes[one.suggested]];
  const alt = t("report.question.alt", { label, suggested, p: percent(one.probability) });
  const others = classes.filter((name) => name !== label && name !== suggested);
  const choice = make(
    doc,
    "select",
    {
      "aria-label": t("report.question.choice", { path: one.path }),
      on: {
        change: () => {
          if (choice.value === "?") decided.delete(one.path);
          else decided.set(one.path, choice.value.slice(1));
          say();
        },
      },
    },
    make(doc, "option", { value: "?" }, t("report.question.open")),
    make(doc, "option", { value: `=${suggested}` }, t("report.question.is", { name: suggested })),
    make(doc, "option", { value: `=${label}` }, t("report.question.stays", { name: label })),
    ...others.map((name) => make(doc, "option", { value: `=${name}` }, t("report.question.is", { name }))),
    make(doc, "option", { value: "=" }, t("report.question.out")),
  );
  choice.value = decided.has(one.path) ? `=${decided.get(one.path)}` : "?";
  const made = card(
    app,
    one.picture,
    alt,
    one.path,
    make(doc, "span", { class: "names" }, t("report.question.label", { name: label })),
    make(
      doc,
      "span",
      { class: "names" },
      t("report.question.says"),
      " ",
      make(doc, "b", {}, suggested),
      ` ${percent(one.probability, 0)}`,
    ),
    make(doc, "span", { class: "small" }, splitText(app, one.split)),
  );
  if (asks) made.append(choice);
  return made;
}
