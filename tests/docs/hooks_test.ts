import { assert, assertEquals, assertMatch } from "@std/assert";
import { Program } from "../program/program.ts";
import { isThere } from "../temporary_queue.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/hooks.md", import.meta.url));

/** The shell text under a heading of the page. */
function recipe(heading: string): string {
  return new RegExp(`## ${heading}\n[^]*?\`\`\`sh\n([^]*?)\`\`\``).exec(PAGE)![1]!;
}

/** Sets a recipe's hook, runs a job, and gives what its stand-in was called with and read. */
async function called(heading: string, command: string, standIns: string[]): Promise<string> {
  await using program = new Program();
  const bin = `${program.home}/bin`;
  Deno.mkdirSync(bin);
  for (const name of standIns) {
    // What it reads is passed on, as jq does, and noted with its words.
    const script = `#!/bin/sh\n{ printf '%s\\n' "${name}" "$@"; test -t 0 || cat; } >> ` +
      `${program.home}/called\n`;
    Deno.writeTextFileSync(`${bin}/${name}`, script, { mode: 0o755 });
  }
  const jq = '#!/bin/sh\nprintf "%s " jq "$@"; cat\n';
  Deno.writeTextFileSync(`${bin}/jq`, jq, { mode: 0o755 });
  const { code, stderr } = await program.shell(
    `queuectl() { command "\${program[@]}" "$@"; }; program=("$@"); ${recipe(heading)}`,
  );
  assertEquals([code, stderr], [0, ""]);
  // Not this process's own: a job does not see what stands before npx's folder in it.
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", command);
  await program.run(["worker", "start", "--drain"], { env });
  assert(
    isThere(`${program.home}/called`),
    `no stand-in was called; hooks.log: ${
      isThere(`${program.dir}/hooks.log`) ? Deno.readTextFileSync(`${program.dir}/hooks.log`) : ""
    }`,
  );
  return Deno.readTextFileSync(`${program.home}/called`);
}

Deno.test("the recipe for mail sends the command and the end of the log", async () => {
  const mail = await called("Mail", "echo told; exit 3", ["mail"]);
  assertMatch(mail, /^mail\n-s\njob a: failed 3\nyou@example.com\necho told; exit 3\ntold\n$/);
});

Deno.test("the recipe for ntfy posts the end of the log with a title", async () => {
  const posted = await called("ntfy", "echo told; exit 3", ["curl"]);
  assertMatch(posted, /\nTitle: job a is dead\n--data-binary\n@-\nhttps:\/\/ntfy.sh\/\S+\ntold\n$/);
});

Deno.test("the recipe for Slack posts what jq makes of the end of the log", async () => {
  const posted = await called("Slack", "echo told; exit 3", ["curl"]);
  assertMatch(posted, /https:\/\/hooks.slack.com\/\S+\njq -Rs --arg job a \{text: .* told\n$/s);
});

Deno.test("the recipe for the desktop shows the command of a done job", async () => {
  const shown = await called("Desktop", "echo told", ["notify-send"]);
  assertMatch(shown, /^notify-send\njob done\necho told\n/);
});
