/**
 * The thread beside the screen of `status --watch`. All that touches the disk is done here, so that
 * no key waits for it.
 *
 * @module
 */

import { refusalOf } from "../../dashboard/refusal.ts";
import { Queue } from "../../queue.ts";
import type { Ask, Opening, Said } from "./messages.ts";
import { Reader } from "./reader.ts";

addEventListener("message", (event) => {
  if (event instanceof MessageEvent) serve(event.data, event.ports[0]!);
}, { once: true });

async function serve({ dir, ofAnyUser }: Opening, port: MessagePort): Promise<void> {
  const say = (said: Said) => port.postMessage(said);
  try {
    const reader = new Reader(await Queue.open(dir, { create: false, ofAnyUser }), say);
    port.onmessage = ({ data }: MessageEvent<Ask>) => reader.hear(data);
  } catch (error) {
    say({ fault: refusalOf(error, dir).message });
  }
}
