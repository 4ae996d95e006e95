import { assertEquals, assertStringIncludes } from "@std/assert";
import { ExampleSite, HOSTILE } from "./example_site.ts";

/** A site with a folder to back up, and a schedule that does so. */
async function scheduled(): Promise<ExampleSite> {
  const site = new ExampleSite();
  Deno.mkdirSync(`${site.home}/${HOSTILE}`);
  Deno.writeTextFileSync(`${site.home}/${HOSTILE}/file`, "x");
  Deno.mkdirSync(`${site.home}/backups`);
  await site.run('"$EXAMPLES/nightly.sh" schedule "$SOURCE" backups', { SOURCE: HOSTILE });
  return site;
}

/** The states of a night's jobs, by the last word of their IDs. */
async function outcomes(site: ExampleSite, night: string): Promise<Record<string, string>> {
  const jobs = await site.work(2);
  return Object.fromEntries(jobs.map(({ id, state }) => [id.slice(night.length), state]));
}

Deno.test("the nightly example backs a folder up, checks the archive and lists the sums", async () => {
  await using site = await scheduled();
  const night = (await site.run("queuectl schedule run nightly")).trim();
  assertEquals(await outcomes(site, night), {
    "": "done",
    "-archive": "done",
    "-verify": "done",
    "-checksums": "done",
    "-report": "done",
  });
  const listing = await site.run(`tar -tzf backups/${night}.tar.gz`);
  assertEquals(listing, "./\n./file\n");
  const sums = Deno.readTextFileSync(`${site.home}/backups/${night}.sha256`);
  assertStringIncludes(sums, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
  const report = await site.run(`queuectl logs ${night}-report`);
  assertStringIncludes(report, ` ${night}.tar.gz`);
});

Deno.test("the nightly example, killed half way and run again, adds the rest; its report names the dead", async () => {
  await using site = await scheduled();
  const night = (await site.run("queuectl schedule run nightly")).trim();
  await site.run(`queuectl enqueue --id ${night}-archive --max-retries 0 'exit 3'`);
  assertEquals(await outcomes(site, night), {
    "": "done",
    "-archive": "dead",
    "-verify": "dead",
    "-checksums": "dead",
    "-report": "done",
  });
  assertStringIncludes(await site.run(`queuectl logs ${night}-report`), `${night}-archive`);
});

Deno.test("the nightly example without words says how to call it", async () => {
  await using site = new ExampleSite();
  const { stderr } = await site.fail('exec "$EXAMPLES/nightly.sh"');
  assertEquals(stderr, "usage: nightly.sh schedule SOURCE BACKUPS\n");
});
