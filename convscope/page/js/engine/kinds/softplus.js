import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
import { logistic } from "../special.js";

export const softplus = activation(phrase("explain.softplus"), {
  formula: () => ["ln(1 + e", { raised: "x" }, ")"],
  reach: 3,
  most: null,
  of: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  slope: logistic,
});
