import { phrase } from "../../kit/i18n.js";
import { shareLayer } from "../shares.js";

/** The channels of each place, or a row of numbers, as shares of one. */
export const softmax = shareLayer(phrase("explain.softmax"), {
  of: (x, largest, sum) => Math.exp(x - largest) / sum,
  // d y_i / d x_j = y_i · ([i = j] − y_j)
  back: (gradient, y, count) => {
    const [met, all] = [new Float64Array(count), y.length];
    for (let i = 0; i < all; i++) met[i % count] += gradient[i] * y[i];
    return y.map((share, i) => share * (gradient[i] - met[i % count]));
  },
});
