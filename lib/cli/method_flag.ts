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
import { chooseMethod as chooseBy, type MethodChoice } from "../method/choose.ts";
import { openRunStore } from "../experiment/run_store.ts";
import type { Method } from "../method/method.ts";
import { checkNoClash, takenBy } from "../settings/check.ts";
import { asUsage, UsageError } from "./shell.ts";
import { machineFlags, runFlags } from "./run_flags.ts";
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
 * Finds the method that a command line names, by its name, its file, or its views and its loss.
 *
 * It comes before flags are parsed: a method brings flags of its own.
 *
 * @param args Arguments after the command's name.
 * @param options The methods of the kit; the flag that names a run, whose method is meant where none is
 * named; and the method that is meant where there is no such run, the default one by default.
 * @returns The method, all methods, and the arguments to parse: with the name of the method in place of
 * whatever chose it.
 * @throws {UsageError} If there is no method of that name, or its parts do not go together.
 * @throws {Error} If the file is missing or its default export is no method.
 * @example Nothing named, and a loss
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseMethod } from "glmc/cli/method_flag.ts";
 * import { methods } from "glmc";
 *
 * assertEquals((await chooseMethod(["--lr", "0.1"], { methods })).method.name, "glmc");
 * assertEquals((await chooseMethod(["--loss=focal"], { methods })).args, ["--method", "focal"]);
 * ```
 */
export async function chooseMethod(
  args: readonly string[],
  { methods, runFlag, usual = methodFields.method.default }: {
    readonly methods: readonly Method[];
    readonly runFlag?: "run" | "resume";
    readonly usual?: string;
  },
): Promise<ChosenMethod> {
  const found = choiceIn(args);
  const { method: named, ...parts } = found.choice;
  const isFile = named !== undefined && isPath(named);
  const loaded = isFile ? await loadMethod(named, { methods }) : undefined;
  const known = loaded === undefined ? methods : [...methods, loaded];
  const isOpen = Object.keys(found.choice).length === 0;
  const ofRun = isOpen && runFlag !== undefined
    ? await methodOfRun(args, { methods, runFlag })
    : undefined;
  const choice = isOpen
    ? { method: ofRun ?? usual }
    : { ...parts, ...(named !== undefined && { method: loaded?.name ?? named }) };
  const method = asUsage(
    () => chooseBy(choice, known),
    (message) => message.includes("no such method") ? ", or name a file as ./method.ts" : "",
  );
  return {
    method,
    methods: known,
    args: isOpen ? args : [...found.others, "--method", method.name],
  };
}

/** Flags that choose a method. */
const choosing = ["method", "views", "loss"] as const;

/**
 * The first value of each flag that chooses a method, and the other arguments. What is wrong with a value is
 * said when flags are parsed, so its flag stays among the others.
 */
function choiceIn(
  args: readonly string[],
): { readonly choice: MethodChoice; readonly others: readonly string[] } {
  const choice: Record<string, string> = {};
  const taken = new Set<number>();
  for (const index of args.keys()) {
    const { flag, value, words } = flagAt(args, index);
    if (flag === undefined || !choosing.some((name) => name === flag) || flag in choice) continue;
    if (value === undefined) continue;
    choice[flag] = value;
    for (let word = 0; word < words; word++) taken.add(index + word);
  }
  return { choice, others: args.filter((_, index) => !taken.has(index)) };
}

/** Name of the method of the run that is named; what is wrong with the run is said when it is opened. */
async function methodOfRun(
  args: readonly string[],
  { methods, runFlag }: { readonly methods: readonly Method[]; readonly runFlag: string },
): Promise<string | undefined> {
  const run = flagText(args, runFlag);
  if (run === undefined) return undefined;
  const place = flagText(args, "root_model");
  try {
    const store = openRunStore(place && userPath(place), { methods });
    const { description: { config } } = await store.find(userPathOrName(run));
    return methods.find(({ name }) => name === config.stages[0].method)?.name;
  } catch {
    return undefined;
  }
}

/**
 * The first value of a flag with a long name, before flags are parsed.
 *
 * @param args Arguments after the command's name.
 * @param name Name of the flag without dashes.
 * @returns The value; `undefined` where the flag is not there or has none.
 * @example Behind an equals sign
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagText } from "glmc/cli/method_flag.ts";
 *
 * assertEquals(flagText(["--lr", "1", "--preset=quick"], "preset"), "quick");
 * ```
 */
export function flagText(args: readonly string[], name: string): string | undefined {
  for (const index of args.keys()) {
    const { flag, value } = flagAt(args, index);
    if (flag === name && value !== undefined) return value;
  }
  return undefined;
}

/** The flag with a long name at a place, and its value; what is wrong with it is said when flags are parsed. */
function flagAt(
  args: readonly string[],
  index: number,
): { readonly flag?: string | undefined; readonly value?: string; readonly words: number } {
  const [, flag, glued] = args[index]!.match(/^--([a-z_]+)(?:=(.*))?$/s) ?? [];
  const value = glued ?? args[index + 1];
  const isValue = value !== undefined && value.trim() !== "" && !value.startsWith("-");
  return { flag, ...(isValue && { value }), words: glued === undefined ? 2 : 1 };
}

function isPath(nameOrPath: string): boolean {
  return /[/\\]|\.[mc]?[jt]s$/.test(nameOrPath);
}

/**
 * The default export of a file as a method.
 *
 * @param path Path of a module.
 * @param options The methods of the kit.
 * @returns The method.
 * @throws {Error} If the file is missing, fails, or its default export is no method.
 * @example No such file
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { loadMethod } from "glmc/cli/method_flag.ts";
 *
 * await assertRejects(() => loadMethod("./nowhere.ts", { methods: [] }), Error, "no such file");
 * ```
 */
export async function loadMethod(
  path: string,
  { methods }: { readonly methods: readonly Method[] },
): Promise<Method> {
  const method = await importMethod(path);
  if (methods.some(({ name, aliases }) => [name, ...aliases ?? []].includes(method.name))) {
    throw new RangeError(
      `Cannot use the method in "${path}": the kit has a method named ${method.name}: ` +
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
    // Written so that publishing sees an address that is none of its own.
    module = await import(`file://${pathToFileURL(file).pathname}`);
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
