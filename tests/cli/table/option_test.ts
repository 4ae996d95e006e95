import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../src/text/errors.ts";
import { MisspelledError, type Option, readWords } from "../../../src/cli/table/option.ts";

const KNOWN: Option[] = [
  { name: "priority", short: "p", value: "0-9", help: "" },
  { name: "env", short: "e", value: "K=V", many: true, help: "" },
  { name: "file", value: "FILE", help: "" },
  { name: "json", short: "j", help: "" },
  { name: "yes", short: "y", help: "" },
];
const read = (args: string[], endAfter?: number) =>
  readWords(args, { known: KNOWN, endAfter, see: "see: help" });

Deno.test("readWords() takes a value as the next word or behind =", () => {
  assertEquals(read(["--priority", "3"]).options.text("priority"), "3");
  assertEquals(read(["--priority=3"]).options.text("priority"), "3");
  assertEquals(read(["--env=A=b"]).options.text("env"), "A=b");
});

Deno.test("readWords() takes an empty value", () => {
  assertEquals(read(["--file", ""]).options.text("file"), "");
  assertEquals(read(["--file="]).options.text("file"), "");
});

Deno.test("readWords() takes a value that begins with a dash", () => {
  assertEquals(read(["--file", "-"]).options.text("file"), "-");
  assertEquals(read(["--env", "-x"]).options.text("env"), "-x");
});

Deno.test("readWords() reads letters alone, together and with a value", () => {
  const { options } = read(["-jy", "-p", "3", "-eA=1", "-e", "B=2"]);
  assertEquals([options.has("json"), options.has("yes")], [true, true]);
  assertEquals([options.text("priority"), options.all("env")], ["3", ["A=1", "B=2"]]);
});

Deno.test("readWords() finds options among plain words", () => {
  const { options, words } = read(["a", "--json", "b"]);
  assertEquals([words, options.has("json")], [["a", "b"], true]);
});

Deno.test("readWords() leaves everything from the first plain word on, when told so", () => {
  const { options, words, separatedAt } = read(["--json", "true", "--yes", "--", "-x"], 1);
  assertEquals(words, ["true", "--yes", "--", "-x"]);
  assertEquals([options.has("json"), options.has("yes"), separatedAt], [true, false, undefined]);
});

Deno.test("readWords() takes everything behind -- as plain words", () => {
  const { words, separatedAt } = read(["a", "--", "--json", "--"]);
  assertEquals([words, separatedAt], [["a", "--json", "--"], 1]);
});

Deno.test("readWords() takes a dash alone and a negative number as plain words", () => {
  assertEquals(read(["-", "-5", "-.5"]).words, ["-", "-5", "-.5"]);
});

Deno.test("readWords() refuses an option it does not know, and says what is known", () => {
  const error = assertThrows(() => read(["--prio", "3"]), MisspelledError, "unknown option --prio");
  assertEquals(error.known.includes("--priority"), true);
  assertThrows(() => read(["-x"]), UsageError, "unknown option -x");
});

Deno.test("readWords() refuses an option without its value", () => {
  assertThrows(() => read(["--priority"]), UsageError, "--priority needs a value");
  assertThrows(() => read(["--priority", "--json"]), UsageError, "--priority needs a value");
  assertThrows(() => read(["--priority", "--env=a=b"]), UsageError, "--priority needs a value");
  assertThrows(() => read(["--priority", "--"]), UsageError, "--priority needs a value");
  assertThrows(() => read(["-p"]), UsageError, "-p needs a value");
});

Deno.test("readWords() refuses a value that was not UTF-8, rather than take two for one", () => {
  for (const args of [["--env", "A=\ufffd"], ["--file=caf\ufffd"], ["-e\ufffd"]]) {
    assertThrows(
      () => read(args),
      UsageError,
      "is not UTF-8, or contains the replacement character U+FFFD",
    );
  }
});

Deno.test("readWords() refuses a second value where only one counts, and takes a flag again", () => {
  for (
    const args of [["--priority", "1", "--priority=2"], ["-p1", "-p", "1"], [
      "--file=",
      "--file",
      "x",
    ]]
  ) {
    assertThrows(() => read(args), UsageError, "is given twice");
  }
  const { options } = read(["--json", "--env", "A=1", "--json", "-eB=2"]);
  assertEquals([options.has("json"), options.all("env")], [true, ["A=1", "B=2"]]);
  assertEquals(options.all("file"), []);
});

Deno.test("readWords() refuses a value for a flag", () => {
  assertThrows(() => read(["--json=yes"]), UsageError, "--json takes no value");
});

Deno.test("GivenOptions.whole() takes whole numbers within its bounds only", () => {
  const whole = (text: string) => read(["--priority", text]).options.whole("priority", 0, 9);
  assertEquals([whole("0"), whole("9"), whole("007")], [0, 9, 7]);
  for (const text of ["10", "-1", "1.5", "", "x", "1e1", "0x1", "９"]) {
    assertThrows(() => whole(text), UsageError, "must be a whole number from 0 to 9");
  }
});
