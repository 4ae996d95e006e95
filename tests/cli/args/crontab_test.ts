import { assertEquals } from "@std/assert";
import { readCrontab } from "../../../src/cli/args/crontab.ts";

const read = (text: string) => readCrontab(text, "crontab", "/home/me");

Deno.test("a crontab line is times and a command, in the home directory and without retries", () => {
  assertEquals(read("# m h dom mon dow\n\n  30 2 * * 1-5   /opt/backup.sh --full  \n"), {
    entries: [{
      line: 3,
      name: "backup",
      when: "30 2 * * 1-5",
      job: { command: "/opt/backup.sh --full", cwd: "/home/me", max_retries: 0 },
    }],
    faults: [],
    notes: [],
  });
});

Deno.test("variables of a crontab hold for the lines below them", () => {
  const { entries, notes } = read(
    `@daily a
PATH = "/opt/bin:/bin"
SHELL=/bin/bash
CRON_TZ=Europe/Berlin
HOME='/srv'
MAILTO=me
@midnight b
MAILTO=""
`,
  );
  assertEquals(entries.map(({ tz, when }) => [tz, when]), [
    [undefined, "@daily"],
    ["Europe/Berlin", "@daily"],
  ]);
  assertEquals(entries[1]!.job, {
    command: "b",
    cwd: "/srv",
    max_retries: 0,
    shell: "/bin/bash",
    env: { PATH: "/opt/bin:/bin", HOME: "/srv" },
  });
  assertEquals(notes, [
    "crontab, line 6: MAILTO is not supported; a hook can mail: config on_dead",
  ]);
});

Deno.test("a plain % of a crontab begins the input of the command, and then ends its lines", () => {
  const commands = read("@daily date +\\%F\n@daily mail me%Dear me,%50\\% done\n").entries
    .map(({ job }) => job.command);
  assertEquals(commands, [
    "date +%F",
    "exec <<'END_OF_INPUT'\nDear me,\n50% done\nEND_OF_INPUT\nmail me",
  ]);
});

Deno.test("names of a crontab's schedules come from the programs, and are the same each time", () => {
  const names = (text: string) => read(text).entries.map(({ name }) => name);
  assertEquals(
    names(`@daily cd /srv && ./backup.sh
@daily A=1 B=2 /opt/backup.sh --full
@daily [ -x /bin/true ] && true
@daily ${"x".repeat(60)}
@daily (cd /; run)|cat`),
    ["backup", "backup-2", "job", "x".repeat(36), "cd"],
  );
});

Deno.test("each line of a crontab that cannot be taken has a sentence", () => {
  assertEquals(read("@often a\n* * * b\n@daily\nSHELL=bash\n").faults, [
    "crontab, line 1: @often is not supported",
    "crontab, line 2: it has no five fields, or @WORD, and a command",
    "crontab, line 3: it has no five fields, or @WORD, and a command",
    "crontab, line 4: SHELL must be an absolute path",
  ]);
});
