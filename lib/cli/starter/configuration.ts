/**
 * The `deno.json` of a new study: where the kit is, and the commands that work in its folder.
 *
 * @module
 */
import { resolve } from "node:path";
import type { KitConfiguration } from "../../setup/project.ts";

/** What the configuration of a study follows from. */
export interface StarterOptions {
  /** The kit's own configuration. */
  readonly kit: KitConfiguration;
  /** Path of the kit, or its address where it was fetched, with a closing slash. */
  readonly from: string;
  /** Names of the commands. */
  readonly commands: readonly string[];
}

/** Signs that need no quotes in the shell of tasks. */
const plainPath = /^[\w./:@+-]+$/;

/**
 * The configuration of a study.
 *
 * @param options The kit, where it is, and its commands.
 * @returns What `deno.json` holds: the kit is a linked folder, a package of the registry, or an address.
 * @example A kit from the registry
 * ```ts
 * import { starterConfiguration } from "glmc/cli/starter/configuration.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const tasks = { train: "deno run -A lib/cli/main.ts train" };
 * const kit = { name: "@glmc/kit", version: "0.1.0", imports: {}, links: [], tasks, allowScripts: {} };
 * const from = "https://registry.example/@glmc/kit/0.1.0/";
 *
 * const study = starterConfiguration({ kit, from, commands: ["train"] });
 *
 * assertEquals(study.imports, { glmc: "jsr:@glmc/kit@0.1.0" });
 * assertEquals(study.tasks.train, "deno run -A jsr:@glmc/kit@0.1.0/cli train");
 * ```
 */
export function starterConfiguration(options: StarterOptions): {
  readonly imports: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
} {
  const { kit, from, commands } = options;
  const isFolder = !URL.canParse(from);
  const { imports, program, links } = isFolder
    ? linkedKit(kit, from)
    : new URL(from).pathname === `/${kit.name}/${kit.version}/` // as registries lay packages out
    ? registeredKit(kit)
    : addressedKit(kit, from);
  // Deno looks for no configuration of a program that has an address.
  const config = /^https?:/.test(program) ? "-c deno.json " : "";
  // A kit in a folder keeps its own runs and notebooks there. Notebooks and workers have other working
  // folders, so the paths are absolute.
  const own = isFolder ? `GLMC_RUNS="$PWD/data/runs" GLMC_NOTEBOOK_FOLDER="$PWD/notebooks" ` : "";
  const word = plainPath.test(program) ? program : `'${program.replaceAll("'", `'"'"'`)}'`;
  return {
    tasks: {
      study: `${own}deno run -q -A study.ts`,
      ...Object.fromEntries(
        commands.map((name) => {
          const task = String(kit.tasks[name]);
          return [name, own + task.replace(" lib/cli/main.ts ", () => ` ${config}${word} `)];
        }),
      ),
    },
    imports,
    ...(links && { links }),
    nodeModulesDir: "none",
    allowScripts: kit.allowScripts,
    // Deno finds no notebook well formatted that it has not formatted itself on this machine.
    fmt: { lineWidth: 100, exclude: ["**/*.ipynb"] },
    exclude: ["data", ".venv"],
  };
}

/** Where the kit is, as a configuration says it. */
interface Place {
  readonly imports: Readonly<Record<string, string>>;
  readonly program: string;
  readonly links?: readonly string[];
}

function linkedKit({ name, version, links }: KitConfiguration, folder: string): Place {
  return {
    imports: { glmc: `jsr:${name}@^${version}` },
    program: resolve(folder, "lib/cli/main.ts"),
    links: [resolve(folder), ...links.map((link) => resolve(folder, link))],
  };
}

function registeredKit({ name, version }: KitConfiguration): Place {
  const specifier = `jsr:${name}@${version}`;
  return { imports: { glmc: specifier }, program: `${specifier}/cli` };
}

function addressedKit({ imports }: KitConfiguration, address: string): Place {
  return {
    imports: {
      ...imports,
      glmc: new URL("lib/mod.ts", address).href,
      "glmc/": new URL("lib/", address).href,
    },
    program: new URL("lib/cli/main.ts", address).href,
  };
}
