import { assertEquals } from "@std/assert";
import { childInput } from "../../src/process/child_input.ts";

/** A shell that runs a script. */
function child(script: string): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", { args: ["-c", script], stdin: "piped" }).spawn();
}

const line = (text: string) => new TextEncoder().encode(`${text}\n`);

Deno.test("a line reaches a child though the event loop has no turn", async () => {
  const path = Deno.makeTempFileSync();
  const reader = child(`while read -r line; do echo "$line" >>${path}; done`);
  const input = childInput(reader);
  const deadline = performance.now() + 20_000;
  for (const said of ["a", "b"]) {
    input.write(line(said));
    while (!Deno.readTextFileSync(path).endsWith(`${said}\n`) && performance.now() < deadline);
  }
  assertEquals(Deno.readTextFileSync(path), "a\nb\n");
  input.close();
  input.close();
  assertEquals((await reader.status).code, 0, "its input has ended");
  Deno.removeSync(path);
});

Deno.test("a child that reads nothing, or has exited, does not keep who writes to it", async () => {
  const stopped = child("exec sleep 1000");
  const input = childInput(stopped);
  const kilobyte = line("x".repeat(1023));
  for (let n = 0; n < 100; n++) input.write(kilobyte);
  stopped.kill("SIGKILL");
  await stopped.status;
  input.write(kilobyte);
  input.close();
  input.write(kilobyte);
});
