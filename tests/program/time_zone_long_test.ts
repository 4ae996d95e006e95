import { assertEquals, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

for (
  const [TZ, instead] of [
    ["<+03>-3", "TZ=Etc/GMT-3"],
    ["EST5EDT,M3.2.0,M11.1.0", "is a rule"],
    ["CET-1CEST", "is a rule"],
    ["/usr/share/zoneinfo/Europe/Berlin", "TZ=Europe/Berlin"],
    ["Mars/Base", "is not a known time zone"],
  ] as const
) {
  Deno.test(`a local time is refused, and no other, where TZ is ${TZ}`, async () => {
    await using program = new Program();
    const [local, utc, span] = await Promise.all(
      ["18:30", "2026-12-24T18:30Z", "+2h"].map((at) =>
        program.run(["enqueue", "--at", at, "true"], { env: { TZ } })
      ),
    );
    assertEquals([local!.code, utc!.code, span!.code], [2, 0, 0]);
    assertStringIncludes(local!.stderr, instead);
    assertEquals(utc!.stderr + span!.stderr, "");
    const list = await program.run(["list"], { env: { TZ } });
    assertEquals(list.code, 0);
    assertStringIncludes(list.stderr, instead);
    assertStringIncludes(list.stderr, "local times shown are not in it");
    assertEquals((await program.run(["list", "--json"], { env: { TZ } })).stderr, "");
  });
}

for (
  const [TZ, time] of [
    ["Europe/Berlin", "2027-01-15T17:30:00.000Z"],
    [":Europe/Berlin", "2027-01-15T17:30:00.000Z"],
    ["EST5", "2027-01-15T23:30:00.000Z"],
    ["JST-9", "2027-01-15T09:30:00.000Z"],
    ["UTC0", "2027-01-15T18:30:00.000Z"],
    ["", "2027-01-15T18:30:00.000Z"],
  ] as const
) {
  Deno.test(`a local time is read, and nothing said, where TZ is ${TZ || "empty"}`, async () => {
    await using program = new Program();
    const options = { env: { TZ } };
    const { stdout, stderr } = await program.run(
      ["enqueue", "--json", "--at", "2027-01-15 18:30", "true"],
      options,
    );
    assertEquals([JSON.parse(stdout).run_at, stderr], [time, ""]);
    assertEquals((await program.run(["list"], options)).stderr, "");
  });
}

Deno.test("a schedule without a zone is in UTC where TZ is empty, as for the C library", async () => {
  await using program = new Program();
  const added = await program.run(["schedule", "add", "a", "@daily", "true"], { env: { TZ: "" } });
  assertEquals(added.code, 0, added.stderr);
  assertStringIncludes(added.stdout, "00:00:00 UTC");
});
