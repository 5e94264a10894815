/** node listing.js FILE …: for each module of the page its small faults, as [begin, end, replacement, where] in JSON. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const ts = createRequire(`${process.cwd()}/package.json`)("typescript");
const SWAPPED = {
  "<": "<=", "<=": "<", ">": ">=", ">=": ">", "===": "!==", "!==": "===", "+": "-", "-": "+", "*": "+", "/": "*",
  "%": "*", "**": "*", "&&": "||", "||": "&&", "??": "&&", "+=": "-=", "-=": "+=", "*=": "+=", "/=": "*=",
}; // prettier-ignore
const EITHER_WAY = ["Math.max", "Math.min", "Math.hypot", "Math.imul"]; // whichever argument comes first
/** @type {any} */
let file = null;
/** @type {[number, number, string, string][]} */
let found = [];

/** @param {any} node @param {string} text @param {string} where */
const put = (node, text, where) => found.push([node.getStart(file), node.end, text, where]);
const textOf = (/** @type {any} */ node) => node.getText(file);
const isText = (/** @type {any} */ node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** @param {any} node @param {string} where */
function visit(node, where) {
  if (ts.isImportDeclaration(node) || (ts.isJSDoc && ts.isJSDoc(node))) return;
  const name = node.name && ts.isIdentifier(node.name) ? node.name.text : "";
  const named = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isClassDeclaration(node);
  const inner = named || (ts.isVariableDeclaration(node) && !where) ? [where, name].filter(Boolean).join(".") : where;
  if (ts.isBinaryExpression(node)) {
    const mark = textOf(node.operatorToken);
    const joins = mark === "+" && (isText(node.left) || isText(node.right));
    if (mark in SWAPPED && !joins) put(node.operatorToken, /** @type {any} */ (SWAPPED)[mark], inner);
  } else if (ts.isNumericLiteral(node)) put(node, `${Number(node.text) + 1}`, inner);
  else if (node.kind === ts.SyntaxKind.TrueKeyword) put(node, "false", inner);
  else if (node.kind === ts.SyntaxKind.FalseKeyword) put(node, "true", inner);
  else if (
    ts.isPrefixUnaryExpression(node) &&
    [ts.SyntaxKind.ExclamationToken, ts.SyntaxKind.MinusToken].includes(node.operator)
  )
    put(node, textOf(node.operand), inner);
  else if (ts.isIfStatement(node)) put(node.expression, `!(${textOf(node.expression)})`, inner);
  else if (ts.isConditionalExpression(node)) put(node.condition, `!(${textOf(node.condition)})`, inner);
  else if (ts.isReturnStatement(node) && node.expression) put(node, "return null;", inner);
  else if (ts.isThrowStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node))
    put(node, ";", inner);
  else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) put(node, ";", inner);
  if (ts.isCallExpression(node) && node.arguments.length >= 2 && !EITHER_WAY.includes(textOf(node.expression))) {
    const [a, b] = node.arguments;
    found.push([a.getStart(file), b.end, `${textOf(b)}, ${textOf(a)}`, inner]);
  }
  ts.forEachChild(node, (/** @type {any} */ child) => visit(child, inner));
}

const all = process.argv.slice(2).map((path) => {
  file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  found = [];
  visit(file, "");
  return found;
});
process.stdout.write(JSON.stringify(all));
