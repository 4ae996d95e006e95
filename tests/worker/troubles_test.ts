import { assertEquals } from "@std/assert";
import { Troubles } from "../../src/worker/troubles.ts";

const SECOND = 1000, MINUTE = 60 * SECOND;

/** Troubles on a clock of their own, and what they said. */
function troublesAt(start = 0) {
  const clock = { now: start };
  const said: string[] = [];
  return { clock, said, troubles: new Troubles((message) => said.push(message), () => clock.now) };
}

Deno.test("troubles that come each second are said once, and again every ten minutes, however many", () => {
  const { clock, said, troubles } = troublesAt();
  for (; clock.now <= 25 * MINUTE; clock.now += SECOND) {
    for (const message of ["a", "b", "c"]) troubles.meet(message);
  }
  assertEquals(said, ["a", "b", "c", "a", "b", "c", "a", "b", "c"]);
});

Deno.test("a trouble that was away for a minute is said anew", () => {
  const { clock, said, troubles } = troublesAt();
  troubles.meet("a");
  clock.now = MINUTE - 1;
  troubles.meet("a");
  assertEquals(said, ["a"]);
  clock.now += MINUTE;
  troubles.meet("a");
  assertEquals(said, ["a", "a"]);
});

Deno.test("a trouble that is over is new when it comes back, and one that lasts is only due", () => {
  const { clock, said, troubles } = troublesAt();
  const meet = () => troubles.meet((isNew) => isNew ? "new" : "lasts", "cause");
  meet();
  troubles.over("cause");
  meet();
  for (; clock.now <= 10 * MINUTE; clock.now += SECOND) meet();
  assertEquals(said, ["new", "new", "lasts"]);
});

Deno.test("the same trouble with the files of many jobs is said once", () => {
  const { said, troubles } = troublesAt();
  for (let n = 0; n < 1000; n++) troubles.meet(`No space left on device: /q/tmp/${n}.json`);
  troubles.meet("No space left on device: /q/done/1.json");
  assertEquals(said, [
    "No space left on device: /q/tmp/0.json",
    "No space left on device: /q/done/1.json",
  ]);
});

Deno.test("of more than 100 troubles within a minute the others are not said, and that is said once", () => {
  const { clock, said, troubles } = troublesAt();
  for (; clock.now < 5 * MINUTE; clock.now += SECOND) {
    for (let n = 0; n < 200; n++) troubles.meet(`job ${n}`);
  }
  assertEquals([said.length, said.at(-1)], [
    101,
    "more than 100 different troubles within a minute: not all are said",
  ]);
  clock.now += MINUTE;
  troubles.meet("job 150");
  assertEquals(said.at(-1), "job 150");
});
