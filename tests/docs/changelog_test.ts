import { assertEquals } from "@std/assert";
import { VERSION } from "../../mod.ts";

Deno.test("the newest entry of CHANGELOG.md is that of this version", async () => {
  const changelog = await Deno.readTextFile(new URL("../../CHANGELOG.md", import.meta.url));
  assertEquals(/^## \[(.+?)\] - \d{4}-\d\d-\d\d$/m.exec(changelog)?.[1], VERSION);
});
