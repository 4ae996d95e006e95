/**
 * Modules that are loaded only where they are needed.
 *
 * @module
 */

/**
 * A path for an `import` that is made only when it is reached:
 * `await import(later("./help.ts")) as typeof import("./help.ts")`.
 *
 * The runtime loads each path that stands in an `import` itself before the program begins. All
 * commands together take longer than an `enqueue`. `tools/bundle` finds these paths by this name.
 */
export const later = (path: string): string => path;
