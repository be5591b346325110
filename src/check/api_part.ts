import { messageOf } from "../ground/error_text.ts";
import type { ApiClient } from "../platform/api_client.ts";
import { ApiError } from "../platform/api_error.ts";
import { type Finding, fine, problem } from "./report.ts";

/** Whether the API is there, and well. */
export async function checkApi(
  api: ApiClient,
  url: string,
  signal: AbortSignal,
): Promise<{ isThere: boolean; findings: Finding[] }> {
  try {
    await api.health(signal);
  } catch (error) {
    const text = `Failed to connect to Attune API at ${url}: ${messageOf(error)}`;
    return { isThere: false, findings: [problem(text, fixOf(error))] };
  }
  try {
    const condition = await api.healthDetails(signal);
    const details = condition === null
      ? []
      : [["version", condition.version], ["database", condition.database]]
        .flatMap(([name, value]) => value ? [`, ${name} ${value}`] : []);
    return {
      isThere: true,
      findings: [fine(`${url} answers${details.join("")}`, { url, condition })],
    };
  } catch (error) {
    const fix = "Look at the API's log and at its database, it cannot store events like this";
    return { isThere: true, findings: [problem(`The API is not well: ${messageOf(error)}`, fix)] };
  }
}

function fixOf(error: unknown): string {
  if (error instanceof ApiError && !error.retriable && error.status === null) {
    return "Allow the API's host and port with --allow-net";
  }
  return "Correct ATTUNE_API_URL, start the API, or open the way to it; " +
    "a private authority's certificate goes into DENO_CERT";
}
