import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
import { logistic } from "../special.js";

export const silu = activation(phrase("explain.silu"), {
  formula: () => [{ above: ["x"], below: ["1 + e", { raised: "−x" }] }],
  reach: 3,
  most: null,
  of: (x) => x * logistic(x),
  slope: (x) => logistic(x) * (1 + x * logistic(-x)),
});
