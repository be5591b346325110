/** A bar for each second of the last two minutes. */
import { say } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 56;
/** Of a bar that stands for next to nothing: it is there. */
const LEAST = 1.5;

/** Draws values, the oldest first, into a figure; `null` leaves a gap. `describe` puts one in words. */
export function draw(figure, values, describe) {
  const chart = figure.querySelector("svg") ?? open(figure);
  const known = values.filter((value) => value !== null);
  const most = Math.max(0, ...known);
  chart.firstChild.setAttribute("d", barsOf(values, most || 1));
  const range = known.length === 0 ? "nothing" : `at most ${describe(most)}`;
  chart.setAttribute("aria-label", `The last two minutes: ${range}`);
  const last = known.length === 0 ? "" : `${describe(known.at(-1))} · `;
  say(figure.querySelector("output"), last + range);
}

function open(figure) {
  const chart = document.createElementNS(SVG, "svg");
  chart.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  // As wide as there is room: the bars widen with it.
  chart.setAttribute("preserveAspectRatio", "none");
  chart.setAttribute("role", "img");
  chart.append(document.createElementNS(SVG, "path"));
  figure.append(chart);
  return chart;
}

function barsOf(values, most) {
  const step = WIDTH / values.length;
  return values.map((value, index) => {
    if (value === null) return "";
    const height = Math.max(LEAST, (value / most) * HEIGHT);
    return `M${((index + 0.5) * step).toFixed(1)},${HEIGHT}v${-height.toFixed(1)}`;
  }).join("");
}
