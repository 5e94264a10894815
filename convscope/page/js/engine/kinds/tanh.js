import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";

export const tanh = activation(phrase("explain.tanh"), {
  formula: () => ["tanh x"],
  reach: 3,
  most: 1,
  of: Math.tanh,
  slope: (x) => 1 - Math.tanh(x) ** 2,
});
