/** The program's version; a test holds it to that of deno.json. */
export const VERSION = "0.1.0";

/** The commit that the program was built from: `src/dev/bundle.ts` writes it into the bundle, here. */
const COMMIT: string = "unknown";
const UNSTAMPED = COMMIT === "unknown";

/** The commit that the program was built from; `null` where it runs from source. */
export const BUILT_FROM: string | null = UNSTAMPED ? null : COMMIT;

/** The version with what it was built from, as people read it. */
export const FULL_VERSION = `${VERSION} (${UNSTAMPED ? "from source" : `commit ${COMMIT}`})`;
