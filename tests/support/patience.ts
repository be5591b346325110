/**
 * How long a test waits for what comes soon or never. No statement about how fast anything is: longer than
 * the busiest machine takes, it only keeps a run from hanging.
 */
export const PATIENCE_MS = 120_000;
