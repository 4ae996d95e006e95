/**
 * A thread that asks the doctor once.
 *
 * @module
 */

import { Queue, reasonOf } from "../../../mod.ts";
import { type DoctorAnswer, findingsOf } from "./findings.ts";
import type { Opening } from "./messages.ts";

addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  const { dir, ofAnyUser } = event.data as Opening;
  const answer: DoctorAnswer = await Queue.open(dir, { create: false, ofAnyUser })
    .then(findingsOf)
    .then((findings) => ({ findings }), (error) => ({ error: reasonOf(error) }));
  event.ports[0]!.postMessage(answer);
}, { once: true });
