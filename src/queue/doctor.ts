/**
 * Checking a queue as fsck checks a file system: finds what should not be there, says what it means, and
 * mends what can be mended without a doubt. Safe while workers run.
 *
 * @module
 */

import { entries, type Entry, readEntry } from "./entries.ts";
import { findLog, logName } from "./logs.ts";
import {
  ID_PATTERN,
  JOB_STATES,
  type JobState,
  parseBatchName,
  parseEntryName,
  timeOfId,
} from "./names.ts";
import { strayProgress } from "./progress.ts";
import { arrive, seeWorkers } from "./presence.ts";
import { absentWorkers, recoverDeadWorkers } from "./recover.ts";
import { pathIn, removeIfThere, removeTree, type Store } from "./store.ts";
import { isStray, removeStrays } from "./strays.ts";

/** Something that a check found. */
export interface Finding {
  /** What is wrong, and what it means, in a sentence. */
  problem: string;
  /** What the repair did, or what the user can do. */
  remedy: string;
  /** Whether it has been mended. */
  mended: boolean;
}

/** How to check. */
export interface DoctorOptions {
  /** Whether to mend what is safe to mend. */
  repair: boolean;
  /** Bytes left on the queue's file system, if known. */
  freeBytes?: number;
  /** This machine's name, which the repair works under. */
  host: string;
  /** The process that does it. */
  pid: number;
  /** The version of queuectl. */
  version: string;
  /** Ends what is left of a dead worker's processes on this machine. */
  killSurvivors: (worker: string) => Promise<void>;
}

/** Less than this is little disk: enough for some ten thousand jobs. */
const LITTLE_DISK = 64 * 1024 * 1024;

/** A clock this far behind the newest name, in milliseconds, is wrong rather than late. */
const CLOCK_TOLERANCE = 5_000;

/** Something in tmp/ that no queuectl made and that has not changed for so long is worth a word, in milliseconds. */
const FORGOTTEN_AFTER = 24 * 3600 * 1000;

/** One examination: collects findings, and mends where it may. */
class Examination {
  readonly findings: Finding[] = [];

  constructor(readonly store: Store, readonly options: DoctorOptions) {}

  /** Notes what cannot be mended here. */
  note(problem: string, remedy: string): void {
    this.findings.push({ problem, remedy, mended: false });
  }

  /** Mends, if that is wanted, and notes it. */
  async mend(problem: string, remedy: string, action: () => void | Promise<void>): Promise<void> {
    if (!this.options.repair) {
      this.findings.push({ problem, remedy: `--repair ${remedy}`, mended: false });
      return;
    }
    try {
      await action();
      this.findings.push({ problem, remedy: `mended: ${remedy}`, mended: true });
    } catch (error) {
      this.note(problem, `could not be mended: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/**
 * Checks a queue.
 *
 * @returns What was found; nothing if all is well. What might be a job is never deleted.
 */
export async function examine(store: Store, options: DoctorOptions): Promise<Finding[]> {
  const examination = new Examination(store, options);
  await checkParts(examination);
  await checkWorkers(examination);
  await checkTemporary(examination);
  const jobs = await checkJobs(examination);
  await checkLogs(examination, jobs);
  checkClock(examination, jobs);
  if (options.freeBytes !== undefined && options.freeBytes < LITTLE_DISK) {
    examination.note(
      `only ${
        Math.floor(options.freeBytes / 1024 / 1024)
      } MiB are left on the disk of ${store.dir}`,
      "make room: with none left jobs can neither be added nor settled",
    );
  }
  return examination.findings;
}

async function checkParts(examination: Examination): Promise<void> {
  const { store } = examination;
  const uid = store.files.stat(store.dir)?.uid;
  for (const part of [...JOB_STATES, "tmp", "workers"] as const) {
    const path = pathIn(store, part);
    const stat = store.files.stat(path);
    if (!stat) {
      await examination.mend(
        `${path} is missing`,
        "makes it",
        () => store.files.makeDirectory(path),
      );
    } else if (stat.kind !== "directory") {
      examination.note(`${path} is not a directory`, "move it away");
    } else if (stat.uid !== uid) {
      examination.note(`${path} belongs to uid ${stat.uid}, the queue to ${uid}`, "chown it");
    }
  }
  for (const part of ["", ...JOB_STATES.map((state) => `/${state}`), "/tmp", "/workers"]) {
    const path = store.dir + part;
    const stat = store.files.stat(path);
    if (stat?.kind === "directory" && (stat.mode & 0o077) !== 0) {
      await examination.mend(
        `${path} is open to group or others (mode ${stat.mode.toString(8)}): ` +
          `who can write there can run commands as you`,
        "sets mode 700",
        () => store.files.setMode(path, 0o700),
      );
    }
  }
}

async function checkWorkers(examination: Examination): Promise<void> {
  const { store, options } = examination;
  const dead = [
    ...seeWorkers(store).filter((worker) => !worker.alive).map((worker) => worker.name),
    ...absentWorkers(store),
  ];
  if (dead.length === 0) return;
  await examination.mend(
    `${dead.length === 1 ? "a worker has" : `${dead.length} workers have`} died and no other has ` +
      `taken over yet: ${dead.join(", ")}`,
    "settles what they ran as lost, to be retried",
    async () => {
      const { host, pid, version } = options;
      const started_at = new Date(store.now()).toISOString();
      const presence = arrive(store, { host, pid, slots: 0, started_at, version });
      try {
        await recoverDeadWorkers(store, presence.name, options.killSurvivors);
      } finally {
        presence.leave();
      }
    },
  );
}

async function checkTemporary(examination: Examination): Promise<void> {
  const { store } = examination;
  const strays: string[] = [];
  for (const { name, kind } of store.files.list(pathIn(store, "tmp"))) {
    if (isStray(store, name, kind)) strays.push(name);
    else if (!name.includes("@")) {
      const stat = store.files.stat(pathIn(store, "tmp", name));
      if (stat && store.now() - stat.mtime > FORGOTTEN_AFTER) {
        examination.note(
          `tmp/${JSON.stringify(name)} has lain there unchanged for more than a day`,
          "move it to pending/ if it is a job, else remove it",
        );
      }
    }
  }
  for (const worker of strayProgress(store)) {
    await examination.mend(
      `progress/${JSON.stringify(worker)} is of a worker that is no more`,
      "removes it",
      () => void removeTree(store, pathIn(store, "progress", worker)),
    );
  }
  if (strays.length > 0) {
    await examination.mend(
      `${strays.length} unfinished ${strays.length === 1 ? "entry" : "entries"} in tmp/ from ` +
        `programs that died while they added jobs; none was acknowledged`,
      "removes them",
      () => removeStrays(store),
    );
  }
}

/** Where each ID was found; the newest of all that names tell of times. */
interface Jobs {
  places: Map<string, Entry[]>;
  newest: number;
}

async function checkJobs(examination: Examination): Promise<Jobs> {
  const { store } = examination;
  const jobs: Jobs = { places: new Map(), newest: 0 };
  for (const state of JOB_STATES) {
    await checkNames(examination, state);
    for (const entry of entries(store, state)) {
      const places = jobs.places.get(entry.id);
      if (places) places.push(entry);
      else jobs.places.set(entry.id, [entry]);
      const claimed = state === "processing" ? entry.time : 0;
      jobs.newest = Math.max(jobs.newest, claimed, timeOfId(entry.id) ?? 0);
      await checkFile(examination, entry);
    }
  }
  for (const [id, places] of jobs.places) {
    // Seen at two places may only mean that it moved while we looked.
    const still = places.filter((entry) =>
      store.files.stat(pathIn(store, entry.state, entry.path))
    );
    if (still.length > 1) {
      examination.note(
        `the ID ${JSON.stringify(id)} is there ${still.length} times: in ` +
          still.map((entry) => `${entry.state}/`).join(" and "),
        "rename all but one of the files; none of them is lost meanwhile",
      );
    }
  }
  return jobs;
}

async function checkNames(examination: Examination, state: JobState): Promise<void> {
  const { store } = examination;
  for (const { name, kind } of store.files.list(pathIn(store, state))) {
    if (name.startsWith(".") || name.endsWith(".log")) continue;
    const shown = `${state}/${JSON.stringify(name)}`;
    const path = pathIn(store, state, name);
    if (kind === "directory" && state === "pending" && parseBatchName(name)) {
      if ([...store.files.list(path)].length === 0) {
        await examination.mend(`${shown} is an empty batch`, "removes it", () => {
          removeIfThere(store, path);
        });
      }
    } else if (!parseEntryName(name)) {
      examination.note(
        `${shown} is not a job: its name does not end in .json`,
        "rename or move it",
      );
    } else if (state === "processing" && !parseEntryName(name)!.worker) {
      examination.note(
        `${shown} names no worker, so none will ever settle it`,
        "move it to pending/ to have it run",
      );
    }
  }
}

async function checkFile(examination: Examination, entry: Entry): Promise<void> {
  const { store } = examination;
  const path = pathIn(store, entry.state, entry.path);
  const shown = `${entry.state}/${JSON.stringify(entry.path)}`;
  const stat = store.files.stat(path);
  if (!stat) return;
  if (stat.kind === "file" && (stat.mode & 0o022) !== 0) {
    await examination.mend(
      `${shown} can be written by group or others (mode ${stat.mode.toString(8)})`,
      "sets mode 600",
      () => store.files.setMode(path, 0o600),
    );
  }
  // In dead/ is where a file that is no job belongs; its log says why.
  if (entry.state === "dead") return;
  const malformed = readEntry(store, entry)?.malformed;
  if (malformed !== undefined && store.files.stat(path)) {
    const waits = entry.state === "pending" || entry.state === "failed";
    examination.note(
      `${shown} is not a job: ${malformed}`,
      waits ? "a worker will move it to dead/ as it is" : "move it to dead/",
    );
  } else if (!ID_PATTERN.test(entry.id)) {
    examination.note(
      `${shown}: its name is not the ID of a job (1 to 64 letters, digits, - or _)`,
      "rename it; a worker would move it to dead/",
    );
  }
}

async function checkLogs(examination: Examination, jobs: Jobs): Promise<void> {
  const { store } = examination;
  for (const state of JOB_STATES) {
    for (const { name } of store.files.list(pathIn(store, state))) {
      if (name.startsWith(".") || !name.endsWith(".log")) continue;
      const id = name.slice(0, -".log".length);
      const path = pathIn(store, state, name);
      // A job that was added or moved since the count is looked up now.
      if (jobs.places.has(id) || isThereNow(store, id) || !store.files.stat(path)) continue;
      await examination.mend(
        `${state}/${JSON.stringify(name)} is the log of a job that is no more`,
        "removes it",
        () => void removeIfThere(store, path),
      );
    }
  }
  for (const state of ["done", "dead"] as const) {
    for (const [id, [entry]] of jobs.places) {
      if (entry?.state !== state || !ID_PATTERN.test(id)) continue;
      const log = findLog(store, id, state);
      if (!log || log === pathIn(store, state, logName(id))) continue;
      if (!store.files.stat(pathIn(store, state, entry.path))) continue;
      await examination.mend(
        `the log of ${id} lies in ${log}, not beside its job`,
        "moves it",
        () => store.files.renameNew(log, pathIn(store, state, logName(id))),
      );
    }
  }
}

function isThereNow(store: Store, id: string): boolean {
  for (const state of JOB_STATES) {
    for (const entry of entries(store, state)) if (entry.id === id) return true;
  }
  return false;
}

function checkClock(examination: Examination, { newest }: Jobs): void {
  const behind = newest - examination.store.now();
  if (behind <= CLOCK_TOLERANCE) return;
  examination.note(
    `this machine's clock runs ${Math.round(behind / 1000)} s behind the newest job's`,
    "set the clocks of all machines that share the queue by NTP; until then jobs may run late or out of order",
  );
}
