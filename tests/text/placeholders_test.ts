import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/text/errors.ts";
import { placeholders } from "../../src/text/placeholders.ts";

/** Arguments that arrive or are betrayed: each shell's own characters, paths, dashes, line ends. */
const AWKWARD = [
  "plain.txt",
  "a b.png",
  "",
  "-rf",
  "it's",
  '"quoted"',
  "$HOME",
  "$(touch betrayed)",
  "`touch betrayed`",
  "a;touch betrayed",
  "a\ntouch betrayed\n",
  "\\",
  "\\'",
  "'; touch betrayed; '",
  '"; touch betrayed; "',
  "*",
  "~",
  "#x",
  "!!",
  "{}",
  "{a,b}",
  "é ü\t%s\\n",
  "if",
  "A=b",
  "2",
  "=ls",
  "tail\n\n",
];

/** Command lines that print the argument, in brackets, wherever {} stands. */
const PRINTING = [
  "printf '[%s]' {}",
  "printf '[%s]'",
  'printf "[%s]" "{}"',
  "printf '[%s]' '{}'",
  "printf '[%s]' ''{}''",
  'printf "[%s]" "$(printf %s {}; echo .)" | sed \'$s/\\.]$/]/\'',
  'printf "[%s]" "$(printf %s "{}"; echo .)" | sed \'$s/\\.]$/]/\'',
  "printf '[%s]' {} # not {} here\n",
  "x={}; printf '[%s]' \"$x\"",
  "x=; printf '[%s]' $x{}",
  'x=; printf "[%s]" "$x{}"',
  "x=abc; printf '[%s]' ${#x}{} | sed '1s/^\\[3/[/'",
  "(printf '[%s]' {})",
  "{ printf '[%s]' {}; }",
  "set -- {} && printf '[%s]' \"$1\"",
  "printf '[%s]' \\\n{}",
  "case {} in *) printf '[%s]' {};; esac",
];

async function outputOf(shell: readonly string[], command: string): Promise<string> {
  const cwd = Deno.makeTempDirSync();
  try {
    const [program, ...args] = [...shell, command];
    const { stdout, stderr } = await new Deno.Command(program!, { args, cwd }).output();
    const betrayed = [...Deno.readDirSync(cwd)].map(({ name }) => name);
    assertEquals(betrayed, [], command);
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    Deno.removeSync(cwd, { recursive: true });
  }
}

for (const shell of [["sh", "-c"], ["bash", "-c"], ["dash", "-c"], ["zsh", "-c"]]) {
  Deno.test(`each argument arrives as it is in ${shell[0]}, whatever quotes {} stands in`, async () => {
    // All in one call of the shell for each argument: a thousand processes take long.
    for (const argument of AWKWARD) {
      const commands = PRINTING.map((text) => placeholders(text)(argument, 1));
      const output = await outputOf(shell, commands.map((text) => `${text}\n`).join("echo '|'\n"));
      assertEquals(output.split("|\n"), commands.map(() => `[${argument}]`), argument);
    }
  });
}

Deno.test("placeholders stand for parts of a path, as in GNU parallel", () => {
  const fill = placeholders("x {} {.} {/} {//} {/.} {#}");
  assertEquals(
    fill("dir/sub/a.tar.gz", 7),
    "x dir/sub/a.tar.gz dir/sub/a.tar a.tar.gz dir/sub a.tar 7",
  );
  assertEquals(fill("a", 1), "x a a a . a 1");
  assertEquals(fill("/a.b", 1), "x /a.b /a a.b / a 1");
  assertEquals(fill("d.x/a", 1), "x d.x/a d.x/a a d.x a 1");
  assertEquals(fill("d/.rc", 1), "x d/.rc d/.rc .rc d .rc 1");
  assertEquals(fill("d/s/", 1), "x d/s/ d/s/ s d s 1");
  assertEquals(fill("/", 1), "x / / / / / 1");
});

Deno.test("placeholders in several words need no quotes, and each word stays one", () => {
  assertEquals(
    placeholders(["convert", "{}", "{.}.webp"])("a b.png", 1),
    "convert 'a b.png' 'a b.webp'",
  );
  assertEquals(placeholders(["wc", "-l"])("it's", 1), "wc -l 'it'\\''s'");
  assertEquals(placeholders(["{}"])("if", 1), "'if'");
});

Deno.test("a simple command stays readable", () => {
  assertEquals(placeholders("convert {} {.}.webp")("a.png", 1), "convert a.png a.webp");
  assertEquals(placeholders("wc -l <")("a.txt", 1), "wc -l < a.txt");
  assertEquals(placeholders("echo \\{} {}")("a", 1), "echo \\{} a");
  assertEquals(placeholders("echo $(( {} * 2 ))")("-21", 1), "echo $(( -21 * 2 ))");
});

Deno.test("a place where no value is safe is refused in one sentence", () => {
  const refused: Record<string, RegExp> = {
    "echo `cat {}`": /^\{\} cannot be replaced safely within `…`/,
    "echo ${x:-{}}": /within \$\{…\}/,
    "echo $'{}'": /within \$'…'/,
    "cat <<EOF\n{}\nEOF": /in a here-document/,
    'echo "$(case x in x) echo {};; esac)"': /behind a case within brackets/,
    "echo '{}": /do not match/,
    "echo ${}": /write '\$'\{\}/,
    "echo {%}": /jobs have no slots/,
    "sleep 1;": /put \{\} into it/,
    "make # all": /put \{\} into it/,
    "cat <<EOF\nx\nEOF": /put \{\} into it/,
  };
  for (const [command, reason] of Object.entries(refused)) {
    const { message } = assertThrows(() => placeholders(command), UsageError);
    assertEquals(reason.test(message), true, `${command}: ${message}`);
  }
  assertThrows(
    () => placeholders("echo $(( {} ))")("a[$(touch x)]", 1),
    UsageError,
    "whole number",
  );
  assertThrows(() => placeholders("(( {} )) && x")("a[$(touch x)]", 1), UsageError, "whole number");
});
