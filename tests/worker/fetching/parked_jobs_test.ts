import { assertEquals } from "@std/assert";
import { entryAt } from "../../../src/contents/entries.ts";
import { waitingName } from "../../../src/format/names.ts";
import { ParkedJobs } from "../../../src/worker/fetching/parked_jobs.ts";
import { byUrgency, type IndexEntry } from "../../../src/worker/fetching/ready_index.ts";
import { seededRandom } from "../../simulation/seeded.ts";
import { temporaryQueue } from "../../temporary_queue.ts";

const NEEDS = [{ resource: "groups.g", places: 1 }];

function entries(count: number, seed: number): IndexEntry[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    const time = Date.UTC(2026, 0, 1) + Math.floor(random() * 1e9);
    const name = waitingName(time, Math.floor(random() * 10), `job-${seed}-${at}`, {});
    return {
      ...entryAt("pending", at % 7 === 0 ? `20260101T000000.000Z-5-B.batch/${name}` : name),
      batch: false,
    };
  });
}

Deno.test("of tens of thousands of jobs that wait for a group the most urgent is taken first, also of those that come later", async () => {
  await using temporary = await temporaryQueue();
  const parked = new ParkedJobs(temporary.queue.store);
  let waiting: IndexEntry[] = [];
  for (const seed of [1, 2, 3]) {
    const more = entries(15_000, seed);
    for (const entry of more) parked.add(NEEDS, entry);
    waiting = [...waiting, ...more].sort(byUrgency);
    assertEquals(parked.size, waiting.length);
    const { text } = parked.groups()[0]!;
    for (const expected of waiting.splice(0, 12_000)) {
      assertEquals(parked.peek(text)?.id, expected.id);
      assertEquals(parked.take(text), expected);
    }
    assertEquals(waiting.every((entry) => parked.has(entry)), true);
  }
  const { text } = parked.groups()[0]!;
  for (const expected of waiting) assertEquals(parked.take(text)?.path, expected.path);
  assertEquals([parked.size, parked.groups(), parked.take(text)], [0, [], undefined]);
});
