import { assert, assertEquals } from "@std/assert";
import { jobDetail } from "../../../src/dashboard/scan/job_detail.ts";
import { holdJob } from "../../../mod.ts";
import { Worker } from "../../../src/worker/worker.ts";
import { eventually, temporaryQueue } from "../../temporary_queue.ts";

Deno.test("a job's detail has its file, log, process, parents and children", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "first", command: "echo printed; sleep 60" });
  await queue.enqueue({ id: "second", command: "make", after: ["first"] });
  const worker = new Worker(queue, { count: 1 });
  await worker.start();
  try {
    const first = await eventually("a process", async () => {
      const detail = await jobDetail(queue, "first");
      return detail?.pid !== undefined && detail.log?.size === 8 ? detail : undefined;
    });
    assert(first.path.startsWith(`${dir}/processing/`));
    assertEquals(first.log?.path, `${dir}/processing/first.log`);
    assertEquals(Deno.readTextFileSync(`/proc/${first.pid}/environ`).includes("ID=first"), true);
    assertEquals(first.children, [{ id: "second", command: "make", state: "waiting" }]);
    const second = await jobDetail(queue, "second");
    assertEquals(second?.parents, [
      { id: "first", command: "echo printed; sleep 60", state: "processing" },
    ]);
    assertEquals([second?.log, second?.pid], [null, undefined]);
  } finally {
    worker.stop({ now: true });
    await worker.finished;
  }
  await holdJob(queue, "first");
  assertEquals((await jobDetail(queue, "second"))?.parents[0]?.state, "held");
  for (const id of ["missing", "../first", "", "fir"]) {
    assertEquals(await jobDetail(queue, id), undefined, id);
  }
});
