/// <reference lib="dom" />
/**
 * The fields of a job as a form, from the one table of fields.
 *
 * @module
 */

import type { Signal } from "@preact/signals";
import { h } from "preact";
import { useStore } from "../store.ts";
import { html, type Tree } from "../html.ts";
import type { FormField } from "../job_fields.ts";
import { FIELDS_OF, type FormKind, type FormValues } from "../job_form.ts";
import { counted } from "../texts.ts";

/** Which fields stand together; a field that is in none of these stands in the last. */
const GROUPS: readonly [title: string, fields: readonly string[]][] = [
  ["Job and time", [
    ...["id", "priority", "delay", "at", "after", "after_any", "unique", "hold"],
    ...["label", "tags", "group"],
  ]],
  ["If it fails", [
    ...["timeout", "max_retries", "backoff_base", "backoff_factor"],
    ...["give_up_on", "retry_on", "tempfail"],
  ]],
  ["Where and with what", [
    ...["resource", "host", "on", "cwd", "shell", "env", "stdin"],
    ...["nice", "max_log", "timestamps"],
  ]],
];

/** Words for the names of fields, where those alone say too little. */
const LABELS: Readonly<Record<string, string>> = {
  ...{ id: "ID", at: "At a time", after: "After jobs", unique: "Unique key", on: "Worker tags" },
  ...{ cwd: "Directory", env: "Environment", stdin: "Standard input", hold: "Hold it" },
  ...{ resource: "Resources", tempfail: "75 means: try later", after_any: "Even if one fails" },
};

/** Hints for fields whose line in the help speaks of the command line. */
const HINTS: Readonly<Record<string, string>> = {
  id: "1 to 64 letters, digits, - or _; a new one if empty",
  at: "in the time zone of this browser",
  resource: "names, with the number of places if not one: gpu db=2",
  env: "a line each: NAME=VALUE",
  stdin: "text that the command reads",
  hold: "it does not run until it is released",
  delay: "90, 90s, 10m, 1h30m, 2d",
  tags: "names by which jobs are chosen; workers ignore them",
  after: "IDs; it runs once these are done, and dies if one does",
  after_any: "run it even if one of these fails",
  unique: "no second job with this key is added until this one has ended",
};

/** Fields that take several lines, and how many of them are shown. */
const ROWS: Readonly<Record<string, number>> = { env: 2, stdin: 3 };

interface FormProps {
  kind: FormKind;
  values: Signal<FormValues>;
  faults: Readonly<Record<string, string>>;
  /** What each setting is, for the fields that have one. */
  settings?: Readonly<Record<string, string>>;
}

/** All fields but the command, in groups. */
export function JobFormFields({ kind, values, faults, settings = {} }: FormProps): Tree {
  const fields = FIELDS_OF[kind].filter(({ name }) => name !== "command");
  const grouped = GROUPS.flatMap(([, names]) => names);
  const rest = fields.map(({ name }) => name).filter((name) => !grouped.includes(name));
  const groups = [...GROUPS, ["More", rest] as const];
  return html.div(
    { class: "form-groups" },
    groups.map(([title, names]) => {
      const those = names.flatMap((name) => fields.find((field) => field.name === name) ?? []);
      const given = those.filter(({ name }) => values.value[name]).length;
      return those.length === 0 ? null : html.fieldset(
        { key: title, class: "card" },
        html.legend(null, title, given > 0 ? ` · ${counted(given, "field")} set` : ""),
        html.div(
          { class: "form-fields" },
          those.map((field) =>
            h(FieldInput, {
              key: field.name,
              field,
              values,
              fault: faults[field.name],
              setting: settings[field.name],
            })
          ),
        ),
      );
    }),
  );
}

interface FieldProps {
  field: FormField;
  values: Signal<FormValues>;
  fault: string | undefined;
  setting?: string | undefined;
}

/** A field with its label, its hint and what is wrong with it. */
export function FieldInput({ field, values, fault, setting }: FieldProps): Tree {
  const { name, type } = field;
  const id = `field-${name}`;
  const isFlag = type === "flag" && name !== "stdin";
  const text = values.value[name] ?? "";
  const set = (value: string) => values.value = { ...values.value, [name]: value };
  const described = { "aria-describedby": `${id}-hint` };
  const common = { id, name, ...described, ...(fault && { "aria-invalid": "true" as const }) };
  const label = html.label({ for: id }, labelOf(name));
  const hint = html.div(
    { class: fault ? "hint fault" : "hint", id: `${id}-hint` },
    fault ?? HINTS[name] ?? field.help,
  );
  if (isFlag) {
    const box = html.input({
      ...common,
      type: "checkbox",
      checked: text !== "",
      onChange: ({ target }) => set((target as HTMLInputElement).checked ? "true" : ""),
    });
    return html.div({ class: "form-field flag" }, box, html.div(null, label, hint));
  }
  const onInput = (event: InputEvent) => set((event.target as HTMLInputElement).value);
  const shown = { ...common, value: text, onInput, spellcheck: false as const };
  return html.div(
    { class: `form-field ${ROWS[name] ? "wide" : ""}` },
    label,
    ROWS[name] ? html.textarea({ ...shown, rows: ROWS[name] }) : html.input({
      ...shown,
      autocomplete: "off",
      ...(name === "at" ? { type: "datetime-local", step: 1 } : type === "number"
        ? {
          type: "number",
          ...(field.range && { min: field.range[0], max: field.range[1] }),
          step: field.must.includes("whole") ? 1 : "any",
        }
        : { type: "text" }),
      placeholder: setting !== undefined
        ? `${setting} (setting)`
        : String(field.default ?? field.value ?? ""),
    }),
    hint,
  );
}

function labelOf(name: string): string {
  return LABELS[name] ?? name[0]!.toUpperCase() + name.slice(1).replaceAll("_", " ");
}

/** The command, which may have many lines. */
export function CommandInput({ values, isMany = false, fault }: {
  values: Signal<FormValues>;
  isMany?: boolean;
  fault?: string | undefined;
}): Tree {
  const text = values.value.command ?? "";
  return html.div(
    { class: "form-field wide" },
    html.label({ for: "field-command" }, isMany ? "Commands" : "Command"),
    html.textarea({
      id: "field-command",
      name: "command",
      class: "command-input",
      rows: isMany ? 8 : Math.min(12, Math.max(2, text.split("\n").length)),
      value: text,
      required: true,
      spellcheck: false,
      "aria-describedby": "field-command-hint",
      ...(fault && { "aria-invalid": "true" as const }),
      onInput: (event) => {
        const { value } = event.target as HTMLTextAreaElement;
        values.value = { ...values.value, command: value };
      },
    }),
    html.div(
      { class: fault ? "hint fault" : "hint", id: "field-command-hint" },
      fault ??
        (isMany
          ? "a job for each line: shell text, or JSON; lines that begin with # are none"
          : "shell text for /bin/sh, unless another shell is set"),
    ),
  );
}

/** The buttons at the end of a form, and why the server refused what it was sent. */
export function FormEnd(
  { verb, isSending, error, back }: {
    verb: string;
    isSending: boolean;
    error: string;
    back?: string;
  },
): Tree {
  const { read_only } = useStore().status.value;
  return html.div(
    { class: "form-end" },
    html.div({ role: "alert", class: "fault" }, error),
    back === undefined ? null : html.a({ class: "button", href: back }, "Cancel"),
    html.button({ type: "submit", class: "primary", disabled: isSending || read_only }, verb),
  );
}
