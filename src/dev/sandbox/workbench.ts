import { answer, json, problem } from "../../admin/answers.ts";
import html from "../../admin/page/page.html" with { type: "text" };
import { pageOf } from "../../admin/page.ts";
import { askedByName } from "../../admin/hosts.ts";
import { type AdminServer, openServer } from "../../admin/server.ts";
import { systemClock } from "../../ground/clock.ts";
import { messageOf } from "../../ground/error_text.ts";
import { previewAnswer } from "./preview_answer.ts";
import style from "./workbench.css" with { type: "text" };
import form from "./workbench.html" with { type: "text" };
import script from "./workbench.js" with { type: "text" };

const HERE = { hostname: "127.0.0.1", port: 0 };
/** What the form is put in front of. */
const BESIDE = '<section aria-labelledby="search-title">';
const PAGE = html
  .replace("</head>", '<link rel="stylesheet" href="workbench.css">\n</head>')
  .replace("</head>", '<script type="module" src="workbench.js"></script>\n</head>')
  .replace(BESIDE, `${form}${BESIDE}`);

/** What stands behind the workbench. */
export interface WorkbenchOptions {
  /** Where the sensor serves its page, once it does. */
  readonly sensorUrl: Promise<string>;
  /** Where the stand-in platform serves its API. */
  readonly platformUrl: string;
  readonly adminToken: string;
  /** Is told of what cannot be answered. */
  readonly failed: (error: unknown) => void;
}

/**
 * The sensor's own page with a form beside it: all that the page asks for is passed on to the sensor, and
 * what the form does to the platform. Nobody needs a token here, so that only its own page may change
 * anything.
 */
export function openWorkbench(options: WorkbenchOptions): AdminServer {
  const handler = askedByName([], async (request) => {
    try {
      return await serve(request, server.url, options);
    } catch (error) {
      return problem(502, messageOf(error));
    }
  });
  const server = openServer({ address: HERE, clock: systemClock, failed: options.failed }, handler);
  return server;
}

async function serve(
  request: Request,
  ownUrl: string,
  options: WorkbenchOptions,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead && request.headers.get("origin") !== ownUrl) {
    return problem(403, `Only the page at ${ownUrl} may change anything`);
  }
  switch (pathname) {
    case "/":
      return pageOf(PAGE);
    case "/workbench.css":
      return answer(200, style, "text/css; charset=utf-8");
    case "/workbench.js":
      return answer(200, script, "text/javascript; charset=utf-8");
    case "/preview":
      return json(200, previewAnswer(await request.json(), systemClock.now()));
    default:
      return pathname.startsWith("/api/")
        ? await pass(request, options.platformUrl + pathname + search, options.adminToken)
        : await pass(request, await options.sensorUrl + pathname + search);
  }
}

async function pass(request: Request, url: string, token?: string): Promise<Response> {
  const body = await request.text();
  const { status, headers, body: passed } = await fetch(url, {
    method: request.method,
    headers: {
      "content-type": "application/json",
      ...token === undefined ? {} : { authorization: `Bearer ${token}` },
    },
    ...body === "" ? {} : { body },
  });
  return new Response(passed, { status, headers });
}
