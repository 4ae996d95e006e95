/**
 * What `status` and `list` cost with a million jobs waiting and a million done, beside `ls -U`.
 *
 * @module
 */

import { newId } from "../src/format/ids.ts";
import { fillQueue } from "./backlog.ts";
import { inTurn, type Question, queuectl, span, timed } from "./measure.ts";

/** Both commands. */
export const listing: Question = {
  name: "listing",
  async ask({ folder, rounds, quick }) {
    const count = quick ? 50_000 : 1_000_000;
    const dir = `${folder}/queue`;
    await fillQueue(dir, count, "single files");
    const content = new TextEncoder().encode('{"command":"true"}');
    for (let job = 0; job < count; job++) {
      Deno.writeFileSync(`${dir}/done/${newId()}.json`, content, { mode: 0o600 });
    }
    const ls = `ls -U "$0/pending" "$0/done" | wc -l`;
    const medians = await inTurn(rounds, {
      ls: async () => (await timed(["sh", "-c", ls, dir])).seconds,
      status: async () => (await timed(queuectl(dir, "status"))).seconds,
      list: async () => (await timed(queuectl(dir, "list", "--limit", "20"))).seconds,
    });
    return (["status", "list"] as const).map((name) => ({
      question: `\`${name === "list" ? "list --limit 20" : name}\` with twice ${
        count.toLocaleString("en-US")
      } jobs`,
      figure: span(medians[name]),
      reference: `ls -U \\| wc -l: ${span(medians.ls)}`,
      ratio: medians[name] / medians.ls,
      must: "at most 3",
      reached: medians[name] / medians.ls <= 3,
      aim: "1.5",
    }));
  },
};
