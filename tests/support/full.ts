/** Whether the long versions of the tests are asked for, with the numbers that the product promises. */
export const IS_FULL: boolean = Deno.env.get("ATTUNE_TEST_FULL") === "1";
