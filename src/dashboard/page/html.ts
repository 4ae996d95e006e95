/// <reference lib="dom" />
/**
 * The elements that pages are built from, a function for each, with the attributes that they may
 * have: without JSX, so that no build step stands between a file and the browser, and with types.
 * The table is fixed and cast, as inferring it from Preact's types takes minutes.
 *
 * There is no attribute here that takes markup, and none that takes a style: the security policy
 * of the page forbids both.
 *
 * @module
 */

import { type ComponentChildren, h, type JSX, type Key, type Ref } from "preact";

/** An element, or what a component makes. */
export type Tree = JSX.Element;

/** What may stand in an element. */
export type Children = ComponentChildren;

type Flag = boolean | undefined;
type Text = string | undefined;

/** Attributes that each element may have. */
export interface Attributes<E extends Element = HTMLElement> {
  key?: Key;
  ref?: Ref<E>;
  id?: Text;
  class?: Text;
  title?: Text;
  role?: Text;
  tabIndex?: number | undefined;
  hidden?: Flag;
  lang?: Text;
  dir?: "auto" | "ltr";
  "aria-label"?: Text;
  "aria-labelledby"?: Text;
  "aria-describedby"?: Text;
  "aria-current"?: "page" | "true" | undefined;
  "aria-live"?: "polite" | "assertive";
  "aria-atomic"?: "true";
  "aria-hidden"?: "true";
  "aria-pressed"?: "true" | "false";
  "aria-expanded"?: "true" | "false";
  "aria-controls"?: Text;
  "aria-sort"?: "ascending" | "descending" | undefined;
  "aria-selected"?: "true" | "false";
  "aria-busy"?: "true" | "false";
  "aria-invalid"?: "true" | "false" | undefined;
  "data-id"?: Text;
  "data-state"?: Text;
  "data-row"?: Text;
  onClick?: (event: MouseEvent) => void;
  onInput?: (event: InputEvent) => void;
  onChange?: (event: Event) => void;
  onSubmit?: (event: SubmitEvent) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  onFocus?: (event: FocusEvent) => void;
  onBlur?: (event: FocusEvent) => void;
  onPointerMove?: (event: PointerEvent) => void;
  onPointerLeave?: (event: PointerEvent) => void;
  onScroll?: (event: Event) => void;
}

interface Anchor extends Attributes<HTMLAnchorElement> {
  href: string;
  rel?: string;
  target?: string;
  download?: string | boolean;
}

interface Button extends Attributes<HTMLButtonElement> {
  type?: "button" | "submit";
  value?: string;
  name?: string;
  disabled?: Flag;
  autofocus?: Flag;
}

interface Form extends Attributes<HTMLFormElement> {
  action?: string;
  method?: "get" | "dialog";
  noValidate?: Flag;
}

interface Field {
  name?: string;
  value?: string;
  placeholder?: string;
  required?: Flag;
  disabled?: Flag;
  readOnly?: Flag;
  autocomplete?: "off";
  autofocus?: Flag;
  spellcheck?: false;
}

interface Input extends Attributes<HTMLInputElement>, Field {
  type?: "text" | "search" | "checkbox" | "number" | "hidden" | "radio" | "datetime-local";
  checked?: Flag;
  indeterminate?: Flag;
  min?: number | string;
  max?: number | string;
  step?: number | string;
  size?: number;
  list?: string;
  pattern?: string;
}

interface TextArea extends Attributes<HTMLTextAreaElement>, Field {
  rows?: number;
}

interface Option extends Attributes<HTMLOptionElement> {
  value?: string;
  selected?: Flag;
}

interface Cell extends Attributes<HTMLTableCellElement> {
  scope?: "col" | "row";
  colSpan?: number;
}

interface Dialog extends Attributes<HTMLDialogElement> {
  onClose?: (event: Event) => void;
}

interface Progress extends Attributes<HTMLProgressElement> {
  value?: number;
  max?: number;
}

interface Details extends Attributes<HTMLDetailsElement> {
  open?: Flag;
  onToggle?: (event: Event) => void;
}

/** What shapes in a picture may have; lengths may be shares of it, `50%`. */
interface Shape extends Attributes<SVGElement> {
  x?: number | string;
  y?: number | string;
  x1?: number | string;
  x2?: number | string;
  y1?: number | string;
  y2?: number | string;
  cx?: number | string;
  cy?: number | string;
  r?: number | string;
  rx?: number | string;
  dx?: number | string;
  dy?: number | string;
  d?: string;
  width?: number | string;
  height?: number | string;
  viewBox?: string;
  preserveAspectRatio?: "none" | "xMidYMid meet";
  points?: string;
  fill?: string;
  stroke?: string;
  "text-anchor"?: "start" | "middle" | "end";
  "vector-effect"?: "non-scaling-stroke";
  focusable?: "false";
}

/** Makes an element: its attributes or `null`, then what stands in it. */
export type Tag<A = Attributes> = (attributes: A | null, ...children: Children[]) => Tree;

interface Tags {
  a: Tag<Anchor>;
  button: Tag<Button>;
  form: Tag<Form>;
  input: Tag<Input>;
  textarea: Tag<TextArea>;
  select: Tag<Attributes<HTMLSelectElement> & Field & { multiple?: Flag }>;
  option: Tag<Option>;
  label: Tag<Attributes<HTMLLabelElement> & { for?: string }>;
  output: Tag<Attributes<HTMLOutputElement> & { for?: string }>;
  th: Tag<Cell>;
  td: Tag<Cell>;
  time: Tag<Attributes<HTMLTimeElement> & { dateTime: string }>;
  dialog: Tag<Dialog>;
  progress: Tag<Progress>;
  details: Tag<Details>;
  svg: Tag<Shape>;
  g: Tag<Shape>;
  path: Tag<Shape>;
  line: Tag<Shape>;
  rect: Tag<Shape>;
  circle: Tag<Shape>;
  polyline: Tag<Shape>;
  svgText: Tag<Shape>;
  svgTitle: Tag<Shape>;
}

/** Elements that have no attributes of their own. */
type Plain =
  | ("div" | "span" | "p" | "main" | "nav" | "header" | "footer" | "section" | "aside" | "article")
  | ("h1" | "h2" | "h3" | "ul" | "ol" | "li" | "dl" | "dt" | "dd" | "code" | "pre" | "kbd")
  | ("strong" | "em" | "small" | "mark" | "br" | "hr")
  | ("table" | "caption" | "thead" | "tbody" | "tr" | "fieldset" | "legend" | "summary")
  | ("figure" | "figcaption" | "datalist" | "noscript");

type Table = Tags & Record<Plain, Tag>;

/** Elements whose name is taken by HTML or the language. */
const RENAMED: Readonly<Record<string, string>> = { svgText: "text", svgTitle: "title" };

/** The table: each element is made when it is first asked for. */
export const html: Table = new Proxy<Record<string, Tag>>({}, {
  get(made, name) {
    const tag = String(name);
    return made[tag] ??= (attributes, ...children) =>
      h(RENAMED[tag] ?? tag, { ...attributes }, ...children);
  },
}) as Table;
