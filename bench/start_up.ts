/**
 * What one `queuectl enqueue true` takes as a whole process, beside `deno run` of an empty file.
 *
 * @module
 */

import { PERMISSIONS, V8_FLAGS } from "../src/cli/commands/workers/permissions.ts";
import { inTurn, type Question, queuectl, span, timed } from "./measure.ts";

const ROOT = new URL("../", import.meta.url);

/** Makes a bundle; gives the words that start it. */
async function bundled(folder: string): Promise<string[]> {
  const config = new URL("tools/bundle/deno.json", ROOT).pathname;
  const maker = new URL("tools/bundle/main.ts", ROOT).pathname;
  await timed([Deno.execPath(), "run", "-A", "--config", config, maker, folder]);
  return [
    Deno.execPath(),
    "run",
    "--no-config",
    "--no-prompt",
    V8_FLAGS,
    ...PERMISSIONS,
    `${folder}/main.js`,
  ];
}

/** One enqueue. */
export const startUp: Question = {
  name: "start-up",
  async ask({ folder, rounds }) {
    const empty = `${folder}/empty.ts`;
    Deno.writeTextFileSync(empty, "");
    // As where a worker has run once: the runtime has kept what it compiled.
    const bundle = [...await bundled(`${folder}/bundle`), "--dir", `${folder}/queue`];
    await timed(queuectl(`${folder}/queue`, "worker", "start", "--drain"));
    // Of their own, to which no other program writes meanwhile; the source's packages are in the
    // usual one, where an empty file takes as long.
    const own = { env: { DENO_DIR: `${folder}/deno` } };
    await timed([...bundle, "worker", "start", "--drain"], own);
    // A process is over in tens of milliseconds, so that more rounds cost little.
    const medians = await inTurn(rounds * 15, {
      empty: async () => (await timed([Deno.execPath(), "run", empty], own)).seconds,
      bundle: async () => (await timed([...bundle, "enqueue", "true"], own)).seconds,
      queuectl: async () => (await timed(queuectl(`${folder}/queue`, "enqueue", "true"))).seconds,
    });
    const row = (seconds: number, from: string, most: number) => ({
      question: `one \`queuectl enqueue true\` from ${from}, whole process`,
      figure: span(seconds),
      reference: `deno run of an empty file: ${span(medians.empty)}`,
      ratio: seconds / medians.empty,
      must: `at most ${most}`,
      reached: seconds <= most * medians.empty,
      aim: "1.2",
    });
    return [row(medians.queuectl, "its source", 1.5), row(medians.bundle, "the bundle", 1.35)];
  },
};
