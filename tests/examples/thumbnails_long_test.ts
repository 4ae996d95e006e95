import { assert, assertEquals } from "@std/assert";
import { isThere } from "../temporary_queue.ts";
import { ExampleSite, HOSTILE } from "./example_site.ts";

/** Stands in for ImageMagick: the beginning of the image. */
const THUMBNAIL = "head -c 3";
const SCRIPT = '"$EXAMPLES/thumbnails.sh" photos thumbnails';

Deno.test("the thumbnail example makes one for each image, whatever the files are called", async () => {
  await using site = new ExampleSite();
  const names = [HOSTILE, "-n.PNG", " .jpeg"];
  Deno.mkdirSync(`${site.home}/photos`);
  for (const name of [...names, "notes.txt"]) {
    Deno.writeTextFileSync(`${site.home}/photos/${name}`, "image");
  }
  const first = await site.run(SCRIPT, { THUMBNAIL });
  assertEquals(first.trim().split("\n").length, names.length);
  assertEquals(await site.run(SCRIPT, { THUMBNAIL }), first, "jobs that wait are not added twice");
  const jobs = await site.work(2);
  assertEquals(jobs.map(({ state }) => state), names.map(() => "done"));
  const made = [...Deno.readDirSync(`${site.home}/thumbnails`)].map(({ name }) => name);
  assertEquals(made.sort(), names.map((name) => `${name}.thumbnail.jpg`).sort());
  for (const name of made) {
    assertEquals(Deno.readTextFileSync(`${site.home}/thumbnails/${name}`), "ima");
  }
  assert(!isThere(`${site.home}/hacked`));

  assertEquals(await site.run(SCRIPT, { THUMBNAIL }), "", "what is made is not made again");
  const later = new Date(Date.now() + 60_000);
  Deno.utimeSync(`${site.home}/photos/-n.PNG`, later, later);
  assertEquals((await site.run(SCRIPT, { THUMBNAIL })).trim().split("\n").length, 1);
});

Deno.test("the thumbnail example leaves no thumbnail of an image that cannot be read", async () => {
  await using site = new ExampleSite({ max_retries: 0 });
  Deno.mkdirSync(`${site.home}/photos`);
  Deno.writeTextFileSync(`${site.home}/photos/a.jpg`, "image");
  await site.run(SCRIPT, { THUMBNAIL: "head -c 3; exit 1" });
  const [job] = await site.work();
  assertEquals(job!.state, "dead");
  assert(!isThere(`${site.home}/thumbnails/a.jpg.thumbnail.jpg`));
});
