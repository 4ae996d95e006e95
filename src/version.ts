/** The version of queuectl, that of deno.json; a test sees that they agree. */
export const VERSION = "0.2.0";
