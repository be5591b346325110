/** A line of what was, each second of the last two minutes. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 56;

/** Draws values, the oldest first, into a figure; `null` leaves a gap. `describe` puts one in words. */
export function draw(figure, values, describe) {
  const chart = figure.querySelector("svg") ?? open(figure);
  const known = values.filter((value) => value !== null);
  const most = Math.max(0, ...known);
  const [line, area] = chart.children;
  line.setAttribute("d", lines(values, most || 1).map(pathOf).join(""));
  area.setAttribute("d", lines(values, most || 1).map(areaOf).join(""));
  const label = known.length === 0 ? "nothing" : `at most ${describe(most)}`;
  chart.setAttribute("aria-label", `The last two minutes: ${label}`);
  const last = known.length === 0 ? "–" : describe(known.at(-1));
  const output = figure.querySelector("output");
  const text = `${last} · ${label}`;
  if (output.textContent !== text) output.textContent = text;
}

function open(figure) {
  const chart = document.createElementNS(SVG, "svg");
  chart.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  chart.setAttribute("preserveAspectRatio", "none");
  chart.setAttribute("role", "img");
  for (const name of ["line", "area"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    chart.append(path);
  }
  figure.append(chart);
  return chart;
}

/** The points of each stretch without a gap. */
function lines(values, most) {
  const found = [];
  let isOpen = false;
  for (const [index, value] of values.entries()) {
    if (value !== null) {
      if (!isOpen) found.push([]);
      const x = (index / (values.length - 1)) * WIDTH;
      const y = HEIGHT - 2 - (value / most) * (HEIGHT - 6);
      found.at(-1).push([x.toFixed(1), y.toFixed(1)]);
    }
    isOpen = value !== null;
  }
  return found;
}

/** A lone point is a line of no length, which a round end makes a dot. */
function pathOf(points) {
  const [first, ...rest] = points;
  return `M${first}${(rest.length === 0 ? [first] : rest).map((it) => `L${it}`).join("")}`;
}

function areaOf(points) {
  return `${pathOf(points)}L${points.at(-1)[0]},${HEIGHT}L${points[0][0]},${HEIGHT}Z`;
}
