/**
 * The attacks, and what each came to in the program as it was found.
 *
 * @module
 */

import { type AttackSite, type Call, isThere } from "./attack_site.ts";

/**
 * What a terminal would obey, and what turns the direction of writing around; newlines and tabs
 * aside.
 */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;

/** What an attack came to. */
export interface Result {
  /** What it achieved; `undefined` if nothing. */
  harm?: string;
  /** What the victim was told. */
  said: string;
}

/** One attack. */
export interface Attack {
  name: string;
  /** What it achieved before there were rules of trust. */
  before: string;
  attempt(site: AttackSite): Promise<Result>;
}

/**
 * The sentence of a refused call, without the folders of this run; its harm if it was not refused.
 */
function refused(site: AttackSite, call: Call, harm = site.harm): Result {
  const said = call.err.replaceAll(site.shared, "…").replace(/^queuectl: /, "").slice(0, 110);
  if (call.code === 124) return { harm: "the program hangs", said };
  if (call.err.includes("fault in queuectl")) return { harm: "a stack trace", said };
  return { harm: harm ?? (call.code === 0 ? "it was not refused" : undefined), said };
}

/** The result of a call that may go through, if only nothing bad comes of it. */
function harmless(site: AttackSite, call: Call, said: string, harm = site.harm): Result {
  if (call.code === 124) return { harm: "the program hangs", said };
  if (call.err.includes("fault in queuectl")) return { harm: "a stack trace", said };
  return { harm, said };
}

/** A queue of the attacker's of which one part is a link to the victim's folder. */
function behindLink(part: string, command: readonly string[], before: string): Attack {
  return {
    name: `${part}/ is a link: ${command.slice(0, 2).join(" ")}`,
    before,
    async attempt(site) {
      const dir = `${site.shared}/theirs`;
      await site.attack(`${site.planted(dir)}
        rm -r ${dir}/${part} && ln -s "$victim/dear" ${dir}/${part}`);
      return refused(site, await site.call(["--dir", dir, ...command]));
    },
  };
}

/** The victim's own queue, in which a part of theirs is a link by mistake or by an archive. */
function ownBehindLink(part: string, command: readonly string[], before: string): Attack {
  return {
    name: `${part}/ in one's own queue is a link: ${command.slice(0, 2).join(" ")}`,
    before,
    async attempt(site) {
      Deno.removeSync(`${site.queue}/${part}`);
      Deno.symlinkSync(site.dear, `${site.queue}/${part}`);
      return refused(site, await site.call(["--dir", site.queue, ...command]));
    },
  };
}

/** A clone or archive with a queue in it, in which the victim stands. */
function inClone(name: string, plant: string, command: readonly string[], before: string): Attack {
  return {
    name: `a clone with a queue in it: ${name}`,
    before,
    async attempt(site) {
      await site.attack(`${site.planted("clone/.queuectl")}
        cd clone/.queuectl && ${plant}
        tar -C ../.. -cf ../../clone.tar clone`);
      // As git and tar do, the victim makes files of their own of it.
      await site.run(["tar", "--no-same-owner", "-xf", `${site.shared}/clone.tar`]);
      const cwd = `${site.home}/clone`;
      return refused(site, await site.call(command, { cwd }));
    },
  };
}

/** Something odd in the place of a file of the protocol, in the victim's own queue. */
function oddFile(path: string, make: string, command: readonly string[]): Attack {
  return {
    name: `${path} is ${make.includes("mkfifo") ? "a fifo" : "a link"}: ${
      command.slice(0, 2).join(" ")
    }`,
    before: "hangs, or a stack trace",
    async attempt(site) {
      const script = `mkdir -p -m 700 "$(dirname "$1")" && ${make}`;
      await site.run(["sh", "-c", script, "sh", `${site.queue}/${path}`, site.dear]);
      const call = await site.call(["--dir", site.queue, ...command]);
      return harmless(site, call, call.err.replaceAll(site.shared, "…").slice(0, 110) || "no harm");
    },
  };
}

const FIFO = 'mkfifo "$1"', LINK = 'ln -s "$2/notes.log" "$1"';

/** All of them. */
export const ATTACKS: readonly Attack[] = [
  behindLink("done", ["prune", "--keep", "0"], "deleted the victim's files"),
  behindLink("done", ["queue", "clear", "--state", "done", "--yes"], "deleted the victim's files"),
  behindLink("done", ["rm", "a"], "deleted the victim's files"),
  behindLink("dead", ["dlq", "clear", "--yes"], "deleted the victim's files"),
  behindLink("workers", ["cancel", "planted"], "wrote a file there"),
  behindLink("workers", ["worker", "start", "--detach"], "appended to the victim's file"),
  behindLink("tmp", ["config", "set", "timeout", "9"], "wrote a file there"),
  behindLink("pending", ["doctor", "--repair"], "changed modes there"),
  ownBehindLink("dead", ["dlq", "clear", "--yes"], "deleted the victim's files"),
  ownBehindLink("done", ["prune", "--keep", "0"], "deleted the victim's files"),
  {
    name: "a queue of the attacker's: worker start --drain",
    before: "refused",
    async attempt(site) {
      const dir = `${site.shared}/theirs`;
      await site.attack(site.planted(dir));
      return refused(site, await site.call(["--dir", dir, "worker", "start", "--drain"]));
    },
  },
  {
    name: "a name in /tmp that the attacker made first, open to all: enqueue",
    before: "refused",
    async attempt(site) {
      await site.attack("mkdir -m 777 q");
      return refused(site, await site.call(["--dir", `${site.shared}/q`, "enqueue", "true"]));
    },
  },
  {
    name: "a folder above is the attacker's: enqueue in a new queue",
    before: "made, to be swapped later",
    async attempt(site) {
      await site.attack("mkdir -m 777 theirs");
      return refused(
        site,
        await site.call(["--dir", `${site.shared}/theirs/q`, "enqueue", "true"]),
      );
    },
  },
  {
    name: "a folder above is open: the queue is swapped before worker start",
    before: "refused, unless of the victim's files",
    async attempt(site) {
      Deno.mkdirSync(`${site.home}/open`);
      Deno.renameSync(site.queue, `${site.home}/open/q`);
      Deno.chmodSync(`${site.home}/open`, 0o777);
      await site.attack(
        `mv "$victim/open/q" "$victim/open/old" && ${site.planted("$victim/open/q")}`,
      );
      const dir = `${site.home}/open/q`;
      return refused(site, await site.call(["--dir", dir, "worker", "start", "--drain"]));
    },
  },
  ...(["swapped", "opened"] as const).map((how): Attack => ({
    name: `a live worker's queue is ${how}`,
    before: "ran the attacker's job",
    async attempt(site) {
      Deno.mkdirSync(`${site.home}/open`);
      const dir = `${site.home}/open/q`;
      Deno.renameSync(site.queue, dir);
      const named = ["--dir", dir];
      await site.call([...named, "config", "set", "poll_interval", "0.2"]);
      const started = await site.call([...named, "worker", "start", "--detach"]);
      if (how === "swapped") {
        Deno.chmodSync(`${site.home}/open`, 0o777);
        await site.attack(`mv "$victim/open/q" "$victim/open/old"
          ${site.planted("$victim/open/q")}`);
      } else {
        Deno.chmodSync(dir, 0o777);
        Deno.chmodSync(`${dir}/pending`, 0o777);
        await site.attack(
          `printf '{"command":"touch %s"}' "$marker" > "$victim/open/q/pending/p.json"`,
        );
      }
      const pid = started.out.split("-").at(-2);
      for (let tries = 0; tries < 200 && isThere(`/proc/${pid}`); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const harm = site.harm ?? (isThere(`/proc/${pid}`) ? "the worker stays" : undefined);
      return { harm, said: "the worker has left, and ran nothing" };
    },
  })),
  {
    name: "a job file of the attacker's is moved in",
    before: "ran it",
    async attempt(site) {
      await site.attack(`printf '{"command":"touch %s"}' "$marker" > job.json`);
      Deno.renameSync(`${site.shared}/job.json`, `${site.queue}/pending/job.json`);
      const call = await site.call(["--dir", site.queue, "worker", "start", "--drain"]);
      return harmless(site, call, `in dead/: ${tail(`${site.queue}/dead/job.log`)}`);
    },
  },
  {
    name: "config.json that all can write: run true",
    before: "ran the hook",
    async attempt(site) {
      const path = `${site.queue}/config.json`;
      Deno.writeTextFileSync(path, JSON.stringify({ on_done: `touch ${site.marker}` }));
      Deno.chmodSync(path, 0o666);
      return refused(site, await site.call(["--dir", site.queue, "run", "true"]));
    },
  },
  {
    name: "an access control list lets the attacker write in pending/",
    before: "refused",
    async attempt(site) {
      const acl = await site.run([
        "setfacl",
        "-m",
        `u:${site.attacker}:rwx`,
        `${site.queue}/pending`,
      ]).catch(() => undefined);
      if (acl?.code !== 0) return { said: "left out: no setfacl here" };
      return refused(site, await site.call(["--dir", site.queue, "enqueue", "true"]));
    },
  },
  inClone(
    "its hook, run make",
    `printf '{"on_done":"touch %s"}' "$marker" > config.json`,
    ["run", "true"],
    "ran the hook",
  ),
  inClone("its jobs, worker start", "true", ["worker", "start", "--drain"], "ran the jobs"),
  inClone(
    "its schedule, worker start",
    `mkdir schedules && printf '{"when":"every 1s","command":"touch %s"}' "$marker" ` +
      "> schedules/20200101T000000.000Z-s.json && rm pending/*",
    ["worker", "start", "--drain"],
    "ran the schedule's job",
  ),
  inClone("no VERSION, enqueue", "rm VERSION", ["enqueue", "true"], "made whole, and used"),
  {
    name: "an archive in the place of one's own .queuectl/",
    before: "ran the jobs",
    async attempt(site) {
      const cwd = `${site.home}/project`;
      Deno.mkdirSync(`${cwd}/.queuectl`, { recursive: true });
      await site.call(["enqueue", "true"], { cwd });
      Deno.removeSync(`${cwd}/.queuectl`, { recursive: true });
      await site.attack(`${site.planted("project/.queuectl")}
        tar -cf project.tar project`);
      await site.run(["tar", "--no-same-owner", "-xf", `${site.shared}/project.tar`]);
      return refused(site, await site.call(["worker", "start", "--drain"], { cwd }));
    },
  },
  {
    name: ".queuectl in a shared folder is the attacker's link to a queue of the victim's",
    before: "used it",
    async attempt(site) {
      await site.attack('mkdir -m 755 sub && ln -s "$victim/queue" .queuectl');
      return refused(site, await site.call(["enqueue", "true"], { cwd: `${site.shared}/sub` }));
    },
  },
  {
    name: "a file in pending/ is named $(…): completion in bash",
    before: "ran it at TAB",
    async attempt(site) {
      const name = "$(touch marker)-x";
      Deno.writeTextFileSync(`${site.queue}/pending/${name}.json`, '{"command":"true"}');
      const { out: script } = await site.call(["completions", "bash"]);
      const words = await site.call(["--dir", site.queue, "completions", "names", "id"]);
      const complete = `${script}
        queuectl() { printf '%s\\n' '${name}' '\`touch marker\`'; }
        COMP_WORDS=(queuectl show ''); COMP_CWORD=2; COMP_LINE='queuectl show '; COMP_POINT=14
        function_name=$(complete -p queuectl | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $function_name queuectl '' show
        printf '%s\\n' "\${COMPREPLY[@]}"`;
      const call = await site.run(["bash", "-c", complete]);
      const harm = words.out.includes("$(") ? "it is offered" : site.harm;
      return harmless(site, call, "not offered, and not run", harm);
    },
  },
  ...["show", "list", "logs", "status", "dlq list", "stats"].map((command): Attack => ({
    name: `escapes in a job's fields: ${command}`,
    before: "reached the terminal",
    async attempt(site) {
      const evil = "\u001b]0;evil\u0007\u009b2J\u202e\u007f";
      const attempt = { attempt: 1, worker: evil, outcome: "failed", reason: evil, led_to: "dead" };
      const job = { command: evil, cwd: evil, reason: evil, resource: evil, history: [attempt] };
      Deno.writeTextFileSync(`${site.queue}/dead/x.json`, JSON.stringify(job));
      const words = command === "show" || command === "logs" ? [command, "x"] : command.split(" ");
      const call = await site.call(["--dir", site.queue, ...words]);
      const json = await site.call(["--dir", site.queue, "--json", ...words]);
      const all = call.out + call.err + json.out + json.err;
      const bad = CONTROLS.test(all);
      return harmless(site, call, "escaped", bad ? "a control character came through" : undefined);
    },
  })),
  {
    name: "a job file with fields of odd types: status, show, list",
    before: "a stack trace",
    async attempt(site) {
      const job = { command: "true", result: 5, history: [{ attempt: "x", worker: [] }, 7] };
      Deno.writeTextFileSync(`${site.queue}/done/x.json`, JSON.stringify(job));
      let call: Call | undefined;
      for (const words of [["status"], ["list", "--state", "done"], ["show", "x"]]) {
        call = await site.call(["--dir", site.queue, ...words]);
        if (call.err.includes("fault in queuectl")) break;
      }
      return harmless(site, call!, "shown, with what is wrong with it");
    },
  },
  {
    name: "a file named a$(touch marker).txt in the README's example of many jobs",
    before: "ran it",
    async attempt(site) {
      Deno.mkdirSync(`${site.home}/docs`);
      Deno.writeTextFileSync(`${site.home}/docs/a$(touch marker)'";.txt`, "");
      const job = JSON.stringify({
        command: ["sha256sum", `${site.home}/docs/a$(touch marker)'";.txt`],
      });
      const named = ["--dir", site.queue];
      await site.call([...named, "enqueue", "--file", "-"], { stdin: job + "\n" });
      const call = await site.call([...named, "worker", "start", "--drain"]);
      const done = [...Deno.readDirSync(`${site.queue}/done`)].length > 0;
      return harmless(site, call, "hashed the file", site.harm ?? (done ? undefined : "not run"));
    },
  },
  oddFile("config.json", FIFO, ["list"]),
  oddFile("lock", FIFO, ["enqueue", "--id", "x", "true"]),
  oddFile("lock", LINK, ["config", "set", "timeout", "9"]),
  oddFile("history/2026-11-26.w-1-a.jsonl", FIFO, ["stats"]),
  oddFile("history/2026-11-26.w-1-a.jsonl", LINK, ["stats"]),
  oddFile("history/totals.json", FIFO, ["metrics"]),
  oddFile("history/totals.json", LINK, ["prune", "--older-than", "1d"]),
  oddFile("hooks.log", FIFO, ["worker", "start", "--drain"]),
  oddFile("workers/w-1-ab.json", FIFO, ["worker", "list"]),
  oddFile("workers/w-1-ab.stop", FIFO, ["doctor"]),
  oddFile("done/x.log", FIFO, ["logs", "x"]),
];

function tail(path: string): string {
  return isThere(path) ? Deno.readTextFileSync(path).trim().replace(/^queuectl: /, "") : "nothing";
}
