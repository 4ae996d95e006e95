import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UPGRADE_STEPS, upgradeFormat } from "../../src/backup/upgrade_queue.ts";
import { Queue } from "../../src/queue.ts";
import { FORMAT_NUMBER, formatFault } from "../../src/store/format_version.ts";
import { QueueError } from "../../src/text/errors.ts";
import { Worker } from "../../src/worker/worker.ts";
import { temporaryQueue } from "../temporary_queue.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("there is a step from each format to the next, up to the one in use", () => {
  assertEquals(UPGRADE_STEPS.length, FORMAT_NUMBER - 1);
});

Deno.test("an older queue is refused with the command that upgrades it, a damaged VERSION by its name", () => {
  const fault = formatFault("/a queue", bytes("1\n"), 2);
  assertStringIncludes(fault, "/a queue is a queue of format 1, and this queuectl (");
  assertStringIncludes(fault, "then run: queuectl --dir '/a queue' upgrade-queue");
  for (const content of ["one", "0", "-1", "01", "+1", "1.5", "99999999999", "2 3"]) {
    const said = `/q/VERSION is damaged: it holds "${content}" instead of a number such as 1; `;
    assertStringIncludes(formatFault("/q", bytes(content)), said);
  }
  assertStringIncludes(formatFault("/q", bytes("\n")), "it holds nothing instead of a number");
});

Deno.test("an upgrade takes each step in turn, and an older program refuses the queue from then on", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const taken: string[] = [];
  const step = (to: number) => () =>
    void taken.push(`${Deno.readTextFileSync(`${dir}/VERSION`).trim()} to ${to}`);
  const upgrade = await upgradeFormat(dir, {}, [step(2), step(3)]);
  assertEquals([upgrade, taken], [{ dir, from: 1, to: 3 }, ["1 to 2", "2 to 3"]]);
  assertEquals(Deno.readTextFileSync(`${dir}/VERSION`), "3\n");
  await assertRejects(() => Queue.open(dir), QueueError, "install a newer queuectl");
});

Deno.test("no queue is upgraded while a worker works it", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const worker = new Worker(queue);
  await worker.start();
  try {
    const upgrading = () => upgradeFormat(dir, {}, [() => {}]);
    await assertRejects(upgrading, QueueError, `worker ${worker.name} works the queue`);
    assertEquals(Deno.readTextFileSync(`${dir}/VERSION`), "1\n");
  } finally {
    worker.stop();
    await worker.finished;
  }
});
