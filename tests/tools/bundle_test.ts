import { assert, assertEquals } from "@std/assert";
import { testWith } from "../left_out.ts";
import { PROGRAM } from "../program/program.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

const MAIN = Deno.env.get("TESTED_PROGRAM");

testWith(
  MAIN === undefined ? "no bundle is tested" : undefined,
  "an enqueue to a queue that is there needs one file of a bundle, and calls of it alone leave it compiled for the next",
  async () => {
    await using directory = await temporaryDirectory();
    const { path } = directory;
    Deno.copyFileSync(MAIN!, `${path}/main.js`);
    const made = await new Deno.Command(PROGRAM[0]!, {
      args: [...PROGRAM.slice(1), "--dir", `${path}/queue`, "enqueue", "true"],
      stdin: "null",
    }).output();
    assertEquals(made.code, 0, new TextDecoder().decode(made.stderr));
    const [deno, ...words] = PROGRAM.map((word) => word === MAIN ? `${path}/main.js` : word);
    const isKept = () =>
      [...Deno.readDirSync(`${path}/deno`)]
        .filter(({ name }) => name.startsWith("v8_code_cache"))
        .map(({ name }) => new TextDecoder().decode(Deno.readFileSync(`${path}/deno/${name}`)))
        .some((text) => text.includes("/main.js"));
    // One call in 16 gives the runtime time to write it, and on a busy machine too little.
    for (let call = 0; call === 0 || (call < 500 && !isKept()); call++) {
      const { code, stderr } = await new Deno.Command(deno!, {
        args: [...words, "--dir", `${path}/queue`, "enqueue", "true"],
        env: { DENO_DIR: `${path}/deno` },
        stdin: "null",
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    }
    assert(isKept());
  },
);
