/**
 * The npm package, on a machine that has Node alone.
 *
 * @module
 */

import { expect, oddCopy, sh, sizeOf, temporaryFolder } from "./shell.ts";

/** What a user has beside Node. */
const PROGRAMS = ["sh", "env", "cat", "sleep", "kill", "node", "npm", "npx"];

/** Packs, installs and uses it. */
export async function tryNpm(): Promise<void> {
  using place = temporaryFolder();
  const home = place.path;
  const all = Deno.env.toObject();
  const made = await sh(`deno task npm "$HOME/npm" && cd "$HOME" && npm pack ./npm`, {
    ...all,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${all.HOME}/.cache/deno`,
    HOME: home,
  }, await oddCopy(home));
  const tarball = /^queuectl-[\d.]+\.tgz$/m.exec(made.stdout)?.[0] ?? "";
  expect(`the package is made (${tarball && sizeOf(`${home}/${tarball}`)})`, made, /\.tgz\n$/);

  Deno.mkdirSync(`${home}/bin`);
  for (const name of PROGRAMS) {
    const found = await sh(`command -v ${name}`, { PATH: all.PATH! }, home);
    Deno.symlinkSync(found.stdout.trim(), `${home}/bin/${name}`);
  }
  const folder = `${home}/project`;
  Deno.mkdirSync(folder);
  // What reaches the registry where it is behind a proxy.
  const kept = Object.entries(all).filter(([name]) => /proxy|ssl|certs?$|ca_/i.test(name));
  const env = {
    ...Object.fromEntries(kept),
    PATH: `${home}/bin`,
    HOME: home,
    QUEUECTL_DIR: `${home}/queue`,
  };
  const run = (text: string) => sh(text, env, folder);
  expect("there is no deno in $PATH", await run("command -v deno"), /^$/, 127);
  expect("npm install", await run(`npm install ../${tarball}`), /added \d+ packages/);
  // A project's own settings of Deno must not reach queuectl.
  Deno.writeTextFileSync(`${folder}/deno.json`, "{ no JSON");
  const hello = await run("npx queuectl run 'echo hello'");
  expect("npx queuectl run 'echo hello'", hello, /^hello\n$/);
  const failing = await run("npx queuectl run --max-retries 0 'exit 7'");
  expect("it exits with the job's status", failing, /^$/, 7);
  expect("a wrong call exits with 2", await run("npx queuectl lst"), /^$/, 2);
  const input = await run("echo typed | npx queuectl run --stdin cat");
  expect("it passes stdin on", input, /^typed\n$/);
  const nested = await run(`npx queuectl run 'npx queuectl run "echo inner"'`);
  expect("a job calls queuectl", nested, /^inner\n$/);
  const clean = await run("ulimit -Sn 512; npx queuectl run 'env; ulimit -Sn'");
  expect("a job has nothing of npx, and the user's limits", clean, /^(?![^]*npm_)[^]*\n512\n$/);
  expect("the docs are in it", await run("npx queuectl help hooks"), /^HOOKS\n/);
  expect("the man page is in it", await run("cat node_modules/queuectl/man/queuectl.1"), /^\.TH /);

  const started = await run("npx queuectl worker start --detach --count 2");
  expect("worker start --detach", started, /^\S+-\d+-\w+\n$/);
  const waited = await run(
    'id=$(npx queuectl enqueue "echo by the worker") && ' +
      "npx queuectl wait $id >&2 && npx queuectl logs $id",
  );
  expect("the worker runs a job", waited, /^by the worker\n$/);
  expect("worker stop", await run("npx queuectl worker stop"), /./);
  const auto = await run(
    'id=$(npx queuectl enqueue --start "echo by another") && ' +
      "npx queuectl wait $id >&2 && npx queuectl logs $id",
  );
  expect("enqueue --start starts one", auto, /^by another\n$/);
  expect("and it stops", await run("npx queuectl worker stop"), /./);

  const signalled = await run(
    "node_modules/.bin/queuectl run 'echo $$ >&2; sleep 60' & pid=$!; " +
      "until npx queuectl ps | cat | { read -r head && read -r job; }; do sleep 0.1; done; " +
      "kill -TERM $pid; wait $pid",
  );
  expect("a signal reaches it", signalled, /^/, 143);
}
