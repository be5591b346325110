import type { Page } from "playwright-core";
import * as z from "zod";

/** By WCAG 2, level AA, of text that is not large. */
const LEAST_CONTRAST = 4.5;

const Faults = z.array(z.string());

const ACCESS = `(() => {
  const faults = [];
  const seen = [...document.querySelectorAll("body *")].filter((it) => it.checkVisibility());
  const those = (selector) => seen.filter((it) => it.matches(selector));
  const labelOf = (it) => it.getAttribute("aria-label") ??
    document.getElementById(it.getAttribute("aria-labelledby"))?.textContent ?? "";
  const nameOf = (it) =>
    labelOf(it) || [...it.labels ?? []].map((label) => label.textContent).join(" ") ||
    (it.matches("section") ? "" : it.textContent);
  for (const it of those("button, input, select, textarea, a, section, svg, [tabindex]")) {
    if (nameOf(it).trim() === "") faults.push("No name: " + it.outerHTML.slice(0, 200));
  }
  for (const it of those("table")) {
    if (it.caption === null) faults.push("No caption: " + it.id);
    const heads = [...it.tHead.querySelectorAll("th")];
    if (heads.some((th) => th.scope !== "col")) faults.push("No scope: " + it.id);
  }
  const ids = [...document.querySelectorAll("[id]")].map((it) => it.id);
  faults.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => "Twice: " + id));
  for (const one of ["h1", "main", "body > header", "body > footer", "html[lang]", "title"]) {
    if (document.querySelectorAll(one).length !== 1) faults.push("Not one " + one);
  }
  return faults;
})()`;

const CONTRAST = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((it) => it / 255)
    .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4)
    .reduce((sum, it, at) => sum + it * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (it) => {
    for (; it !== null; it = it.parentElement) {
      const colour = channels(getComputedStyle(it).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
  };
  const faint = [];
  for (const it of document.querySelectorAll("body *")) {
    const hasText = [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!hasText || !it.checkVisibility()) continue;
    const [a, b] = [luminance(channels(getComputedStyle(it).color)), luminance(behind(it))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < ${LEAST_CONTRAST}) faint.push(it.textContent + ": " + contrast.toFixed(1));
  }
  return faint;
})()`;

/** What keeps people from using a page by ear: things without a name, tables without heads and the like. */
export async function accessFaults(page: Page): Promise<string[]> {
  return Faults.parse(await page.evaluate(ACCESS));
}

/** Texts that do not stand out from what is behind them, each with its contrast. */
export async function faintTexts(page: Page): Promise<string[]> {
  return Faults.parse(await page.evaluate(CONTRAST));
}
