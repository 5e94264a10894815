import { phrase } from "../../kit/i18n.js";
import { logistic } from "../special.js";
import { activation } from "../activation.js";

export const sigmoid = activation(phrase("explain.sigmoid"), {
  formula: () => [{ above: ["1"], below: ["1 + e", { raised: "−x" }] }],
  reach: 3,
  most: 1,
  of: logistic,
  slope: (x) => logistic(x) * logistic(-x),
});
