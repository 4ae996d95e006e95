import { assertEquals } from "@std/assert";
import { testWith, whyNo } from "../left_out.ts";
import { eventually, isThere } from "../temporary_queue.ts";
import { NotifySocket } from "./notify_socket.ts";
import { PROGRAM, Program } from "./program.ts";

/** Keeps its slot until it may go on. */
const BUSY = "touch up; until test -e go; do sleep 0.02; done";

Deno.test("a worker reports to its service manager, feeds its watchdog and keeps both from its jobs", async () => {
  await using program = new Program();
  for (const name of [`${program.home}/notify`, `@queuectl-${crypto.randomUUID()}`]) {
    using socket = new NotifySocket(name);
    await program.answer("enqueue", "--id", "a", "env");
    const worker = program.spawn(["worker", "start", "--json"], {
      env: { NOTIFY_SOCKET: name, WATCHDOG_USEC: "300000" },
    });
    await eventually("it is ready", () => socket.has(/^READY=1\nSTATUS=worker \S+$/));
    const fed = () => socket.messages.filter((message) => message === "WATCHDOG=1").length;
    await eventually("it feeds the watchdog", () => socket.has(/./) && fed() > 3);
    await worker.says(/"ended"/);
    worker.kill("SIGTERM");
    assertEquals((await worker.ended).code, 0);
    const log = await program.answer("logs", "a");
    assertEquals(log.match(/^(NOTIFY_SOCKET|WATCHDOG_\w+)=/gm), null);
    await program.answer("rm", "a");
  }
});

Deno.test("a worker that is stopped by SIGSTOP, or told of the watchdog of another process, feeds none", async () => {
  await using program = new Program();
  using socket = new NotifySocket(`${program.home}/notify`);
  const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "100000" };
  const other = program.spawn(["worker", "start"], { env: { ...env, WATCHDOG_PID: "1" } });
  await eventually("it is ready", () => socket.has(/READY/));
  other.kill("SIGTERM");
  await other.ended;
  assertEquals(socket.has(/WATCHDOG/), false);

  const hung = program.spawn(["worker", "start"], { env });
  await eventually("it feeds", () => socket.has(/WATCHDOG/));
  hung.kill("SIGSTOP");
  const state = () => /\) (\w)/.exec(Deno.readTextFileSync(`/proc/${hung.pid}/stat`))?.[1];
  await eventually("it stands still", () => state() === "T");
  socket.has(/./);
  const count = socket.messages.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  socket.has(/./);
  assertEquals(socket.messages.length, count);
});

testWith(
  await whyNo("systemd-notify", "--version"),
  "where the C library is refused, systemd-notify reports for the worker",
  async () => {
    await using program = new Program();
    using socket = new NotifySocket(`${program.home}/notify`);
    const [deno, run, ...words] = PROGRAM;
    const refused = words.map((word) => word === "--allow-ffi" ? "--deny-ffi" : word);
    const child = new Deno.Command(deno!, {
      args: [run!, ...refused, "worker", "start"],
      env: { QUEUECTL_DIR: program.dir, NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "600000" },
      stdout: "null",
      stderr: "null",
    }).spawn();
    await eventually("it is ready", () => socket.has(/^READY=1\nSTATUS=worker/));
    await eventually("it feeds the watchdog", () => socket.has(/^WATCHDOG=1$/));
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 0);
  },
);

Deno.test("worker start --finish-within puts back what still runs after so long, and asks for time", async () => {
  await using program = new Program();
  using socket = new NotifySocket(`${program.home}/notify`);
  await program.answer("enqueue", "--id", "a", BUSY);
  const worker = program.spawn(["worker", "start", "--finish-within", "0.3"], {
    env: { NOTIFY_SOCKET: socket.name },
  });
  await eventually("a runs", () => isThere(`${program.home}/up`));
  worker.kill("SIGTERM");
  // Read at once, as a service manager does: systemd-notify waits for it.
  for (const time of [30300000, 35000000]) {
    const message = new RegExp(`^STOPPING=1\nEXTEND_TIMEOUT_USEC=${time}\n?$`);
    await eventually(`it asks for ${time} µs`, () => socket.has(message));
  }
  assertEquals((await worker.ended).code, 0);
  await worker.says(/jobs still run after 300ms; putting them back, then exiting/);
  const { state, attempts } = await program.json("show", "a");
  assertEquals([state, attempts], ["pending", 0]);
});

Deno.test("SIGHUP after SIGTERM is no second request to stop, and before it brings a new worker_count", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", BUSY);
  const worker = program.spawn(["worker", "start"]);
  await eventually("a runs", () => isThere(`${program.home}/up`));
  await program.answer("config", "set", "worker_count", "3");
  worker.kill("SIGHUP");
  await eventually(
    "it has three slots",
    async () => (await program.json("worker", "list"))[0].slots === 3,
  );
  worker.kill("SIGTERM");
  await worker.says(/finishing running jobs/);
  await worker.insist("SIGHUP", /(reading the settings again[^]*){2}/);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await worker.ended).code, 0);
  assertEquals((await program.json("show", "a")).state, "done");
});

Deno.test("--finish-within refuses what is no span", async () => {
  await using program = new Program();
  for (const word of ["soon", "0", "8d"]) {
    const { code, stderr } = await program.run(["worker", "start", "--finish-within", word]);
    assertEquals(code, 2);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
});
