/**
 * The flag `--method`: a method of the kit by its name, or one of the user's own by its file.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import type { RunConfig } from "../experiment/config.ts";
import { sharedFields } from "../experiment/config_complete.ts";
import { methodFields } from "../experiment/config_fields.ts";
import { unknownMethods } from "../experiment/config_read.ts";
import { openRunStore } from "../experiment/run_store.ts";
import type { Method } from "../method/method.ts";
import { checkNoClash, suggestion, takenBy } from "../settings/check.ts";
import { UsageError } from "./shell.ts";
import { machineFlags, runFlags } from "./train_flags.ts";
import { userPath, userPathOrName } from "./user_path.ts";

/** What a command line says about the method. */
export interface ChosenMethod {
  /** The method that is named, or the default one. */
  readonly method: Method;
  /** All methods there are, the user's own included. */
  readonly methods: readonly Method[];
  /** The arguments, with the name of a method in place of its file. */
  readonly args: readonly string[];
}

/**
 * Finds the method that a command line names, and loads it where it is a file.
 *
 * It comes before flags are parsed: a method brings flags of its own.
 *
 * @param args Arguments after the command's name.
 * @param options The methods of the kit, and the flag that names a run, whose method is meant where none is
 * named.
 * @returns The method, all methods, and the arguments to parse.
 * @throws {UsageError} If there is no method of that name.
 * @throws {Error} If the file is missing or its default export is no method.
 * @example Nothing named
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseMethod } from "glmc/cli/method_flag.ts";
 * import type { Method } from "glmc/method/method.ts";
 *
 * const glmc = { name: "glmc", fields: {} } as Method;
 *
 * assertEquals((await chooseMethod(["--lr", "0.1"], { methods: [glmc] })).method, glmc);
 * ```
 */
export async function chooseMethod(
  args: readonly string[],
  { methods, runFlag }: {
    readonly methods: readonly Method[];
    readonly runFlag?: "run" | "resume";
  },
): Promise<ChosenMethod> {
  const named = flagText(args, "method");
  const ofRun = named !== undefined || runFlag === undefined
    ? undefined
    : await methodOfRun(args, { methods, runFlag });
  const method = ofRun ?? await loadMethod(named ?? methodFields.method.default, { methods });
  return {
    method,
    methods: methods.includes(method) ? methods : [...methods, method],
    args: args.map((word, index) => {
      if (named === undefined) return word;
      if (word === named && args[index - 1] === "--method") return method.name;
      return word === `--method=${named}` ? `--method=${method.name}` : word;
    }),
  };
}

/** The method of the run that is named; what is wrong with the run is said when it is opened. */
async function methodOfRun(
  args: readonly string[],
  { methods, runFlag }: { readonly methods: readonly Method[]; readonly runFlag: string },
): Promise<Method | undefined> {
  const run = flagText(args, runFlag);
  if (run === undefined) return undefined;
  const place = flagText(args, "root_model");
  try {
    const store = openRunStore(place && userPath(place), { methods });
    const { description: { config } } = await store.find(userPathOrName(run));
    return methods.find(({ name }) => name === config.stages[0].method);
  } catch {
    return undefined;
  }
}

/** The first value of a flag with a long name; what is wrong with it is said when flags are parsed. */
function flagText(args: readonly string[], name: string): string | undefined {
  for (const [index, word] of args.entries()) {
    const value = word === `--${name}`
      ? args[index + 1]
      : word.startsWith(`--${name}=`)
      ? word.slice(name.length + 3)
      : undefined;
    if (value !== undefined && value.trim() !== "" && !value.startsWith("-")) return value;
  }
  return undefined;
}

/**
 * A method of the kit, or the default export of a file.
 *
 * @param nameOrPath A name, or a path with a slash or the ending of a module.
 * @param options The methods of the kit.
 * @returns The method.
 * @throws {UsageError} If there is no method of that name.
 * @throws {Error} If the file is missing, fails, or its default export is no method.
 * @example By name
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { loadMethod } from "glmc/cli/method_flag.ts";
 *
 * await assertRejects(() => loadMethod("./nowhere.ts", { methods: [] }), Error, "no such file");
 * ```
 */
export async function loadMethod(
  nameOrPath: string,
  { methods }: { readonly methods: readonly Method[] },
): Promise<Method> {
  if (!/[/\\]|\.[mc]?[jt]s$/.test(nameOrPath)) {
    const method = methods.find(({ name }) => name === nameOrPath);
    if (method !== undefined) return method;
    throw new UsageError(
      `Cannot use --method ${nameOrPath}: there is no such method: ` +
        `${suggestion(nameOrPath, methods.map(({ name }) => name))}, or name a file as ./method.ts`,
    );
  }
  const method = await importMethod(nameOrPath);
  if (methods.some(({ name }) => name === method.name)) {
    throw new RangeError(
      `Cannot use the method in "${nameOrPath}": the kit has a method named ${method.name}: ` +
        "give it another name",
    );
  }
  const shared = takenBy(sharedFields);
  const others = [...runFlags, ...machineFlags].flatMap(({ names }) => names);
  checkNoClash(method.fields, { ...shared, flags: [...shared.flags, ...others, "help", "h"] });
  return method;
}

async function importMethod(path: string): Promise<Method> {
  const file = userPath(path);
  const found = await Deno.stat(file).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (!found?.isFile) {
    throw new Deno.errors.NotFound(
      `Cannot load the method "${path}": there is no such file: it would be ${file}`,
    );
  }
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot load the method "${path}": ${reason}`, { cause });
  }
  const wrong = whatIsWrong(module.default);
  if (wrong === undefined) return module.default as Method;
  throw new TypeError(
    `Cannot use the default export of "${path}" as a method: ${wrong}: ` +
      "see lib/method/README.md for one to start from",
  );
}

/** What an exported value lacks to be a method. */
function whatIsWrong(value: unknown): string | undefined {
  if (value === null || typeof value !== "object") return "it is no object";
  const method = value as Partial<Record<keyof Method, unknown>>;
  if (typeof method.name !== "string" || !/^[a-z][a-z0-9_]*$/.test(method.name)) {
    return "its name must be small letters, digits and underscores, starting with a letter";
  }
  for (const name of ["title", "summary", "unit", "testedHead"] as const) {
    if (typeof method[name] !== "string") return `its ${name} must be a text`;
  }
  for (const name of ["plan", "loss"] as const) {
    if (typeof method[name] !== "function") return `its ${name} must be a function`;
  }
  for (const name of ["heads", "terms"] as const) {
    const list = method[name];
    if (!Array.isArray(list) || list.length === 0) return `its ${name} must be a list of names`;
  }
  if (!Number.isSafeInteger(method.passes)) return "its passes must be a whole number";
  const { fields } = method;
  if (fields === null || typeof fields !== "object") return "its fields must be an object";
  for (const [name, field] of Object.entries(fields as Method["fields"])) {
    const isField = Array.isArray(field?.flags) && field.flags.length > 0 &&
      typeof field.accepts === "function" && typeof field.wanted === "string";
    if (!isField) return `its setting ${name} must be made by a function of settings/field.ts`;
    if (!field.accepts(field.default)) {
      return `the default of its setting ${name} is none of its values`;
    }
  }
  return undefined;
}

/**
 * Refuses to go on with a run whose method is not there.
 *
 * @param config The stored configuration.
 * @param options The methods there are, and the name of the run.
 * @throws {UsageError} Asks for the method's file.
 * @example A method from elsewhere
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireMethods } from "glmc/cli/method_flag.ts";
 * import { defaultConfig } from "glmc/experiment/config.ts";
 *
 * assertThrows(() => requireMethods(defaultConfig, { methods: [], run: "first" }), Error, "--method");
 * ```
 */
export function requireMethods(
  config: RunConfig,
  { methods, run }: { readonly methods: readonly Method[]; readonly run: string },
): void {
  const [missing] = unknownMethods(config, { methods });
  if (missing === undefined) return;
  throw new UsageError(
    `Cannot continue "${run}": its method ${missing} is not part of the kit: ` +
      `name the file of the method again with --method ./${missing}.ts`,
  );
}
