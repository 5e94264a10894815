/** The numbers that stand at an axis. */

/** Round numbers from `low` to `high`, about `n` of them. @param {number} low @param {number} high @param {number} n */
export function axisTicks(low, high, n) {
  const rough = (high - low) / n;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((k) => k * unit >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** How many decimals a round number is written with. @param {number} value */
export function decimalsOf(value) {
  return Math.min(4, (String(value).split(".")[1] ?? "").length);
}
