import process from "node:process";
import { assertEquals } from "@std/assert";
import * as z from "zod";
import { History } from "../../src/admin/history.ts";
import { router } from "../../src/admin/router.ts";
import { TimerList } from "../../src/admin/timer_list.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { ruleOf } from "../support/rules.ts";
import { openBook } from "../support/sync.ts";
import { report } from "../support/report.ts";
import { viewsOf } from "../../src/admin/rule_view.ts";

const RULES = 100_000;
const QUERIES = [
  "",
  "limit=500",
  "sort=ref&order=desc&limit=500&offset=4500",
  "sort=next&limit=500",
  "search=rule99999",
  "state=refused",
  "kind=cron&sort=lateness&order=desc",
];
const Page = z.object({ total: z.int(), timers: z.array(z.unknown()) });

/**
 * Measures how long nothing else can run: from one turn of the event loop to the next, as far as this
 * process used the processor meanwhile. What others take of a busy machine is not ours.
 */
class LoopLag implements Disposable {
  greatestMs = 0;
  #lastAt = performance.now();
  #lastCpuMs = cpuMs();
  readonly #timer = setInterval(() => this.#look(), 1);

  take(): number {
    this.#look();
    const taken = this.greatestMs;
    this.greatestMs = 0;
    return taken;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const [now, cpu] = [performance.now(), cpuMs()];
    const workedMs = Math.min(now - this.#lastAt, cpu - this.#lastCpuMs);
    this.greatestMs = Math.max(this.greatestMs, workedMs);
    this.#lastAt = now;
    this.#lastCpuMs = cpu;
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

Deno.test("A list of 100,000 timers leaves the event loop to others, whatever is asked for", async () => {
  using opened = openBook();
  for (let id = 1; id <= RULES; id++) {
    const params = id % 3 === 0 ? { type: "cron", expression: "*/5 8-18 * * MON-FRI" } : undefined;
    opened.book.apply(ruleOf(id, params === undefined ? {} : { params }));
  }
  const views = viewsOf(opened, new History(systemClock, () => true));
  const list = new TimerList(systemClock, views);
  const answer = router({ "/timers": (url) => list.answer(url) }, (error) => {
    throw error;
  });
  const ask = async (query: string) => {
    const response = await answer(new Request(`http://localhost/timers?${query}`));
    return Page.parse(JSON.parse(await response.text()));
  };
  assertEquals((await ask("")).total, RULES);
  using lag = new LoopLag();
  const lines: string[] = [];
  for (const query of QUERIES) {
    lag.take();
    const began = performance.now();
    await ask(query);
    const elapsedMs = performance.now() - began;
    lines.push(
      `  ${query || "(all)"}: ${elapsedMs.toFixed(0)} ms, at most ${
        lag.take().toFixed(1)
      } ms at once`,
    );
  }
  lag.take();
  const began = performance.now();
  await Promise.all(QUERIES.slice(0, 4).map(ask));
  const elapsedMs = (performance.now() - began).toFixed(0);
  lines.push(`  four at a time: ${elapsedMs} ms, at most ${lag.take().toFixed(1)} ms at once`);
  report(`/timers with ${RULES} timers:\n${lines.join("\n")}`);
});
