import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type ConsoleMessage,
  type Page,
} from "playwright-core";
import { ensureCommands } from "./debian.ts";
import { PATIENCE_MS } from "./patience.ts";

/** Where Debian's package puts it. */
const CHROMIUM = "/usr/bin/chromium";

/** Makes sure that Chromium is on this machine, from Debian's packages where it is not. Throws otherwise. */
export function ensureChromium(): Promise<void> {
  return ensureCommands({ chromium: "chromium" });
}

/** Starts a Chromium without a window. */
export function openBrowser(): Promise<Browser> {
  // Chromium's sandbox does not run as root, and nothing strange is looked at here.
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** A page and what the browser complained of. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, breaches of the security policy included. */
  readonly complaints: string[];
}

/** Opens a page in a profile of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message: ConsoleMessage) => void complaints.push(message.text()));
  page.on("pageerror", (error: Error) => void complaints.push(error.message));
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Waits until an expression holds in a page; fails when it does not come to hold. */
export async function until(page: Page, expression: string): Promise<void> {
  // Not by `waitForFunction`: the page's security policy forbids what that does.
  const deadline = performance.now() + PATIENCE_MS;
  while (await page.evaluate(expression) !== true) {
    if (performance.now() > deadline) {
      throw new Error(`${expression} does not come to hold in:\n${await page.innerText("body")}`);
    }
    await page.waitForTimeout(50);
  }
}

/** The text of an element. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.textContent(selector) ?? "").trim();
}
