/**
 * How many lines a second through `enqueue --file -`, durable when it returns, beside creating and
 * renaming as many files with plain Deno calls.
 *
 * @module
 */

import { inTurn, perSecond, type Question, queuectl, settleDisk, timed } from "./measure.ts";

const PLAIN = `
const [folder, count] = [Deno.args[0], Number(Deno.args[1])];
Deno.mkdirSync(folder + "/tmp", { recursive: true });
Deno.mkdirSync(folder + "/in", { recursive: true });
const content = new TextEncoder().encode(JSON.stringify({ id: "0".repeat(26), command: "true",
  cwd: "/", priority: 5, max_retries: 3, timeout: null, run_at: "2026-11-22T07:00:00.000Z",
  created_at: "2026-11-22T07:00:00.000Z", updated_at: "2026-11-22T07:00:00.000Z", attempts: 0,
  history: [] }, null, 2));
for (let i = 0; i < count; i++) {
  const name = "20261122T070000.000Z-5-" + String(i).padStart(26, "0") + ".json";
  Deno.writeFileSync(folder + "/tmp/" + name, content, { createNew: true });
  Deno.renameSync(folder + "/tmp/" + name, folder + "/in/" + name);
}
`;

/** 100,000 lines. */
export const enqueueFile: Question = {
  name: "enqueue-file",
  async ask({ folder, rounds, quick }) {
    const count = quick ? 10_000 : 100_000;
    const lines = "true\n".repeat(count);
    const plain = `${folder}/plain.ts`;
    Deno.writeTextFileSync(plain, PLAIN);
    const rates = await inTurn(rounds, {
      plain: async (round) => {
        const words = [Deno.execPath(), "run", "-A", plain, `${folder}/plain-${round}`, `${count}`];
        return count / (await timed(words)).seconds;
      },
      queuectl: async (round) => {
        const words = queuectl(`${folder}/queue-${round}`, "enqueue", "--file", "-");
        return count / (await timed(words, { stdin: lines })).seconds;
      },
    }, settleDisk);
    const ratio = rates.queuectl / rates.plain;
    return [{
      question: `${count.toLocaleString("en-US")} lines through \`enqueue --file -\``,
      figure: perSecond(rates.queuectl),
      reference: `create and rename: ${perSecond(rates.plain)}`,
      ratio,
      must: "0.6 and 15,000/s",
      reached: ratio >= 0.6 && rates.queuectl >= 15_000,
      aim: "1.0",
    }];
  },
};
