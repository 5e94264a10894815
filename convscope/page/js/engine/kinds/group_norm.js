import { phrase } from "../../kit/i18n.js";
import { ownNorm } from "../own_norm.js";

/** The maps of each group of channels by their own mean and variance. */
export const group_norm = ownNorm(phrase("explain.group_norm"), "grouped", (node) => {
  const [channels, height, width] = node.input;
  const count = node.options.groups ?? 1;
  const size = (channels / count) * height * width;
  return { count, size, of: (i) => Math.floor(i / size) };
});
