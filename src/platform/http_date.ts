/** A date of HTTP in the form that is to be sent (RFC 9110, 5.6.7), as epoch milliseconds; else `null`. */
export function parseHttpDate(text: string): number | null {
  const instant = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(instant) ? null : instant;
}
