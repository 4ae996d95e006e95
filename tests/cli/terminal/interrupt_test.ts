import { assertEquals } from "@std/assert";
import { newSignals, onInterrupt } from "../../../src/cli/terminal/interrupt.ts";

Deno.test("newSignals() takes a Ctrl-C that arrives twice at once for one, and a second press for another", () => {
  let time = 0;
  const isNew = newSignals(() => time);
  const heard = [0, 3, 150, 250, 440, 450].map((at) => {
    time = at;
    return isNew("SIGINT");
  });
  assertEquals(heard, [true, false, false, true, false, true]);
});

Deno.test("newSignals() heeds a signal of another kind at once", () => {
  const isNew = newSignals(() => 0);
  assertEquals([isNew("SIGINT"), isNew("SIGTERM"), isNew("SIGTERM")], [true, true, false]);
});

Deno.test("onInterrupt() calls back once for a signal that arrives twice", () => {
  const { addSignalListener, removeSignalListener } = Deno;
  const listeners = new Map<Deno.Signal, () => void>();
  try {
    Deno.addSignalListener = (signal, listener) => void listeners.set(signal, listener);
    Deno.removeSignalListener = (signal) => void listeners.delete(signal);
    const heard: string[] = [];
    const quiet = onInterrupt((signal) => heard.push(signal));
    for (const signal of ["SIGINT", "SIGINT", "SIGHUP"] as const) listeners.get(signal)!();
    assertEquals(heard, ["SIGINT", "SIGHUP"]);
    quiet();
    assertEquals(listeners.size, 0);
  } finally {
    Object.assign(Deno, { addSignalListener, removeSignalListener });
  }
});
