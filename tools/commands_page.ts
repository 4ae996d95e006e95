/**
 * Writes docs/commands.md, made from the tables of commands, job fields and settings: `deno task
 * docs`. With --check it writes nothing, and fails if the page is not what the tables say.
 */

import { commandHelp, optionLines } from "../src/cli/text/help.ts";
import { GLOBAL_OPTIONS, VERSION_OPTION } from "../src/cli/table/command.ts";
import { HEADINGS } from "../src/cli/table/commands.ts";
import { CALLS, jobFields, settings } from "./command_texts.ts";
import { formatted, writePage } from "./markdown.ts";

const PAGE = "docs/commands.md";

const INTRODUCTION = `# Commands

This page is made from the tables that the program itself uses (\`deno task docs\`); the same texts
are in \`queuectl COMMAND --help\`.`;

/** The whole page, formatted. */
async function page(): Promise<string> {
  const commands = Object.entries(HEADINGS).flatMap(([heading, commands]) => [
    `## ${heading}`,
    ...commands.map((command) =>
      `### ${command.name}\n\n${fenced(commandHelp(command, command.options ?? []))}`
    ),
  ]);
  const options = fenced(optionLines([...GLOBAL_OPTIONS, VERSION_OPTION]).join("\n"));
  const parts = [
    INTRODUCTION,
    `## What all commands share\n\n${CALLS}\n\n${options}`,
    ...commands,
    `## Job fields\n\n${jobFields()}`,
    `## Settings\n\n${settings()}`,
  ];
  return await formatted(parts.join("\n\n") + "\n");
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

await writePage(PAGE, await page());
