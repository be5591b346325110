const LONGEST_TEXT = 500;
/** As much as is looked at, for each character that is kept. */
const LOOKED_AT = 20;

/** What somebody else wrote, in one line of at most `longest` characters and with the token replaced. */
export function oneLine(text: string, token: string, longest: number = LONGEST_TEXT): string {
  const start = text.replaceAll(token, "***").slice(0, LOOKED_AT * longest);
  const line = start.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  return line.length > longest ? `${line.slice(0, longest - 3)}...`.toWellFormed() : line;
}
