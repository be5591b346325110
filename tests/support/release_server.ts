/** A release: its files by name. */
export type Release = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/** How a file is served that is not simply there. */
export type Served = "tampered" | "truncated" | "missing";

/** Serves releases as GitHub does. */
export class ReleaseServer implements AsyncDisposable {
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  /** Files that are served otherwise than they are. */
  readonly faults: Map<string, Served> = new Map();
  readonly #releases = new Map<string, Release>();
  #latest = "";
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => this.#answer(new URL(request.url).pathname),
  );

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/releases`;
  }

  /** Makes a release, the latest from now on, with the sums of its files. */
  async publish(version: string, files: Release): Promise<void> {
    const sums = await Promise.all(
      Object.entries(files).map(async ([name, bytes]) => {
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        return `${digest.toHex()}  ${name}\n`;
      }),
    );
    const SHA256SUMS = new TextEncoder().encode(sums.join(""));
    this.#releases.set(version, { ...files, SHA256SUMS });
    this.#latest = version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #answer(path: string): Response {
    this.asked.push(path);
    const [, version = this.#latest, name = ""] =
      /^\/releases\/(?:latest\/download|download\/([^/]+))\/([^/]+)$/.exec(path) ?? [];
    const bytes = this.#releases.get(version)?.[name];
    switch (this.faults.get(name)) {
      case "missing":
        return new Response("Not Found", { status: 404 });
      case "tampered":
        return new Response(bytes?.map((byte, index) => index === 1000 ? byte ^ 1 : byte));
      case "truncated":
        return new Response(bytes?.slice(0, 1000));
      default:
        return bytes === undefined
          ? new Response("Not Found", { status: 404 })
          : new Response(bytes);
    }
  }
}
