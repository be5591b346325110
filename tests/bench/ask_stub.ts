import type * as z from "zod";

/** Gives an order to the API's stub and returns what it answers. */
export async function askStub<S extends z.ZodType>(
  answer: S,
  url: string,
  order: string,
  body: unknown = {},
): Promise<z.infer<S>> {
  const response = await fetch(`${url}/${order}`, { method: "POST", body: JSON.stringify(body) });
  return answer.parse(await response.json());
}
