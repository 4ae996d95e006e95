import { assertEquals, assertThrows } from "@std/assert";
import { systemFault } from "../../../src/cli/text/system_fault.ts";

Deno.test("systemFault() puts the path before the reason", () => {
  const error = assertThrows(() => Deno.openSync("/nowhere/at-all"));
  assertEquals(systemFault(error), "/nowhere/at-all: no such file or directory");
});

Deno.test("systemFault() knows errors that have no class of their own", () => {
  const error = assertThrows(() => Deno.writeFileSync("/dev/full", new Uint8Array(1)));
  assertEquals(systemFault(error), "/dev/full: no space left on device");
});

Deno.test("systemFault() says in one line that a part of the program could not be loaded", () => {
  const message =
    "Import 'file:///q/src/cli/x.ts' failed.\n    0: Too many open files (os error 24)";
  assertEquals(
    systemFault(new TypeError(message)),
    "cannot load its own files: Too many open files",
  );
});

Deno.test("systemFault() does not hide a fault of the program", () => {
  assertEquals(systemFault(new TypeError("x is not a function")), undefined);
  assertEquals(systemFault("thrown"), undefined);
});
