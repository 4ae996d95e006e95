#!/usr/bin/env node
// Starts queuectl by the Deno that this package depends on; what it needs of Node is in Node 18.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

// deno-fmt-ignore
const words = [
  "run", "--quiet", "--no-prompt", "--no-config", "--v8-flags=--no-lazy,--no-sparkplug",
  "--allow-read", "--allow-write", "--allow-env", "--allow-run", "--allow-ffi",
  "--allow-sys=hostname,uid,gid",
  fileURLToPath(new URL("../dist/main.js", import.meta.url)),
  ...process.argv.slice(2),
];

let deno;
try {
  deno = createRequire(import.meta.url)("deno/install_api.cjs").runInstall();
} catch (error) {
  const reason = String(error.message).split("\n")[0];
  console.error(
    `queuectl: cannot find its Deno: ${reason}; install it again: npm install queuectl`,
  );
  process.exit(1);
}

// Where Node can, this process becomes Deno; else it passes on what it gets.
if (process.execve) process.execve(deno, ["deno", ...words], process.env);

const child = spawn(deno, words, { stdio: "inherit" });
const passed = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];
for (const signal of passed) process.on(signal, () => child.kill(signal));
child.on("error", ({ message }) => {
  console.error(`queuectl: cannot start its Deno: ${message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // Ends by the same signal, so that a shell sees it.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
});
