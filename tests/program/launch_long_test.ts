/** How the program is started: with which runtime, imports, environment and limits. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { stripLauncher, undoLauncher } from "../../src/process/launcher.ts";
import type { Result } from "./in_process.ts";
import { Program, PROGRAM_TEXT } from "./program.ts";
import { testWith, whyNo } from "../left_out.ts";

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

const BIN = `${ROOT}bin/queuectl`;
const TASK = `deno task -q --config ${ROOT}deno.json queuectl`;
const DENO_FOLDER = Deno.execPath().replace(/\/[^/]*$/, "");

/** Runs a script with bash in an environment that has nothing but these variables. */
async function inEnvironment(
  script: string,
  env: Record<string, string>,
  cwd?: string,
): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script],
    clearEnv: true,
    env,
    ...(cwd === undefined ? {} : { cwd }),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** What a user may have set, of which some is what `npx` and `deno task` would set themselves. */
function usersOwn(program: Program): Record<string, string> {
  return {
    PATH: `/opt/mine/node_modules/.bin:${DENO_FOLDER}:/usr/bin:/bin`,
    HOME: Deno.env.get("HOME") ?? "/",
    QUEUECTL_DIR: program.dir,
    MINE: "a=b",
    EDITOR: "ed",
    npm_config_registry: "https://example.org/",
    ...(Deno.env.has("DENO_DIR") && { DENO_DIR: Deno.env.get("DENO_DIR")! }),
  };
}

/** What `env` printed, without what the shells and queuectl itself set. */
function variables(printed: string): Record<string, string> {
  const lines = printed.split("\n").filter((line) => line.includes("="));
  const all = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const others = /^(PWD|OLDPWD|SHLVL|_|QUEUECTL_(?!DIR$).*)$/;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !others.test(name)));
}

/**
 * As npx does: the user's variables among many of its own, a title, and a shell that starts deno.
 */
const NPX = `
  exec -a "npm exec deno@2.9.6 task" bash -c '
    export npm_command=exec npm_config_registry=https://registry.example/ npm_lifecycle_event=npx
    export INIT_CWD=/ COLOR=0 EDITOR=vi NODE=/usr/bin/node npm_config_user_agent=npm/11
    export PATH=/x/node_modules/.bin:/x/node-gyp-bin:$PATH
    sh -c "${TASK} run \\"env; ulimit -Sn\\"; exit"; exit' npx`;

for (
  const [name, script] of [
    ["deno task", `ulimit -Sn 300; ${TASK} run 'env; ulimit -Sn'; exit`],
    ["npx", `ulimit -Sn 300; (${NPX}); exit`],
    ["bin/queuectl", `ulimit -Sn 300; exec ${BIN} run 'env; ulimit -Sn'`],
    [
      "--detach",
      `ulimit -Sn 300; ${TASK} worker start --detach >/dev/null; ulimit -Sn 400
       MINE=other ${TASK} run 'env; ulimit -Sn'; ${TASK} worker stop >/dev/null; exit`,
    ],
  ] as const
) {
  Deno.test(`a job has its user's environment and limit of open files, by way of ${name}`, async () => {
    await using program = new Program();
    const env = usersOwn(program);
    const { stdout, stderr, code } = await inEnvironment(script, env, program.home);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^300$/m);
    assertEquals(variables(stdout), env);
  });
}

Deno.test("a hook has its user's environment and limit of open files too", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_done", "env; ulimit -Sn");
  const env = usersOwn(program);
  await inEnvironment(`ulimit -Sn 300; ${TASK} run true; exit`, env);
  const printed = await Deno.readTextFile(`${program.dir}/hooks.log`);
  assertMatch(printed, /^300$/m);
  assertEquals(variables(printed), env);
});

Deno.test("a job that adds another adds it where it stands itself", async () => {
  await using program = new Program();
  const home = Deno.realPathSync(program.home);
  for (const queuectl of [TASK, BIN]) {
    const job = `mkdir -p sub; cd sub; ${queuectl} --json enqueue pwd`;
    const { stdout } = await inEnvironment(`${TASK} run '${job}'`, usersOwn(program), home);
    assertEquals(JSON.parse(stdout).cwd, `${home}/sub`, queuectl);
  }
});

Deno.test("the lines and the words of a command stay as they are where its limit is set", async () => {
  await using program = new Program();
  const job = '# a comment\necho "$0"; nosuch; cat <<E\ntext\nE';
  const { stdout } = await inEnvironment(
    `ulimit -Sn 300; ${BIN} run "$JOB"; exit`,
    { ...usersOwn(program), JOB: job },
  );
  assertMatch(stdout, /^\/bin\/sh\n.*\b2: nosuch.*\ntext\n$/);
});

Deno.test("bin/queuectl says in a sentence why it cannot start", async () => {
  await using program = new Program();
  const gone = `${program.home}/gone`;
  for (
    const [script, said] of [
      [`mkdir ${gone}; cd ${gone}; rmdir ${gone}; exec ${BIN} list`, "directory has been removed"],
      [`ulimit -n 12; exec ${BIN} list`, "at most 12 files may be open, and it takes 32"],
      [`ulimit -n 20; exec ${BIN} list`, "at most 20 files may be open, and it takes 32"],
      [`PATH=/usr/bin:/bin; command -v deno && exit 9; exec ${BIN} list`, "no deno in $PATH"],
    ] as const
  ) {
    const { code, stderr } = await inEnvironment(script, usersOwn(program));
    // Where deno lies beside all other programs it cannot be hidden.
    if (code === 9) continue;
    assertEquals(code, 1);
    assertStringIncludes(stderr.split("\n").at(-2)!, `queuectl: `);
    assertStringIncludes(stderr.split("\n").at(-2)!, said);
    // The shell complains of a directory that is gone before it reads its first line.
    assert(stderr.split("\n").length <= 3, stderr);
  }
});

Deno.test("what a program has set itself stays, whatever its launcher had set", () => {
  const first = { A: "npx", B: "npx", C: "user" };
  const before = { A: "user", C: "user", D: "user" };
  assertEquals(undoLauncher({ ...first, B: "program", E: "program" }, first, before), {
    A: "user",
    B: "program",
    C: "user",
    D: "user",
    E: "program",
  });
});

Deno.test("where nothing tells what the user had, what launchers are known to set is left out", () => {
  const mine = { PATH: "/usr/bin:/bin", npm_config_registry: "https://example.org/", NODE: "n" };
  const task = { ...mine, INIT_CWD: "/", "?": "0", npm_config_user_agent: "deno/2.9.6 npm/?" };
  assertEquals(stripLauncher(task), mine);
  assertEquals(stripLauncher({ ...mine, INIT_CWD: "/" }), { ...mine, INIT_CWD: "/" });
  const path = "/b/node_modules/.bin:/c/node-gyp-bin:/usr/bin:/bin";
  const npx = { ...task, npm_command: "exec", npm_execpath: "x", PATH: path };
  assertEquals(stripLauncher(npx), { PATH: mine.PATH });
});

Deno.test("what cannot even load the words for a fault says so in a sentence", async () => {
  await using program = new Program();
  for (const part of ["deno.json", "deno.lock", "src"]) {
    await new Deno.Command("cp", { args: ["-r", `${ROOT}${part}`, program.home] }).output();
  }
  // A folder cannot be read as a module.
  Deno.removeSync(`${program.home}/src/cli/report.ts`);
  Deno.mkdirSync(`${program.home}/src/cli/report.ts`);
  const { code, stderr } = await inEnvironment(
    `exec deno run -A --no-check src/cli/main.ts show nobody`,
    usersOwn(program),
    program.home,
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^queuectl: cannot load its own files: [^\n]+\n$/);
});

/** Starts a program that modes of files bind: root it takes its capabilities. */
const BOUND: readonly [string, ...string[]] = Deno.uid() === 0
  ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
  : ["env"];

/**
 * Runs a script as a user who is bound by the modes of files, which root is not unless it gives
 * that up.
 */
async function boundByModes(script: string, program: Program): Promise<Result> {
  return await inEnvironment(
    `exec ${BOUND.join(" ")} bash -c '${script}'`,
    { ...usersOwn(program), QUEUECTL_DIR: "" },
    program.home,
  );
}

testWith(
  await whyNo(...BOUND, "true"),
  "in a directory that may not be read every command says in a sentence what to do",
  async () => {
    await using program = new Program();
    Deno.mkdirSync(`${program.home}/closed/here`, { recursive: true });
    const commands = ["list", "enqueue true", "run true", "doctor"];
    const script = `cd closed/here; chmod 0 ..; for words in "${commands.join('" "')}" ` +
      `"worker start --drain"; do ${PROGRAM_TEXT} $words; echo $?; done; ` +
      `${PROGRAM_TEXT} --dir ${program.dir} run --max-retries 0 true 2>&1`;
    const { stdout, stderr } = await boundByModes(script, program);
    await new Deno.Command("chmod", { args: ["-R", "u+rwx", program.home] }).output();
    const said = stderr.trimEnd().split("\n");
    const closed = `${Deno.realPathSync(program.home)}/closed/here`;
    const sentence = `queuectl: cannot look for a queue in ${closed}: permission denied; ` +
      "name one with --dir PATH";
    assertEquals([...new Set(said)], [sentence]);
    assertEquals(said.length, commands.length + 1);
    assertMatch(stdout, /^(1\n){5}.*cannot enter .*closed\/here.*\n/);
  },
);
