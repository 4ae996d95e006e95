import { nativeFiles } from "../../src/fs/native_files.ts";
import { CachingPort } from "../simulation/caching_port.ts";
import { temporaryQueue } from "../temporary_queue.ts";
import { OUTCOMES } from "./crash_case.ts";
import { actInTurn } from "./two_machines.ts";

/** How many orders are tried. */
const ORDERS = OUTCOMES >= 16 ? 60 : 10;

for (const [forgets, share] of [["hardly ever", 0.02], ["now and then", 0.3]] as const) {
  Deno.test(`two machines that remember names and absences, and ${forgets} forget them, act as one`, async () => {
    for (let seed = 1; seed <= ORDERS; seed++) {
      await using temporary = await temporaryQueue();
      const { dir } = temporary;
      const machine = () => {
        const files = new CachingPort(nativeFiles);
        return {
          dir,
          files,
          meanwhile: (random: number) => {
            if (random < share) files.forget();
          },
        };
      };
      await actInTurn([machine(), machine()], seed, 120);
    }
  });
}
