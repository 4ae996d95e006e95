/** The version of queuectl; deno.json has the same, which a test makes sure of. */
export const VERSION = "0.1.0";
