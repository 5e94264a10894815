/** A sheet of a chapter for paper: grids and formulas to fill in, black on white, one page of A4 or Letter. */

import { make, tableHead } from "../../kit/dom.js";
import { learningState } from "../chapters/backwards/state.js";
import { diagonalKernel, lectureX } from "../chapters/convolution_pictures.js";
import { PIXELS, WEIGHTS } from "../chapters/sharing_state.js";

/** @typedef {import("./page.js").Teacher} Teacher */
/** @typedef {(string | number)[][]} Cells */

/** @param {number} rows @param {number} columns @returns {Cells} */
const blank = (rows, columns) => Array.from({ length: rows }, () => Array(columns).fill(""));
const minus = (/** @type {number} */ v) => String(v).replace("-", "−");
const LINE = "________";

/** @type {Record<string, (teacher: Teacher) => HTMLElement[]>} */
const SHEETS = {
  plain: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.a1")),
    pair(
      doc,
      grid(
        doc,
        lectureX(9, 9).map((line) => line.map(minus)),
      ),
      grid(doc, blank(9, 9)),
    ),
    lines(doc, [t("sheet.a2", { line: LINE }), t("sheet.a3", { line: LINE }), t("sheet.a4", { line: LINE })]),
  ],
  local: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.b1")),
    ruled(
      doc,
      [t("sheet.layer"), "K", "S", t("sheet.jump"), t("sheet.field")],
      ["conv 5×5", "conv 5×5", "max 2×2", "conv 5×5", "conv 5×5"].map((name, i) => [
        name,
        i === 2 ? 2 : 5,
        i === 2 ? 2 : 1,
        "",
        "",
      ]),
    ),
    lines(doc, [t("sheet.b2", { line: LINE }), t("sheet.b3")]),
    grid(doc, blank(14, 14), 8),
  ],
  convolution: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.c1")),
    pair(
      doc,
      grid(
        doc,
        lectureX(9, 9).map((line) => line.map(minus)),
        7,
      ),
      grid(
        doc,
        diagonalKernel(3).map((line) => line.map(minus)),
        7,
      ),
      grid(doc, blank(7, 7), 10),
    ),
    lines(doc, [
      t("sheet.c2"),
      `I = 9, K = 3, S = 1, P = 0:  O = ${LINE}`,
      `I = 28, K = 5, S = 2, P = 1:  O = ${LINE}`,
      `I = ____, K = ____, S = ____, P = ____:  O = ${LINE}`,
      t("sheet.c3"),
    ]),
    grid(doc, blank(3, 3), 11),
  ],
  filters: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.d1")),
    pair(
      doc,
      grid(doc, [
        [10, 10, 10, 10, 10],
        [10, 10, 10, 10, 10],
        [10, 10, 80, 80, 80],
        [10, 10, 80, 80, 80],
        [10, 10, 80, 80, 80],
      ]),
      grid(doc, [
        ["−1", "−1", "−1"],
        ["−1", "8", "−1"],
        ["−1", "−1", "−1"],
      ]),
      grid(doc, blank(3, 3), 13),
    ),
    make(doc, "p", {}, t("sheet.d2")),
    pair(doc, grid(doc, blank(3, 3), 12), grid(doc, blank(3, 3), 12), grid(doc, blank(3, 3), 12)),
    lines(doc, [t("sheet.d3", { line: LINE }), t("sheet.d4", { line: LINE })]),
  ],
  sharing: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.e1")),
    pair(
      doc,
      grid(
        doc,
        [0, 3, 6].map((i) => PIXELS.slice(i, i + 3).map(minus)),
        11,
      ),
      grid(
        doc,
        [0, 2].map((i) => WEIGHTS.slice(i, i + 2).map(minus)),
        11,
      ),
      grid(doc, blank(2, 2), 15),
    ),
    make(doc, "p", {}, t("sheet.e2")),
    grid(doc, blank(4, 9), 13),
    lines(doc, [t("sheet.e3", { line: LINE }), t("sheet.e4", { line: LINE })]),
  ],
  activation: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.f1")),
    ruled(
      doc,
      ["x", "−2", "−1", "0", "1", "2"],
      ["sigmoid(x)", t("sheet.slope"), "ReLU(x)", t("sheet.slope"), "Leaky ReLU(x), a = 0.1", t("sheet.slope")].map(
        (one) => [one, "", "", "", "", ""],
      ),
    ),
    make(doc, "p", {}, t("sheet.f2")),
    ruled(
      doc,
      ["x", "−1", "−0.5", "0", "0.5", "1"],
      ["−3x − 5", "ReLU(−3x − 5)", t("sheet.slope")].map((one) => [one, "", "", "", "", ""]),
    ),
    lines(doc, [t("sheet.f3", { line: LINE }), t("sheet.f4", { line: LINE })]),
  ],
  depth: ({ doc, t }) => [
    lines(doc, [t("sheet.g1"), "9×9 → ___×___ → ___×___ → ___×___ → ___×___", t("sheet.g2", { line: LINE })]),
    make(doc, "p", {}, t("sheet.g3")),
    pair(
      doc,
      grid(
        doc,
        [
          [1, 5, 0, 2],
          [3, 7, 8, 2],
          [0, 4, 6, 6],
          [4, 0, 2, 10],
        ],
        11,
      ),
      grid(doc, blank(2, 2), 15),
      grid(doc, blank(2, 2), 15),
    ),
    lines(doc, [t("sheet.g4", { line: LINE }), t("sheet.g5", { line: LINE })]),
  ],
  architecture: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.h1")),
    ruled(
      doc,
      [t("sheet.layer"), t("sheet.output"), t("sheet.parameters"), "MACs"],
      ["conv(16, 5)", "conv(32, 5)", "maxpool(2)", "conv(64, 5)", "conv(128, 5)", "fc", "Σ"].map((one) => [
        one,
        "",
        "",
        "",
      ]),
    ),
    lines(doc, [t("sheet.h2"), t("sheet.h3"), t("sheet.h4"), `[(conv(___, ___) + relu)*___ + maxpool(2)]*___ + fc`]),
  ],
  loss: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.i1")),
    ruled(
      doc,
      ["", "p", "−log₂ p", "p · −log₂ p", t("sheet.code")],
      ["1", "2", "3", "4", "Σ"].map((one, i) => [one, ["½", "¼", "⅛", "⅛", "1"][i], "", "", ""]),
    ),
    make(doc, "p", {}, t("sheet.i2")),
    ruled(
      doc,
      ["p", "0.9", "0.3", "0.1"],
      ["−ln p", "1 − p"].map((one) => [one, "", "", ""]),
    ),
    make(doc, "p", {}, t("sheet.i3")),
    ruled(
      doc,
      ["y", "2", "1", "0.1", "−1", "Σ"],
      ["eʸ", "softmax(y)"].map((one) => [one, "", "", "", "", ""]),
    ),
  ],
  mnist: ({ doc, t }) => [
    lines(doc, [t("sheet.j1", { line: LINE }), t("sheet.j2", { line: LINE }), t("sheet.j3", { line: LINE })]),
    make(doc, "p", {}, t("sheet.j4")),
    grid(doc, blank(14, 14), 7),
    make(doc, "p", {}, t("sheet.j5")),
    grid(
      doc,
      [
        ["", ...Array.from({ length: 10 }, (_, i) => i)],
        ...Array.from({ length: 10 }, (_, i) => [i, ...Array(10).fill("")]),
      ],
      8,
    ),
  ],
  training: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.l1")),
    ruled(
      doc,
      [t("sheet.l2"), t("sheet.l3"), t("sheet.l4")],
      ["0.001", "0.05", "0.5", "5"].map((rate) => [rate, "", ""]),
    ),
    make(doc, "p", {}, t("sheet.l5")),
    grid(doc, blank(8, 16), 8),
    lines(doc, [t("sheet.l6", { line: LINE }), t("sheet.l7", { line: LINE }), t("sheet.l8", { line: LINE })]),
  ],
  own: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.m1")),
    ruled(doc, [t("sheet.m2"), t("sheet.m3"), t("sheet.m4")], blank(5, 3)),
    make(doc, "p", {}, t("sheet.m5")),
    grid(doc, blank(5, 5), 12),
    lines(doc, [t("sheet.m6", { line: LINE }), t("sheet.m7", { line: LINE }), t("sheet.m8", { line: LINE })]),
  ],
  script: ({ doc, t }) => [
    make(doc, "p", {}, t("sheet.n1")),
    ruled(
      doc,
      [t("sheet.line"), t("sheet.n2"), t("sheet.n3")],
      [
        "images = images.to(device)",
        "optimizer.zero_grad()",
        "outputs = model(images)",
        "loss = criterion(outputs, labels)",
        "loss.backward()",
        "optimizer.step()",
      ].map((line) => [line, "", ""]),
    ),
    lines(doc, [t("sheet.n4", { line: LINE }), t("sheet.n5", { line: LINE }), t("sheet.n6", { line: LINE })]),
  ],
  backwards: ({ doc, t }) => {
    const { picture, network } = learningState(/** @type {any} */ ({ state: {} }))();
    return [
      make(doc, "p", {}, t("sheet.k1")),
      pair(
        doc,
        grid(
          doc,
          picture.map((line) => line.map(minus)),
          11,
        ),
        grid(
          doc,
          network.kernel.map((line) => line.map(minus)),
          11,
        ),
        grid(doc, blank(2, 2), 16),
        grid(doc, blank(2, 2), 16),
      ),
      lines(doc, [t("sheet.k2", { line: LINE }), t("sheet.k3", { line: LINE })]),
      pair(doc, grid(doc, blank(3, 3), 16), grid(doc, blank(3, 3), 16)),
      lines(doc, [t("sheet.k4", { line: LINE })]),
    ];
  },
};

/** @param {Teacher} teacher @param {string} id @param {string} title */
export function printSheet(teacher, id, title) {
  const { doc, t } = teacher;
  return make(
    doc,
    "article",
    { class: "sheet" },
    make(
      doc,
      "div",
      { class: "sheet-top" },
      make(doc, "h3", {}, title),
      make(doc, "span", {}, t("sheet.name", { line: "____________________" })),
    ),
    ...SHEETS[id](teacher),
  );
}

/** Squares of `side` millimetres. @param {Document} doc @param {Cells} cells @param {number} [side] */
function grid(doc, cells, side = 9) {
  return make(
    doc,
    "table",
    { class: "sheet-grid", vars: { side: `${side}mm` } },
    make(
      doc,
      "tbody",
      {},
      ...cells.map((line) => make(doc, "tr", {}, ...line.map((v) => make(doc, "td", {}, String(v))))),
    ),
  );
}

/** A table with a head, its cells wide. @param {Document} doc @param {(string | number)[]} head @param {Cells} rows */
function ruled(doc, head, rows) {
  return make(
    doc,
    "table",
    { class: "sheet-table" },
    tableHead(doc, head),
    make(
      doc,
      "tbody",
      {},
      ...rows.map((line) => make(doc, "tr", {}, ...line.map((v) => make(doc, "td", {}, String(v))))),
    ),
  );
}

/** @param {Document} doc @param {...HTMLElement} parts */
function pair(doc, ...parts) {
  return make(doc, "div", { class: "sheet-pair" }, ...parts);
}

/** Lines to write on. @param {Document} doc @param {string[]} texts */
function lines(doc, texts) {
  return make(doc, "div", { class: "sheet-lines" }, ...texts.map((text) => make(doc, "p", {}, text)));
}
