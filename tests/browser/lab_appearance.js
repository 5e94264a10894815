/** What an eye and a finger would find on the lab's page as it stands: a list of faults, empty where all is well. */

(() => {
  const faults = [];
  const rgba = (text) => {
    const n = text.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
    return text.startsWith("color(srgb")
      ? [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1]
      : [n[0], n[1], n[2], n[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const luminance = (colour) =>
    colour
      .slice(0, 3)
      .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const known = new Map(); // what stands behind each element, and how much of its ink is seen
  const behind = (element) => {
    if (!element) return { below: [255, 255, 255], share: 1 };
    if (!known.has(element)) {
      const style = getComputedStyle(element);
      const outer = behind(element.parentElement);
      known.set(element, {
        below: over(rgba(style.backgroundColor), outer.below),
        share: outer.share * Number(style.opacity),
      });
    }
    return known.get(element);
  };
  const words = (element) =>
    `${element.tagName}.${element.getAttribute("class") ?? ""} “${element.textContent.trim().slice(0, 24)}”`;

  for (const element of document.querySelectorAll("#page *")) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const own = [...element.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
    if (
      !own ||
      !box.width ||
      element.closest(
        ".unseen, .skip:not(:focus), .none, .pad-hint, option, [aria-disabled=true], [disabled], .dropped, .stale",
      )
    )
      continue;
    const ink = rgba(element instanceof SVGElement ? style.fill : style.color);
    const { below, share } = behind(element);
    const ratio = contrast(over([...ink.slice(0, 3), ink[3] * share], below), below);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      faults.push(`contrast ${ratio.toFixed(2)}: ${words(element)}`);
    if (
      style.overflowX === "hidden" &&
      style.textOverflow !== "ellipsis" &&
      element.scrollWidth > element.clientWidth + 1
    )
      faults.push(`clipped: ${words(element)}`);
  }
  for (const box of document.querySelectorAll("#page .segmented, #page .python-code")) {
    const { overflowX } = getComputedStyle(box);
    const across = overflowX === "hidden" && box.scrollWidth > box.clientWidth + 1;
    if (across || box.scrollHeight > box.clientHeight + 1) faults.push(`cut off: ${words(box)}`);
  }
  for (const svg of document.querySelectorAll("main svg")) {
    const texts = [...svg.querySelectorAll("text")]
      .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width);
    for (const [i, a] of texts.entries()) {
      for (const b of texts.slice(i + 1)) {
        const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (wide > 1 && high > 3) faults.push(`labels collide: ${a.text} and ${b.text}`);
      }
    }
  }
  const stops = [
    ...document.querySelectorAll("#page :is(a, button, input, select, textarea, summary, [tabindex])"),
  ].filter(
    (one) =>
      one.tabIndex >= 0 &&
      !one.disabled &&
      !one.closest("details:not([open]) > :not(summary)") && // folded away
      one.getBoundingClientRect().width,
  );
  for (const element of stops) {
    const box = (
      element.type === "checkbox" || element.type === "radio" ? element.closest("label") : element
    ).getBoundingClientRect();
    if (
      !element.matches(".unseen, .skip:not(:focus)") &&
      !element.closest("svg, [role=grid]") &&
      !element.matches("p > a, .credit > a, .word-mark") && // within a sentence as high as its words (WCAG 2.2, 2.5.8)
      Math.min(box.width, box.height) < 24
    )
      faults.push(`small, ${box.width.toFixed(0)}×${box.height.toFixed(0)}: ${words(element)}`);
    element.focus();
    if (!element.isConnected) continue; // drawn anew meanwhile
    const ring = getComputedStyle(element.classList.contains("unseen") ? element.nextElementSibling : element);
    if (ring.outlineStyle === "none" || !parseFloat(ring.outlineWidth)) faults.push(`no ring: ${words(element)}`);
    if (!(element.textContent.trim() || element.getAttribute("aria-label") || element.labels?.length))
      faults.push(`no name: ${element.outerHTML.slice(0, 80)}`);
  }
  if (stops.length > 62) faults.push(`${stops.length} stops of the Tab key`);
  if (document.documentElement.scrollWidth > window.innerWidth)
    faults.push(`${document.documentElement.scrollWidth} pixels wide`);
  return faults;
})();
