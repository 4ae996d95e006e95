import { assert, assertEquals } from "@std/assert";
import { simulate } from "../../trials/scale/simulate.ts";

Deno.test("the simulation of many hosts comes to the same each time, and more hosts to more jobs", async () => {
  const scene = {
    ...{ slots: 2, job: 0, cpu: 1, roundTrip: 1, flush: 2, perSecond: 1e6, namesACall: 500 },
    ...{ backlog: 200, warmUp: 2, seconds: 1, seed: 7 },
  };
  const one = await simulate({ ...scene, hosts: 1 });
  assertEquals(await simulate({ ...scene, hosts: 1 }), one);
  const four = await simulate({ ...scene, hosts: 4 });
  assert(four.jobs > 3 * one.jobs && four.inVain < 1, JSON.stringify({ one, four }));
});
