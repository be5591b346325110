/** What the build makes, and how it is to be run. */

/** The name of the program and of its files. */
export const NAME = "attune-core-timer-sensor";

/** Where the build puts what it makes. */
export const FOLDER = "dist";

/** The sensor as one file of JavaScript. */
export const BUNDLE = `${FOLDER}/${NAME}.js`;

/** All that the sensor may do. Reading a token file is for the operator to allow, with its path. */
export const PERMISSIONS: readonly string[] = ["--no-prompt", "--allow-net", "--allow-env"];

/**
 * How the engine keeps its memory, where there is room to say so: the first line of the bundle has none, for
 * kernels cut it off after 127 bytes. By default half of what a million rules take is never used: room for
 * new objects grows to 64 MB, and objects of kinds that lived long before are put among the old ones at once,
 * where those that do not are only found much later.
 */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=4,--no-allocation-site-pretenuring";

/** What `deno compile` can make an executable for. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];
