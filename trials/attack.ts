/**
 * Attacks by somebody with an account on the machine, or with a repository that one clones. A
 * second user is made who prepares files and folders; the victim, root, then calls the real
 * program. Prints a table of what each attack came to.
 *
 *     deno task attack
 *
 * Exits with 0 if none succeeded, or if no user can be made here, which it says; else with 1.
 *
 * @module
 */

import { ATTACKS } from "./attacks.ts";
import { AttackSite, makeAttacker } from "./attack_site.ts";

const attacker = await makeAttacker();
if (typeof attacker === "string") {
  console.log(`skipped: no second user can be made here: ${attacker}`);
  Deno.exit(0);
}

let succeeded = 0;
const rows: string[][] = [["attack", "before", "now"]];
try {
  for (const { name, before, attempt } of ATTACKS) {
    await using site = new AttackSite(attacker.uid);
    const { harm, said } = await attempt(site);
    if (harm) succeeded++;
    rows.push([name, before, harm ? `SUCCEEDED: ${harm}` : said]);
  }
} finally {
  await attacker.remove();
}

const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
for (const [name, before, now] of rows) {
  console.log(`${name!.padEnd(widths[0]!)}  ${before!.padEnd(widths[1]!)}  ${now}`);
}
console.log(`${ATTACKS.length} attacks, ${succeeded} succeeded`);
Deno.exit(succeeded === 0 ? 0 : 1);
