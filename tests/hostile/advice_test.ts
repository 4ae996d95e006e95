import { assert, assertEquals } from "@std/assert";
import { Program } from "../program/program.ts";
import { isThere } from "../temporary_queue.ts";

Deno.test("a command in queuectl's advice means the queue that it is about, whatever that is called", async () => {
  for (
    const name of [
      'it\'s $(touch hacked) `touch hacked` "$HOME" \\',
      "line\nbreak \x1b[31m \u202e;touch hacked",
    ]
  ) {
    await using program = new Program();
    const dir = `${program.home}/${name}`;
    await program.answer("--dir", dir, "enqueue", "--id", "a", "true");
    Deno.chmodSync(`${dir}/pending`, 0o777);
    const { code, stderr } = await program.run(["--dir", dir, "list"]);
    assertEquals(code, 1, stderr);
    const [, look, mend] = /\((ls -lR .*)\), then close it with: (chmod go-w .*)\n$/.exec(stderr)!;
    for (const command of [look!, mend!]) {
      const { success, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-c", command],
        cwd: program.home,
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      if (command === look) assert(new TextDecoder().decode(stdout).includes("-a.json"));
    }
    assertEquals((await program.run(["--dir", dir, "list"])).code, 0);
    assert(!isThere(`${program.home}/hacked`));
  }
});
