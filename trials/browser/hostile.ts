/**
 * Text that wants to be more than text.
 *
 * @module
 */

/** What no page may run or render: each part leaves a mark if it is taken for markup or code. */
export const HOSTILE = [
  `<script>window.hostile="script"</script>`,
  `<img src=x onerror="window.hostile='img'" data-hostile>`,
  `"><svg data-hostile onload=window.hostile='svg'>`,
  `' onmouseover='window.hostile=1`,
  `</textarea></title></style><b data-hostile>bold</b>`,
  `javascript:window.hostile=1`,
  "${window.hostile=1}{{hostile}}",
  `&lt;i data-hostile&gt;&#60;i&#62;`,
].join(" ");

/** Text that moves the cursor, turns letters around or ends lines. */
export const UNRULY = [
  "\u202eright to left\u202c",
  "\u2066isolated\u2069",
  "\x1b[31mred\x1b[0m \x1b[2J\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07",
  "tab\tnew\nline\r\nend",
  "\x07bell \x7f \u200bzero \ufeffmark",
  "e\u0301\u0323\u{1f469}\u200d\u{1f4bb}",
].join(" ");

/** Output that no terminal would bear either: every byte, and much that is no UTF-8. */
export const BINARY = `head -c 20000 /dev/urandom; ` +
  `i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i+1)); done`;
