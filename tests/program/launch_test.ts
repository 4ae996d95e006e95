/** How the program is started: with which runtime, imports, environment and limits. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

Deno.test("a Deno that is too old is refused by whatever opens a queue, in one sentence", async () => {
  await using program = new Program();
  const old = `${program.home}/old.ts`;
  Deno.writeTextFileSync(
    old,
    'Object.defineProperty(Deno, "version", { value: { ...Deno.version, deno: "2.7.5" } });',
  );
  for (const words of [["enqueue", "true"], ["run", "true"], ["list"]]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `--preload=${old}`, `${ROOT}src/cli/main.ts`, ...words],
      env: { QUEUECTL_DIR: program.dir },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals([code, said.split("\n").length], [1, 2], said);
    assertStringIncludes(said, "queuectl: Deno 2.7.5 is too old: before 2.7.6 it frees memory");
  }
});

Deno.test("an import that the lock file does not have is refused, and not locked", async () => {
  await using program = new Program();
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  for (const part of [lock.specifiers, lock.npm]) {
    for (const name of Object.keys(part)) if (/croner/.test(name)) delete part[name];
  }
  const without = JSON.stringify(lock, null, 2) + "\n";
  Deno.copyFileSync(`${ROOT}deno.json`, `${program.home}/deno.json`);
  Deno.writeTextFileSync(`${program.home}/deno.lock`, without);
  Deno.writeTextFileSync(`${program.home}/main.ts`, 'import "croner";\n');
  Deno.mkdirSync(`${program.home}/src`);
  Deno.copyFileSync(`${ROOT}src/std.d.ts`, `${program.home}/src/std.d.ts`);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "main.ts"],
    cwd: program.home,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "The lockfile is out of date");
  assertEquals(await Deno.readTextFile(`${program.home}/deno.lock`), without);
});
