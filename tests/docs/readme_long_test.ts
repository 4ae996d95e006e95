import { assert, assertEquals } from "@std/assert";
import { isThere, temporaryDirectory } from "../temporary_queue.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A name that is more than a name to whoever does not quote it. */
const HOSTILE = 'it\'s "a" $(touch hacked) `touch hacked` \\ ; touch hacked\n$HOME *';

/** The shell text of README.md and docs/jobs.md in which a word stands. */
function example(word: string): string {
  const pages = ["README.md", "docs/jobs.md"].map((page) => Deno.readTextFileSync(ROOT + page));
  const found = [...pages.join("\n").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text!)
    .filter((text) => text.includes(word));
  assertEquals(found.length, 1, `the README's examples with ${word}`);
  return found[0]!;
}

async function bash(script: string, cwd: string, env: Record<string, string>): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `set -e -o pipefail; ${script}`],
    cwd,
    env,
    stdin: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the README's link in $PATH starts queuectl from a clone in any directory", async () => {
  await using home = await temporaryDirectory();
  const clone = `${home.path}/${HOSTILE}`;
  Deno.mkdirSync(clone);
  Deno.mkdirSync(`${home.path}/here`);
  const names = ["bin", "docs", "src", "tools", "mod.ts", "deno.json", "deno.lock"];
  const pages = ["README.md", "SECURITY.md", "CHANGELOG.md"];
  const parts = [...names, ...pages].map((name) => ROOT + name);
  await new Deno.Command("cp", { args: ["-r", "--", ...parts, clone] }).output();
  const env = {
    HOME: home.path,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
    QUEUECTL_DIR: `${home.path}/queue`,
  };
  await bash(example(".local/bin/queuectl"), clone, env);
  const call = '"$HOME/.local/bin/queuectl" run --max-retries 0 "$@"';
  const said = await bash(`set -- echo "it's" '$(x)'; ${call}`, `${home.path}/here`, env);
  assertEquals(said, "it's $(x)\n");
  for (const folder of [clone, `${home.path}/here`, home.path]) {
    assert(!isThere(`${folder}/hacked`), folder);
  }
});

Deno.test("the README's example for many files gives each to its command, whatever it is called", async () => {
  await using home = await temporaryDirectory();
  const folder = `${home.path}/files`;
  Deno.mkdirSync(`${home.path}/bin`);
  Deno.mkdirSync(`${folder}/-inner`, { recursive: true });
  Deno.symlinkSync(`${ROOT}bin/queuectl`, `${home.path}/bin/queuectl`);
  const names = [
    HOSTILE,
    "a$(touch hacked).txt",
    '{"command":"touch hacked"}',
    "-inner/-n",
    "# a",
    " ",
    "\n\n",
  ];
  for (const name of names) Deno.writeTextFileSync(`${folder}/${name}`, "x");
  const env = {
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
    PATH: `${home.path}/bin:${Deno.env.get("PATH")}`,
    QUEUECTL_DIR: `${home.path}/queue`,
  };
  const script = example("sha256sum").replaceAll("/usr/share/doc", '"$HOME/files"');
  await bash(script, folder, { ...env, HOME: home.path });
  assertEquals([...Deno.readDirSync(`${home.path}/queue/dead`)], []);
  const done = [...Deno.readDirSync(`${home.path}/queue/done`)].map(({ name }) => name);
  const jobs = done.filter((name) => name.endsWith(".json"));
  assertEquals(jobs.length, names.length);
  // sha256sum puts a backslash before the sum of a file with an odd name.
  const sum = /^\\?2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 /;
  for (const name of done.filter((name) => name.endsWith(".log"))) {
    assert(sum.test(Deno.readTextFileSync(`${home.path}/queue/done/${name}`)), name);
  }
  assert(!isThere(`${folder}/hacked`) && !isThere(`${home.path}/hacked`));
});
