import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
import { logistic } from "../special.js";

const ROOT = Math.sqrt(2 / Math.PI);
const SHARE = 0.044715;

/** What x is multiplied by: (1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³). @param {number} x */
const gateOf = (x) => logistic(2 * ROOT * (x + SHARE * x ** 3));

export const gelu_tanh = activation(phrase("explain.gelu_tanh"), {
  formula: () => ["x · (1 + tanh(√(2/π) · (x + 0.044715 · x", { raised: "3" }, "))) / 2"],
  reach: 3,
  most: null,
  of: (x) => x * gateOf(x),
  slope: (x) => {
    const gate = gateOf(x);
    return gate + x * 2 * gate * (1 - gate) * ROOT * (1 + 3 * SHARE * x * x);
  },
});
