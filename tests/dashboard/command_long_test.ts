/** `queuectl dashboard` as a real process: its answer, its mistakes, its socket, its end. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PERMISSIONS } from "../../src/cli/commands/workers/permissions.ts";
import { testWith, whyNo } from "../left_out.ts";
import { Program, type Running, WITHOUT_FFI } from "../program/program.ts";
import { eventually, isThere } from "../temporary_queue.ts";
import { EventReader, rawRequest } from "./test_server.ts";

/** Starts a dashboard; gives its process, and the address and token of its link. */
async function start(
  program: Program,
  args: readonly string[] = ["--port", "0"],
  env?: Record<string, string>,
): Promise<{ running: Running; link: string; origin: string; token: string }> {
  const running = program.spawn(["dashboard", ...args], { env });
  await running.says(/listening on/);
  const link = running.stdout.trimEnd();
  const { origin, searchParams } = new URL(link);
  return { running, link, origin, token: searchParams.get("token")! };
}

async function statusOf(origin: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${origin}/api/status`, { headers });
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("stdout has the link alone, and a signal ends the server with status 0", async () => {
  await using program = new Program();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const { running, link, origin, token } = await start(program);
    assert(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/.test(link), link);
    assertEquals(await statusOf(origin, token), 200);
    using reader = await EventReader.open({ origin, token });
    running.kill(signal);
    await reader.until("the server stops", ({ event }) => event === "bye");
    const { code, stdout, stderr } = await running.ended;
    assertEquals([code, stdout], [0, `${link}\n`], stderr);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

Deno.test("with --json the answer is one line of JSON", async () => {
  await using program = new Program();
  const running = program.spawn(["dashboard", "--port", "0", "--json"]);
  await running.says(/listening on/);
  const { link, token, port, socket } = JSON.parse(running.stdout);
  assertEquals([link, socket], [`http://127.0.0.1:${port}/?token=${token}`, null]);
});

Deno.test("a mistake is one sentence: the port, the host, the socket, the token, the queue", async () => {
  await using program = new Program();
  const { origin } = await start(program);
  const { port } = new URL(origin);
  Deno.writeTextFileSync(`${program.home}/file`, "");
  const tries: [string[], number, RegExp, Record<string, string>?][] = [
    [["--port", port], 1, /^queuectl: port \d+ is taken; choose another with --port/],
    [["--port", "65536"], 2, /--port must be a whole number from 0 to 65535/],
    [["--port", "http"], 2, /--port must be/],
    [["--host", "203.0.113.1", "--port", "0"], 2, /--host must be an address of this machine/],
    [["--host", "a b"], 2, /--host must be an address/],
    [["--host", "127.0.0.1,0.0.0.0"], 2, /--host must be an address/],
    [["--allow-host", "a/b"], 2, /--allow-host must be a name/],
    [["--socket", "s", "--port", "1"], 2, /--socket listens on no port/],
    [["--socket", "a,b"], 2, /--socket must be a path without a comma/],
    [["--socket", `${program.home}/file`], 1, /is not a socket; choose another path/],
    [["--socket", `${program.home}/none/s`], 1, /cannot make the socket/],
    [["--socket", `${program.home}/${"a".repeat(110)}`], 1, /cannot listen on/],
    [["--port", "0"], 2, /QUEUECTL_TOKEN must be 32 to 256/, { QUEUECTL_TOKEN: "short" }],
    [["--dir", `${program.home}/typo`], 1, /typo/],
  ];
  for (const [args, code, sentence, env = {}] of tries) {
    const result = await program.spawn(["dashboard", ...args], { env }).ended;
    assertEquals([result.code, result.stdout], [code, ""], `${args}: ${result.stderr}`);
    assert(sentence.test(result.stderr), result.stderr);
    assertEquals(result.stderr.trimEnd().split("\n").length, 1, result.stderr);
  }
});

Deno.test("only the dashboard may use the network, and only the address that it listens on", async () => {
  await using program = new Program();
  const { running } = await start(program);
  // Without the C library the server is a child.
  const children = () => Deno.readTextFileSync(`/proc/${running.pid}/task/${running.pid}/children`);
  const server = WITHOUT_FFI ? children().trim() : running.pid;
  const words = Deno.readTextFileSync(`/proc/${server}/cmdline`).split("\0");
  const net = words.filter((word) => word.startsWith("--allow-net"));
  assertEquals(net, ["--allow-net=127.0.0.1"]);
  assert(!PERMISSIONS.some((word) => word.startsWith("--allow-net")));
  assert(!words.some((word) => word.includes("token")));
});

Deno.test("another address than this machine's own is warned of", async () => {
  await using program = new Program();
  const { running, origin, token } = await start(program, ["--host", "0.0.0.0", "--port", "0"]);
  await running.says(/warning: whoever reaches 0\.0\.0\.0 and has the token runs commands as you/);
  assertEquals(await statusOf(origin, token), 200);
  assertEquals(await statusOf(origin, "wrong"), 401);
});

Deno.test("a token from the environment outlives a restart", async () => {
  await using program = new Program();
  const env = { QUEUECTL_TOKEN: "0123456789abcdef0123456789abcdef" };
  const first = await start(program, undefined, env);
  const { port } = new URL(first.origin);
  assertEquals(first.token, env.QUEUECTL_TOKEN);
  first.running.kill("SIGTERM");
  await first.running.ended;
  const second = await start(program, ["--port", port], env);
  assertEquals(await statusOf(second.origin, env.QUEUECTL_TOKEN), 200);
});

/** Asks over a unix socket. */
async function askSocket(path: string, token: string, host = "localhost"): Promise<number> {
  const connection = await Deno.connect({ transport: "unix", path });
  const headers = { host, authorization: `Bearer ${token}` };
  return (await rawRequest(connection, "GET /api/settings", headers)).status;
}

Deno.test("a unix socket is of its user alone, takes a dead one's place, and goes at the end", async () => {
  await using program = new Program();
  const path = `${program.home}/s`;
  const args = ["--socket", path, "--allow-host", "queue.example"];
  const first = await start(program, args);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  assertEquals(await askSocket(path, first.token), 200);
  assertEquals(await askSocket(path, first.token, "queue.example"), 200);
  assertEquals(await askSocket(path, first.token, "evil.example"), 403);
  const taken = await program.spawn(["dashboard", ...args]).ended;
  assertEquals(taken.code, 1);
  assertStringIncludes(taken.stderr, "another server listens on");
  first.running.kill("SIGKILL");
  await first.running.ended;
  // A child outlives it for long enough to remove the socket.
  if (WITHOUT_FFI) await eventually("the child has left", () => !isThere(path));
  else assert(isThere(path));
  const second = await start(program, args);
  assertEquals(await askSocket(path, second.token), 200);
  second.running.kill("SIGTERM");
  assertEquals((await second.running.ended).code, 0);
  assertEquals([...Deno.readDirSync(program.home)].map(({ name }) => name), ["queue"]);
});

testWith(
  Deno.uid() === 0
    ? await whyNo("setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/python3", "--version")
    : "only root can become another user",
  "another user cannot open the socket, though its directory is open and the umask is 0",
  async () => {
    await using program = new Program();
    Deno.chmodSync(program.home, 0o755);
    const path = `${program.home}/s`;
    const running = program.spawnShell(`umask 0; exec "$@" dashboard --socket ${path}`);
    await running.says(/listening on/);
    const connect = [
      "/usr/bin/python3",
      "-c",
      `import socket; socket.socket(socket.AF_UNIX).connect("${path}")`,
    ];
    const other = ["--reuid=65534", "--regid=65534", "--clear-groups", ...connect];
    const refused = await new Deno.Command("setpriv", { args: other }).output();
    assertStringIncludes(new TextDecoder().decode(refused.stderr), "PermissionError");
    const own = await new Deno.Command("setpriv", { args: ["--reuid=0", ...connect] }).output();
    assertEquals(own.code, 0);
  },
);

Deno.test("--open gives the browser a file of this user's, and no token on a command line", async () => {
  await using program = new Program();
  const bin = `${program.home}/bin`;
  Deno.mkdirSync(bin);
  const seen = `${program.home}/seen`;
  Deno.writeTextFileSync(
    `${bin}/xdg-open`,
    `#!/bin/sh\n{ echo "$@"; stat -c %a "$1"; cat "$1"; } > ${seen}.new; mv ${seen}.new ${seen}\n`,
    { mode: 0o755 },
  );
  const { running, link, token } = await start(program, ["--port", "0", "--open"], {
    PATH: `${bin}:${Deno.env.get("PATH")}`,
  });
  while (!isThere(seen)) await new Promise((resolve) => setTimeout(resolve, 10));
  const [words = "", mode, page = ""] = Deno.readTextFileSync(seen).split("\n");
  assert(!words.includes(token) && words.endsWith(".html"), words);
  assertEquals(mode, "600");
  assertStringIncludes(page, `content="0;url=${link}"`);
  running.kill("SIGTERM");
  assertEquals((await running.ended).code, 0);
  assert(!isThere(words));
});
