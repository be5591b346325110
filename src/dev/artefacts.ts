/** What the build makes, and how it is to be run. */

/** The name of the program and of its files. */
export const NAME = "attune-core-timer-sensor";

/** Where the build puts what it makes. */
export const FOLDER = "dist";

/** The sensor as one file of JavaScript. */
export const BUNDLE = `${FOLDER}/${NAME}.js`;

/** All that the sensor may do. Reading a token file is for the operator to allow, with its path. */
export const PERMISSIONS: readonly string[] = ["--no-prompt", "--allow-net", "--allow-env"];

/** What `deno compile` can make an executable for. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];
