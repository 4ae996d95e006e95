import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MAX_COMMAND_BYTES } from "../../src/format/field_checks.ts";
import { newSpawner, type SpawnerOptions } from "../../src/process/choose_spawner.ts";
import { SpawnError } from "../../src/process/spawn_error.ts";
import type { Exit, SpawnRequest } from "../../src/process/spawner.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

const ENV = { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" };

/** A spawner and a directory for what it runs. */
async function workshop(options: SpawnerOptions) {
  const directory = await temporaryDirectory();
  const { path } = directory;
  const spawner = newSpawner(options);
  const log = `${path}/log`;
  const start = (command: string, rest: Partial<SpawnRequest> = {}) =>
    spawner.spawn({ command, env: ENV, log, ...rest });
  const read = () => Deno.readTextFileSync(log);
  return {
    path,
    log,
    spawner,
    start,
    read,
    /** Runs a command to its end. */
    async run(command: string, rest: Partial<SpawnRequest> = {}): Promise<Exit> {
      return await (await start(command, rest)).exited;
    },
    /** What a command prints. */
    async output(command: string, rest: Partial<SpawnRequest> = {}): Promise<string> {
      const before = "log" in rest ? 0 : logSize(log);
      await (await start(command, rest)).exited;
      return new TextDecoder().decode(Deno.readFileSync(rest.log ?? log).subarray(before));
    },
    async [Symbol.asyncDispose]() {
      spawner.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function logSize(log: string): number {
  try {
    return Deno.statSync(log).size;
  } catch {
    return 0;
  }
}

/** A file that is open as if this process had been started with it: every child gets it. */
function inheritable(): Disposable {
  const { symbols } = Deno.dlopen("libc.so.6", {
    dup: { parameters: ["i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const file = symbols.dup(0);
  return { [Symbol.dispose]: () => void symbols.close(file) };
}

for (
  const [kind, options] of Object.entries(
    {
      "the posix spawner": {},
      "the posix spawner, inline,": { inline: true },
      "the portable spawner": { portable: true },
    } satisfies Record<string, SpawnerOptions>,
  )
) {
  const { portable }: SpawnerOptions = options;
  const test = (name: string, fn: (shop: Awaited<ReturnType<typeof workshop>>) => Promise<void>) =>
    Deno.test(`${kind} ${name}`, async () => {
      await using shop = await workshop(options);
      await fn(shop);
    });

  test("gives a command to the shell that is asked for, within the limit of open files", async ({ path }) => {
    for (const openFiles of [undefined, 200]) {
      await using shop = await workshop({ ...options, openFiles });
      const bash = await shop.output('echo "$0 ${BASH_VERSION:+is bash}"; ulimit -Sn', {
        shell: "/bin/bash",
      });
      assertStringIncludes(bash, "/bin/bash is bash\n");
      assertEquals(bash.endsWith("\n200\n"), openFiles === 200);
      // A text that begins like an option is a text.
      assertStringIncludes(await shop.output("-x", { shell: "/bin/bash" }), "-x");
      Deno.writeTextFileSync(`${path}/words`, '#!/bin/sh\nprintf "<%s>" "$@"\n');
      Deno.chmodSync(`${path}/words`, 0o700);
      assertEquals(await shop.output("a  b", { shell: `${path}/words` }), "<-c><a  b>");
    }
  });

  test("makes a log that has to be new, and refuses one that is there", async ({ path, run, output }) => {
    assertEquals(await output("echo new", { isLogNew: true }), "new\n");
    Deno.symlinkSync("nowhere", `${path}/link`);
    for (const log of [`${path}/log`, `${path}/link`, path]) {
      const refused = () => run("echo more", { log, isLogNew: true });
      assertEquals((await assertRejects(refused, SpawnError)).code, "EEXIST", log);
    }
    assertEquals(await output("echo more"), "more\n");
  });

  test("refuses a shell that is no program, and says why", async (shop) => {
    for (const shell of ["/nowhere/sh", "/etc/passwd", "/tmp"]) {
      const error = await assertRejects(() => shop.run("true", { shell }), SpawnError, shell);
      assertEquals(error.temporary, false);
    }
  });

  test("is the one that was asked for", ({ spawner }) => {
    assertEquals(spawner.constructor.name, portable ? "CommandSpawner" : "PosixSpawner");
    return Promise.resolve();
  });

  test("tells how a command ended: its status, or the signal that ended it", async ({ run }) => {
    assertEquals(await run("exit 0"), { code: 0, signal: null });
    assertEquals(await run("exit 255"), { code: 255, signal: null });
    for (const signal of ["KILL", "TERM", "SEGV", "HUP", "ABRT"]) {
      const exit = await run(`ulimit -c 0; kill -${signal} $$`);
      assertEquals(exit, { code: null, signal: `SIG${signal}` });
    }
    assertEquals(await run("kill -40 $$"), { code: null, signal: "SIG40" });
  });

  test("tells how each of many commands ended that run at once", async ({ run }) => {
    const codes = Array.from({ length: 100 }, (_, n) => n);
    const exits = await Promise.all(codes.map((n) => run(`exit ${n}`)));
    assertEquals(exits.map(({ code }) => code), codes);
  });

  test("hears of the end at once, also of a command that ends before it is known", async (shop) => {
    const took: number[] = [];
    for (let n = 0; n < 40; n++) {
      const begun = performance.now();
      await shop.run("");
      took.push(performance.now() - begun);
    }
    // What is not heard is found by a look once a second.
    const slow = took.filter((milliseconds) => milliseconds > 300).length;
    assert(slow < 5, `${took}`);
  });

  test("hands over commands unchanged", async ({ run, read, log }) => {
    const commands = [
      `printf %s '  two  spaces  '`,
      `printf '%s' "double \\"quotes\\"" 'and '"'"'single'"'"' ones'`,
      `printf one\nprintf two\n\n# a comment`,
      `printf 'ünïcödé 😀 \u2028'`,
      `-x 2>/dev/null; printf 'a leading dash'`,
      `printf '%s' '$HOME \`id\` \\n * ~ ! & ; | > <'`,
      `printf '\t\r\x01\x7f'`,
    ];
    for (const command of commands) {
      await run(command);
      const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", "--", command] })
        .output();
      assertEquals(read(), new TextDecoder().decode(stdout));
      Deno.removeSync(log);
    }
  });

  test("gives a command a file as its stdin, each from the beginning, or none", async (shop) => {
    const stdin = `${shop.path}/it's an input`;
    Deno.writeTextFileSync(stdin, "one\ntwo\n");
    assertEquals(await shop.output("read -r a; cat", { stdin }), "two\n");
    assertEquals(await shop.output("cat", { stdin }), "one\ntwo\n");
    assertEquals(await shop.output("cat"), "");
    assertEquals((await shop.run("echo x >&0 2>/dev/null", { stdin })).code === 0, false);
  });

  test("starts no command whose stdin is missing, or is no regular file", async (shop) => {
    const { path, log } = shop;
    Deno.symlinkSync("/etc/passwd", `${path}/link`);
    Deno.mkdirSync(`${path}/directory`);
    await new Deno.Command("mkfifo", { args: [`${path}/fifo`] }).output();
    for (const name of ["missing", "link", ...(portable ? ["directory", "fifo"] : [])]) {
      const stdin = `${path}/${name}`;
      const error = await assertRejects(() => shop.start("cat", { stdin }), SpawnError);
      assertEquals(error.temporary, false, name);
      assertStringIncludes(error.message, `cannot read its input, ${stdin}: `);
    }
    assertEquals(logSize(log), 0);
  });

  test("hands over a command of 100 KB", async ({ output }) => {
    const text = "ü😀".repeat(17_000);
    assert(new TextEncoder().encode(text).length > MAX_COMMAND_BYTES - 1000);
    assertEquals(await output(`printf %s '${text}'`), text);
  });

  test("gives a command just the environment that is asked for", async ({ output }) => {
    const env = { ...ENV, EMPTY: "", MANY: "a b\nc='d' ü=😀" };
    const printed = await output("exec env -0", { env });
    const names = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);
    const variables = printed.split("\0").filter(Boolean)
      .filter((pair) => !names.has(pair.slice(0, pair.indexOf("="))));
    assertEquals(variables.sort(), Object.entries(env).map((pair) => pair.join("=")).sort());
  });

  test("runs a command in the directory that is asked for", async ({ output, path }) => {
    const cwd = `${path}/a b 'ü`;
    Deno.mkdirSync(cwd);
    assertEquals(await output("pwd -P", { cwd }), `${Deno.realPathSync(cwd)}\n`);
    assertEquals(await output("pwd -P"), `${Deno.cwd()}\n`);
  });

  test("says so when the directory cannot be entered", async ({ start, path }) => {
    Deno.writeTextFileSync(`${path}/file`, "");
    for (const cwd of [`${path}/missing`, `${path}/file`]) {
      const error = await assertRejects(() => start("true", { cwd }), SpawnError, "cannot enter");
      assertStringIncludes(error.message, cwd);
      assertEquals(error.temporary, false);
    }
  });

  test("says so when the command and its environment are too long together", async ({ start }) => {
    const env = { ...ENV, LONG: "x".repeat(300_000) };
    const error = await assertRejects(() => start("true", { env }), SpawnError);
    assertEquals([error.code, error.temporary], ["E2BIG", false]);
    assertEquals(error.message, "the command and its environment are too long together");
  });

  test("appends to the log what a command prints to either of its outputs", async (shop) => {
    Deno.writeTextFileSync(shop.log, "before\n");
    await shop.run("echo out; echo err >&2; echo out again");
    assertEquals(shop.read(), "before\nout\nerr\nout again\n");
  });

  test("makes the log for its user alone", async ({ run, log }) => {
    await run("umask 0; echo a");
    assertEquals(Deno.statSync(log).mode! & 0o777, 0o600);
  });

  test("does not write through a link that stands for the log", async ({ start, log, path }) => {
    Deno.writeTextFileSync(`${path}/precious`, "precious");
    Deno.symlinkSync("precious", log);
    await assertRejects(() => start("echo spoilt"), SpawnError);
    assertEquals(Deno.readTextFileSync(`${path}/precious`), "precious");
  });

  test("keeps every byte that a command prints", async ({ run, log }) => {
    await run(`i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i+1)); done`);
    assertEquals(Deno.readFileSync(log), Uint8Array.from({ length: 256 }, (_, n) => n));
  });

  test("gives a command nothing to read", async ({ output }) => {
    assertEquals(await output("cat; readlink /proc/self/fd/0"), "/dev/null\n");
  });

  test("hands on no file but the three", async ({ output, path }) => {
    using _open = await Deno.open(path);
    using _inherited = inheritable();
    const open = (await output("exec readlink /proc/self/fd/*")).trim().split("\n");
    const log = `${path}/log`;
    if (!portable) assertEquals(open, ["/dev/null", log, log]);
    // The portable one passes on what this process was started with, but nothing that it opened.
    assert(!open.includes(path), `${open}`);
  });

  test("starts a command with every signal as a login would have it", async ({ output }) => {
    const printed = await output("exec grep -E '^Sig(Blk|Ign)' /proc/self/status");
    // Signals 32 and 33 are the C library's own, and no program's.
    const asked = printed.replace(
      /[0-9a-f]{16}/g,
      (mask) => (BigInt(`0x${mask}`) & ~(3n << 31n)).toString(16),
    );
    assertEquals(asked, "SigBlk:\t0\nSigIgn:\t0\n");
    assertEquals(await output("yes | head -n 1"), "y\n");
  });

  test("makes each command the leader of a session and a group of its own", async (shop) => {
    const child = await shop.start("exec ps -o pid=,pgid=,sid=,tty= -p $$");
    await child.exited;
    const [pid, group, session, terminal] = shop.read().trim().split(/\s+/);
    assertEquals([pid, group, session], Array(3).fill(`${child.pid}`));
    assertEquals(terminal, "?");
  });

  test("does not wait for what a command leaves running", async ({ run, read }) => {
    const begun = performance.now();
    await run("sleep 30 & echo $!");
    assert(performance.now() - begun < 15_000);
    Deno.kill(Number(read().trim()), "SIGKILL");
  });
}
