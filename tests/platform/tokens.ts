/** A JSON Web Token with these claims, whose signature nobody looks at. */
export function jwt(claims: unknown): string {
  const encode = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    });
  return `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}.c2lnbmF0dXJl`;
}

/** A sensor's token (contract 1.9); `issuedAt` in epoch milliseconds. */
export function sensorToken(issuedAt: number, ttlSeconds: number, more: object = {}): string {
  const iat = issuedAt / 1000;
  return jwt({
    sub: "7",
    login: "core.timer_sensor",
    iat,
    exp: iat + ttlSeconds,
    "token_type": "sensor",
    scope: "sensor",
    metadata: { "trigger_types": ["core.intervaltimer"] },
    ...more,
  });
}
