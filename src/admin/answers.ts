/** Nothing may be loaded, framed, guessed at or kept: what is served is data, but for the page. */
const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** An answer with the headers that every answer has. */
export function answer(
  status: number,
  body: string | ReadableStream<Uint8Array>,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { ...SECURITY_HEADERS, "content-type": contentType, ...headers },
  });
}

/** An answer in JSON that people can read, too. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = `${JSON.stringify(value, null, 2)}\n`;
  return answer(status, body, "application/json; charset=utf-8", headers);
}

/** An answer that says what is wrong with the request. */
export function problem(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return json(status, { error }, headers);
}
