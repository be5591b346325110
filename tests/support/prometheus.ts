/** One line of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an instance told, at one time. */
export type Scrape = readonly Sample[];

/** Two scrapes of one instance, so many seconds apart. */
export interface Scrapes {
  readonly before: Scrape;
  readonly now: Scrape;
  readonly seconds: number;
}

const NUMBERS: Readonly<Record<string, number>> = { "+Inf": Infinity, "-Inf": -Infinity };
const LINE = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i;
const COMPARISON = /^(.*\S) (==|>|<) ([\d.]+)$/;
const SELECTOR = /^([a-z_:][\w:]*)(?:\{(.*)\})?$/i;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Reads the text format. A line that is not of it makes the test fail. */
export function parseScrape(text: string): Sample[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [, name = "", labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === "") throw new Error(`No line of a scrape: ${line}`);
    return { name, labels: labelsOf(labels), value: NUMBERS[value] ?? Number(value) };
  });
}

/** The one value of a metric with these labels among others; fails where there is not one. */
export function valueOf(
  scrape: Scrape,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = scrape.filter((it) =>
    it.name === name && Object.entries(labels).every(([label, value]) => it.labels[label] === value)
  );
  const [sample] = found;
  if (found.length !== 1 || sample === undefined) {
    throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`);
  }
  return sample.value;
}

/** The names of the metrics in an expression of the alert rules. */
export function metricsIn(expression: string): string[] {
  return [...expression.replaceAll(/\{.*?\}/g, "").matchAll(/\b(?:attune_timer_\w+|up)\b/g)]
    .map(([name]) => name);
}

/** The samples for which a rule alerts: of the PromQL that the README uses, and no more of it. */
export function alerting(expression: string, scrapes: Scrapes): Scrape {
  const [, vector = "", operator = "", limit = ""] = COMPARISON.exec(expression) ?? [];
  return evaluate(vector, scrapes).filter(({ value }) => {
    if (operator === "==") return value === Number(limit);
    return operator === ">" ? value > Number(limit) : value < Number(limit);
  });
}

function evaluate(expression: string, scrapes: Scrapes): Scrape {
  const [, name, label = "", inner = ""] =
    /^([a-z_]+)(?: by \((\w+)\) )?\((.*)\)$/.exec(expression) ?? [];
  switch (name) {
    case undefined:
      return select(expression, scrapes.now);
    case "sum":
      return sumsBy(label, evaluate(inner, scrapes));
    case "rate":
    case "increase":
      return growth(inner, name, scrapes);
    case "histogram_quantile": {
      const [, quantile = "", buckets = ""] = /^([\d.]+), (.*)$/.exec(inner) ?? [];
      const value = quantileOf(Number(quantile), evaluate(buckets, scrapes));
      return [{ name, labels: {}, value }];
    }
    default:
      throw new Error(`The tests do not know ${name}()`);
  }
}

function growth(range: string, name: "rate" | "increase", scrapes: Scrapes): Scrape {
  const [, selector = "", count = "", unit = ""] = /^(.*)\[(\d+)([smh])\]$/.exec(range) ?? [];
  const before = select(selector, scrapes.before);
  const rangeSeconds = name === "rate" ? 1 : Number(count) * (UNIT_SECONDS[unit] ?? NaN);
  return select(selector, scrapes.now).map((sample, n) => {
    const grown = sample.value - (before[n]?.value ?? 0);
    return { ...sample, value: grown / scrapes.seconds * rangeSeconds };
  });
}

function select(selector: string, scrape: Scrape): Scrape {
  const [, name, matchers = ""] = SELECTOR.exec(selector) ?? [];
  if (name === undefined) throw new Error(`The tests do not know ${selector}`);
  const parsed = [...matchers.matchAll(/(\w+)(=~|!=|=)"([^"]*)"/g)];
  return scrape.filter((it) =>
    it.name === name &&
    parsed.every(([, label = "", operator, value = ""]) => {
      const actual = it.labels[label] ?? "";
      if (operator === "=~") return new RegExp(`^(?:${value})$`).test(actual);
      return (actual === value) === (operator === "=");
    })
  );
}

/** As Prometheus reckons it, within the bucket that holds the quantile. */
function quantileOf(quantile: number, buckets: Scrape): number {
  const total = buckets.at(-1)?.value ?? 0;
  let [from, below] = [0, 0];
  for (const { labels, value } of buckets) {
    const to = NUMBERS[labels["le"] ?? ""] ?? Number(labels["le"]);
    if (value >= quantile * total) {
      if (to === Infinity) return from;
      return from + (to - from) * (quantile * total - below) / (value - below);
    }
    [from, below] = [to, value];
  }
  return NaN;
}

function sumsBy(label: string, samples: Scrape): Scrape {
  const groups = Map.groupBy(samples, ({ labels }) => labels[label] ?? "");
  return [...groups].map(([value, group]) => ({
    name: "sum",
    labels: { [label]: value },
    value: group.reduce((sum, it) => sum + it.value, 0),
  }));
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", value = ""]) => [
      label,
      value,
    ]),
  );
}
