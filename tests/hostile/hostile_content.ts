/**
 * What may lie in a file that someone dropped into pending/: contents that are a job and contents
 * that are none, drawn by chance.
 *
 * @module
 */

/** A number in [0, 1), each time another. */
export type Random = () => number;

/** The content of a file, and what it is. */
export interface Content {
  /** Which kind it is, for the message of a failing case. */
  kind: string;
  /** Whether it is a job. */
  good: boolean;
  /** The bytes. */
  bytes: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

/** Values of a wrong type or out of range, by field. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  command: [
    "5",
    "null",
    "[]",
    "{}",
    '""',
    '"  \\n"',
    "true",
    '"a\\u0000b"',
    `"${"x".repeat(102401)}"`,
  ],
  label: ["5", '""', '["a"]', '"\\u0000"'],
  tags: ['"a"', "[5]", '["a b"]', "{}"],
  group: ["5", '"a b"', '["a"]', '""'],
  cwd: ["5", '""', '"/tmp\\u0000"', "[]", "{}"],
  env: [
    "5",
    '"A=1"',
    '["A"]',
    '{"A":1}',
    '{"":"x"}',
    '{"A=B":"x"}',
    '{"A":"\\u0000"}',
    '{"A":null}',
  ],
  priority: ["-1", "10", "5.5", '"5"', "null", "1e999", "[5]"],
  max_retries: ["-1", "1.5", '"3"', "1e9", "null", "{}"],
  timeout: ["0", "-1", '"1"', "1e999", "[]", "false"],
  backoff_base: ["-1", '"2"', "1e999", "null"],
  backoff_factor: ["-1", '"2"', "{}"],
  run_at: ["5", '"tomorrow"', "null", '""', '"2026-13-45T99:99:99Z"'],
  created_at: ["5", '"never"', "[]"],
  updated_at: ["{}", '"x"'],
  attempts: ["-1", "1.5", '"0"', "1e400"],
  history: [
    '[{"led_to":7}]',
    '[{"started_at":9}]',
    '[{"exit_code":"0"}]',
    "{}",
    '"none"',
    "[1]",
    "[null]",
    "5",
  ],
};

/** Whether a content may be large: few are, so that the disk is not what is tested. */
function large(random: Random): boolean {
  return random() < 0.1;
}

function bad(kind: string, content: string | Uint8Array<ArrayBuffer>): Content {
  return {
    kind,
    good: false,
    bytes: typeof content === "string" ? encoder.encode(content) : content,
  };
}

function randomBytes(random: Random): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor(random() * 300));
  for (let at = 0; at < bytes.length; at++) bytes[at] = random() * 256;
  // Random digits and brackets could be anything but hardly an object with a command.
  return bytes;
}

function wrongField(random: Random): Content {
  const field = pick(random, Object.keys(WRONG));
  const value = pick(random, WRONG[field]!);
  const command = field === "command" ? "" : '"command":"true",';
  return bad(`${field} = ${value.slice(0, 30)}`, `{${command}"${field}":${value}}`);
}

function deep(random: Random): Content {
  const depth = pick(random, [300, 5_000, 20_000, large(random) ? 500_000 : 100_000]);
  const [open, close] = pick(random, [["[", "]"], ['{"a":', "}"]] as const);
  const nested = open.repeat(Math.min(depth, 1_000_000 / open.length | 0));
  const count = nested.length / open.length;
  const text = pick(random, [
    nested,
    nested + "1" + close.repeat(count),
    `{"command":"true","deep":${nested}`,
    `{"command":"true","deep":${nested}1${close.repeat(count)}}`,
    `{"command":"true","env":${nested}1${close.repeat(count)}}`,
  ]);
  return bad(`nested ${count} deep`, text);
}

/** Content that is no job. */
export function badContent(random: Random): Content {
  const choice = Math.floor(random() * 12);
  switch (choice) {
    case 0:
      return bad("random bytes", randomBytes(random));
    case 1: {
      const whole = JSON.stringify({ command: "true", env: { A: "ä€😀" }, priority: 3 });
      const bytes = encoder.encode(whole);
      return bad("half a JSON", bytes.slice(0, Math.floor(random() * bytes.length)));
    }
    case 2:
      return deep(random);
    case 3:
      return bad(
        "a scalar",
        pick(random, ["null", "5", '"command"', "true", "[]", "{}", '[{"command":"true"}]']),
      );
    case 4:
      return bad(
        "not JSON",
        pick(random, [
          "",
          "\n",
          "command: true",
          "{'command':'true'}",
          "{command:1}",
          "NaN",
          '{"command":"true",}',
          '{"command":"true"} x',
          '{"command":"true"}{"command":"true"}',
          "\0".repeat(50),
        ]),
      );
    case 5:
      return bad(
        "UTF-16",
        Uint8Array.from([
          0xff,
          0xfe,
          ...[...'{"command":"true"}'].flatMap((c) => [c.charCodeAt(0), 0]),
        ]),
      );
    case 6:
      return bad(
        "invalid UTF-8 in a string",
        Uint8Array.from([
          ...encoder.encode('{"command":"echo '),
          0xc3,
          0x28,
          ...encoder.encode('"}'),
        ]),
      );
    case 7:
      return bad(
        "__proto__ with the command",
        pick(random, [
          '{"__proto__":{"command":"true"}}',
          '{"constructor":{"prototype":{"command":"true"}}}',
          '{"__proto__":null}',
        ]),
      );
    case 8:
      return bad(
        "a duplicate key, the last one wrong",
        pick(random, [
          '{"command":"true","command":7}',
          '{"command":"true","env":{},"env":5}',
          '{"command":"true","priority":5,"priority":"5"}',
        ]),
      );
    case 9:
      if (!large(random)) return badContent(random);
      return bad("over 1 MiB", `{"command":"true","pad":"${"x".repeat(1024 * 1024)}"}`);
    default:
      return wrongField(random);
  }
}

/**
 * Content that is a job.
 *
 * @param command What it runs.
 */
export function goodContent(random: Random, command: string): Content {
  const quoted = JSON.stringify(command);
  const [kind, text] = pick(
    random,
    [
      ["plain", `{"command":${quoted}}`],
      ["spaces and a newline", `\n {  "command" :\t${quoted}\r\n}  \n`],
      ["a BOM", `\ufeff{"command":${quoted}}`],
      ["a duplicate key, the last one right", `{"command":5,"command":${quoted}}`],
      [
        "__proto__ beside the command",
        `{"__proto__":{"command":5,"x":1},"command":${quoted},"hasOwnProperty":1,"toString":null}`,
      ],
      ["foreign IDs", `{"id":"../../etc/passwd","command":${quoted},"state":"done"}`],
      ["nested 50 deep", `{"command":${quoted},"x":${"[".repeat(50)}${"]".repeat(50)}}`],
      ["a priority", `{"command":${quoted},"priority":${Math.floor(random() * 10)}}`],
      ["a time long ago", `{"command":${quoted},"run_at":"0001-01-01T00:00:00Z"}`],
      [
        "an odd history",
        `{"command":${quoted},"history":[{},{"led_to":"failed","log_end":7,"team":9}],"attempts":1}`,
      ],
      ["escapes", `{"command":${quoted},"x":"\\ud800 \\u0000","env":{"A":"\\u00e4"}}`],
      // On a line each they would be longer than a job may be.
      [
        "many numbers",
        `{"command":${quoted},"x":[${"1,".repeat(large(random) ? 400_000 : 3000)}1]}`,
      ],
    ] as const,
  );
  return { kind, good: true, bytes: encoder.encode(text) };
}
