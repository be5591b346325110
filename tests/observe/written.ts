import { LogWriter } from "../../src/observe/log_writer.ts";
import type { News } from "../../src/observe/news.ts";
import { type Line, recorder } from "../support/log_recorder.ts";

/** What the log says of news that come one after another. */
export function written(...all: readonly News[]): { lines: Line[]; messages: string[] } {
  const { log, lines, messages } = recorder();
  const writer = new LogWriter(log);
  for (const news of all) writer.listen(news);
  return { lines, messages: messages() };
}
