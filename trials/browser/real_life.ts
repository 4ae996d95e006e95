/**
 * A queue that looks like the one of a small company that publishes videos: its programs are stubs
 * that print and take time, everything else is real.
 *
 * @module
 */

import { queuectl } from "./programs.ts";
import type { Job, Scene } from "./scene.ts";

/** What the stubs do, by their names: shell text that sees the arguments. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ffmpeg: `echo "Input #0, mov,mp4, from '$2':"; echo "  Duration: 00:42:10.08, bitrate: 18204 kb/s"
    echo "  Stream #0:0: Video: h264 (High), yuv420p, 3840x2160, 25 fps"
    at=0; while [ $at -lt 63250 ]; do at=$((at + 733)); echo $at/63250 > "$QUEUECTL_PROGRESS"
    printf '\\033[32mframe=%6d\\033[0m fps= 31 q=28.0 size=%7dkB speed=1.24x\\n' $at $((at * 2)); sleep 1; done`,
  whisper:
    `echo "Detecting language using up to the first 30 seconds."; echo "Detected language: English"
    n=0; while [ $n -lt 200 ]; do n=$((n + 1)); echo "$n%" > "$QUEUECTL_PROGRESS"
    printf '[00:%02d.000 --> 00:%02d.480]  and that is why we chose a directory\\n' $n $((n + 4)); sleep 1.5; done`,
  convert: `sleep 0.2; echo "$1 => $4 JPEG 1280x720 8-bit sRGB 214KB 0.180u 0:00.101" `,
  "pg-dump": `echo "pg_dump: dumping contents of table public.orders"
    echo "pg_dump: dumping contents of table public.views"; sleep 0.3
    echo "4.1 GB, sha256 8c1f…e02b" > "$QUEUECTL_RESULT"`,
  "publish-feed": `echo "connecting to cdn.example.org:443"; sleep 0.1
    printf '\\033[31merror:\\033[0m 503 Service Unavailable, after 3 tries\\n' >&2; exit 75`,
  "import-subtitles": `echo "reading $1"; sleep 0.1
    printf '\\033[31merror:\\033[0m line 218: 00:14:07,920 --> 00:14:05,100 ends before it begins\\n' >&2; exit 3`,
  "send-digest": `echo "1 204 recipients"; sleep 0.2; echo "sent"`,
  "sync-stock": `echo "stock server: connection refused" >&2; exit 1`,
  reindex: `echo "32 shards"; sleep 0.2; echo "reindexed"`,
};

/** The IDs that pictures are taken of. */
export const SHOWN = { running: "transcode-keynote", failed: "subtitles-fr" } as const;

/** Makes the queue, with a week behind it, two workers, and jobs in every state. */
export async function makeRealLife(scene: Scene, dir: string, bin: string): Promise<void> {
  Deno.mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries(PROGRAMS)) {
    Deno.writeTextFileSync(`${bin}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  const jobs = (given: readonly Job[]) => given.map((job) => ({ cwd: "/", env, ...job }));
  await queuectl(dir, ["config", "set", "max_retries", "2"]);
  await queuectl(dir, ["config", "set", "concurrency", "6"]);
  await queuectl(dir, ["config", "set", "resources.gpu", "1"]);
  writeWeek(dir);

  await scene.add(
    dir,
    jobs([
      ...["01-opening", "02-design", "03-storage", "04-panel", "05-closing"].map((talk) => ({
        id: `thumbs-${talk}`,
        command: `convert talks/${talk}.png -resize 1280x720 web/${talk}.jpg`,
      })),
      { id: "backup-orders", command: "pg-dump --format=custom --file=/backup/orders.dump orders" },
      { id: "digest-1126", command: "send-digest --list weekly --day 2026-11-26" },
      ...["fr", "de", "pt"].map((language) => ({
        id: `subtitles-${language}`,
        command: `import-subtitles talks/keynote.${language}.srt`,
        backoff_base: 0,
        max_retries: language === "fr" ? 2 : 0,
      })),
      ...["eu", "us"].map((region) => ({
        id: `feed-${region}`,
        command: `publish-feed --region ${region}`,
        max_retries: 0,
      })),
      { id: "stock-1126", command: "sync-stock --all", backoff_base: 1800, max_retries: 5 },
    ]),
  );
  await scene.drain(dir);

  await scene.add(
    dir,
    jobs([
      {
        id: "transcode-keynote",
        command: "ffmpeg -i talks/keynote.mov -c:v libx265 -crf 23 web/keynote.mp4",
        resource: "gpu",
        priority: 7,
      },
      { id: "transcribe-keynote", command: "whisper talks/keynote.wav --model large", priority: 7 },
      {
        id: "transcode-panel",
        command: "ffmpeg -i talks/04-panel.mov -c:v libx265 -crf 23 web/04-panel.mp4",
        priority: 6,
      },
    ]),
  );
  await scene.worker(dir, "--count", "2", "--tag", "gpu");
  await scene.worker(dir, "--count", "2");
  for (const id of ["transcode-keynote", "transcribe-keynote", "transcode-panel"]) {
    await scene.reaches(dir, id, "processing");
  }
  await scene.add(
    dir,
    jobs([
      {
        id: "transcode-closing",
        command: "ffmpeg -i talks/05-closing.mov -c:v libx265 -crf 23 web/05-closing.mp4",
        resource: "gpu",
      },
      { id: "publish-keynote", command: "publish-feed --item keynote", after: [SHOWN.running] },
      { id: "notify-speakers", command: "send-digest --list speakers", after: ["publish-keynote"] },
      { id: "reindex-search", command: "reindex --all", delay: 5400, priority: 3 },
      { id: "purge-raw", command: "rm -r /srv/raw/2025", hold: true },
    ]),
  );
  const schedules = [
    ["nightly-backup", "30 2 * * *", "--tz", "Europe/Berlin", "pg-dump --file=/backup/all.dump"],
    ["weekly-digest", "0 9 * * 1", "--tz", "America/New_York", "send-digest --list weekly"],
    ["check-feeds", "every 15m", "publish-feed --check"],
    ["prune-previews", "@monthly", "find web/previews -mtime +30 -delete"],
  ];
  for (const [name, when, ...rest] of schedules) {
    await queuectl(dir, [...["schedule", "add", "--cwd", "/srv", name!, when!], ...rest]);
  }
  await queuectl(dir, ["schedule", "pause", "prune-previews"]);
}

/** The history of a week: busier by day than by night, with one bad quarter of an hour. */
function writeWeek(dir: string): void {
  const now = Date.now();
  const days = new Map<string, string[]>();
  // Chance that is the same at each run.
  let seed = 0;
  const chance = () => Math.abs(Math.sin(++seed * 12.9898) * 43758.5453) % 1;
  for (let ago = 7 * 86_400_000; ago > 30_000; ago -= ago < 7_200_000 ? 12_000 : 60_000) {
    const isBusy = 0.5 + 0.4 * Math.cos((ago / 3_600_000 - 2) / 24 * 2 * Math.PI);
    if (chance() > isBusy) continue;
    const isBad = chance() < (ago > 1_500_000 && ago < 2_300_000 ? 0.3 : 0.015);
    const finished_at = new Date(now - ago).toISOString();
    const day = finished_at.slice(0, 10);
    const lines = days.get(day) ?? [];
    days.set(day, lines);
    lines.push(JSON.stringify({
      id: `past-${seed}`,
      finished_at,
      wait_ms: Math.round(20 + isBusy * chance() ** 3 * 20_000),
      duration_ms: Math.round(300 + chance() ** 3 * 90_000),
      outcome: isBad ? "failed" : "done",
      led_to: isBad ? "dead" : "done",
      exit_code: isBad ? 75 : 0,
      attempt: 1,
    }));
  }
  Deno.mkdirSync(`${dir}/history`, { recursive: true, mode: 0o700 });
  for (const [day, lines] of days) {
    const path = `${dir}/history/${day}.media1-4711-0000beef.jsonl`;
    Deno.writeTextFileSync(path, lines.join("\n") + "\n", { mode: 0o600 });
  }
}
