import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/text/errors.ts";
import { absolutePath, homePath } from "../../src/text/home_path.ts";

/** Runs something with another $HOME. */
function withHome(home: string | undefined, run: () => void): void {
  const before = Deno.env.get("HOME");
  const set = (value: string | undefined) =>
    value === undefined ? Deno.env.delete("HOME") : Deno.env.set("HOME", value);
  try {
    set(home);
    run();
  } finally {
    set(before);
  }
}

Deno.test("homePath() puts $HOME in the place of a ~ at the beginning, and nowhere else", () => {
  withHome("/home/ann/", () => {
    assertEquals(homePath("~", "--dir"), "/home/ann/");
    assertEquals(homePath("~/q", "--dir"), "/home/ann/q");
    for (const path of ["", ".", "q/~", "/srv/~/q", "./~bob"]) {
      assertEquals(homePath(path, "--dir"), path);
    }
  });
});

Deno.test("homePath() refuses another user's home, and a ~ without $HOME", () => {
  withHome("/home/ann", () => {
    assertThrows(() => homePath("~bob/q", "--dir"), UsageError, `--dir "~bob/q" begins with`);
  });
  withHome(undefined, () => {
    assertThrows(() => homePath("~/q", "--dir"), UsageError, "$HOME is not set");
  });
});

Deno.test("absolutePath() goes from the working directory, and leaves no . and .. in a path", () => {
  const cwd = Deno.cwd();
  assertEquals(absolutePath(".", "--cwd"), cwd);
  assertEquals(absolutePath("./a//b/../c/", "--cwd"), `${cwd}/a/c`);
  assertEquals(absolutePath("/srv/./q/../../..", "--cwd"), "/");
  withHome("/home/ann", () => assertEquals(absolutePath("~/q", "--cwd"), "/home/ann/q"));
});
