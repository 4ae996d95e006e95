/**
 * What the dashboard costs and how quick it is, in real Chromium: measured by a program of its own,
 * trials/browser/measure.ts, as the packages that drive the browser are not the project's.
 *
 * @module
 */

import type { Question, Row } from "./measure.ts";

const FOLDER = new URL("../trials/browser/", import.meta.url).pathname;

/** All rows of the dashboard. */
export const dashboard: Question = {
  name: "dashboard",
  async ask({ quick }) {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", "--config", `${FOLDER}deno.json`, `${FOLDER}measure.ts`],
        ...(quick ? ["--quick"] : []),
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).output();
    const text = new TextDecoder().decode(stdout);
    const rows: Row[] = text === "" ? [] : JSON.parse(text);
    if (code !== 0) {
      // What was measured all the same.
      for (const { question, figure } of rows) console.error(`${question}: ${figure}`);
      throw new Error("not everything could be measured");
    }
    return rows;
  },
};
