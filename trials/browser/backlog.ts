/**
 * Done jobs by the hundred thousand, made without running them: links to a thousand files, as they
 * are cheap to make and to remove, and the history that their worker would have written.
 *
 * @module
 */

const TEMPLATES = 1000;
const DAY = 86_400_000;
const WORKER = "archive-1-0000beef";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A ULID of a time, the same for the same number. */
function idOf(time: number, number: number): string {
  let [head, tail] = ["", ""];
  for (let rest = time, digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) {
    head = CROCKFORD[rest % 32] + head;
  }
  for (let rest = number, digit = 0; digit < 16; digit++, rest = Math.floor(rest / 32)) {
    tail = CROCKFORD[rest % 32] + tail;
  }
  return head + tail;
}

/** Fills the done/ of a queue that is there with jobs that ended over the last three days. */
export function fillDone(dir: string, count: number): void {
  const now = Date.now();
  const step = 3 * DAY / count;
  const line = new Map<string, string[]>();
  for (let number = 0; number < count; number++) {
    const ended = Math.floor(now - 60_000 - (count - number) * step);
    const id = idOf(ended - 2000, number);
    const path = `${dir}/done/${id}.json`;
    const template = number % TEMPLATES;
    if (number < TEMPLATES) writeTemplate(path, number, ended);
    else Deno.linkSync(`${dir}/done/${idOf(templateTime(template), template)}.json`, path);
    const text = JSON.stringify({
      id,
      finished_at: new Date(ended).toISOString(),
      wait_ms: number * 37 % 900,
      duration_ms: number * 7919 % 4000 + 20,
      outcome: "done",
      led_to: "done",
      exit_code: 0,
      attempt: 1,
    });
    const day = new Date(ended).toISOString().slice(0, 10);
    const lines = line.get(day) ?? [];
    line.set(day, lines);
    lines.push(text);
  }
  Deno.mkdirSync(`${dir}/history`, { recursive: true, mode: 0o700 });
  for (const [day, lines] of line) {
    const path = `${dir}/history/${day}.${WORKER}.jsonl`;
    Deno.writeTextFileSync(path, lines.join("\n") + "\n", { mode: 0o600 });
  }

  function templateTime(template: number): number {
    return Math.floor(now - 60_000 - (count - template) * step) - 2000;
  }
}

function writeTemplate(path: string, number: number, ended: number): void {
  const at = (before: number) => new Date(ended - before).toISOString();
  const job = {
    command: `convert scans/${String(number).padStart(4, "0")}.tiff -resize 2000 web/${number}.jpg`,
    priority: 5,
    created_at: at(2000),
    run_at: at(2000),
    updated_at: at(0),
    attempts: 1,
    history: [{
      attempt: 1,
      worker: WORKER,
      started_at: at(1500),
      finished_at: at(0),
      duration_ms: 1500,
      exit_code: 0,
      signal: null,
      outcome: "done",
      log_offset: 0,
      led_to: "done",
    }],
  };
  Deno.writeTextFileSync(path, JSON.stringify(job), { mode: 0o600 });
}

/**
 * A log of so many bytes: lines with their numbers at both ends, zeros that take no disk between.
 *
 * @returns The number of the last line.
 */
export function writeLargeLog(path: string, size: number): number {
  const lines = (first: number, count: number) =>
    Array.from({ length: count }, (_, at) => `line ${first + at} of the large log\n`).join("");
  Deno.writeTextFileSync(path, lines(1, 1000), { mode: 0o600 });
  const tail = new TextEncoder().encode("\n" + lines(900_001, 100_000));
  using file = Deno.openSync(path, { write: true });
  file.seekSync(size - tail.length, Deno.SeekMode.Start);
  file.writeSync(tail);
  return 1_000_000;
}
