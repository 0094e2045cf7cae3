/**
 * Reads what a run is: `config.json`, of this version of the kit, of one before it, or of anything else.
 *
 * @module
 */

import { readError } from "../disk/errors.ts";
import { openSealedJson, type Sealed } from "../disk/json_file.ts";
import { isRecord, recordOf } from "../disk/schema.ts";
import type { Method } from "../method/method.ts";
import { kitVersion } from "../setup/project.ts";
import { adviceFor } from "./advice.ts";
import { readConfig, type RunConfig } from "./config.ts";
import { imagesHashOf, namesUnknownImages } from "./own_images.ts";
import { type RunDescription, runFiles } from "./run_folder.ts";
import { readTextIfThere } from "./run_reading.ts";
import { descriptionSchema, formerDescriptionSchema } from "./run_schema.ts";

/** Settings of {@linkcode readDescription}. */
export interface DescriptionOptions {
  /** Methods that its configuration may name. */
  readonly methods: readonly Method[];
}

/**
 * Reads what a run is.
 *
 * @param folder Folder of the run.
 * @param options Methods that its configuration may name.
 * @returns Its description.
 * @throws {Deno.errors.NotFound} If there is no `config.json`.
 * @throws {SyntaxError} If it is damaged, was altered, or is of another version of the kit or another
 * program; names the field.
 */
export async function readDescription(
  folder: string,
  options: DescriptionOptions,
): Promise<RunDescription> {
  const path = `${folder}/${runFiles.description}`;
  const advice = adviceFor(runFiles.description, folder);
  const text = await readTextIfThere(path);
  if (text === undefined) {
    throw readError(path, Object.assign(new Deno.errors.NotFound(), { code: "ENOENT" }));
  }
  let opened: Sealed;
  try {
    opened = openSealedJson(text, path, { advice });
  } catch (error) {
    const wrong = whatWasAltered(text, options);
    if (wrong === undefined) throw error;
    throw new SyntaxError(
      `Cannot read "${path}": it was altered after it was written: ${wrong}: undo that, or ${advice}`,
      { cause: error },
    );
  }
  try {
    return describedBy(opened, options);
  } catch (cause) {
    const next = versionAdvice(opened.value, kitVersion) ?? advice;
    throw new SyntaxError(`Cannot read "${path}": ${reasonIn(cause)}: ${next}`, { cause });
  }
}

/** What is wrong in a file whose digest does not fit; `undefined` if it is no JSON, or all is in its place. */
function whatWasAltered(text: string, options: DescriptionOptions): string | undefined {
  let stored: Record<string, unknown>;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { sha256: _, ...value } = stored;
  try {
    describedBy({ value, sealed: true }, options);
    return undefined;
  } catch (error) {
    return reasonIn(error);
  }
}

/** What stands in a message about one field, without the file and without the name of the whole. */
function reasonIn(error: unknown): string {
  return (error as Error).message
    .replace(/^Cannot read the configuration in "[^"]*": /, "")
    .replace(/^it\.(?=\w)/, "");
}

/** What to do about a file of another version of the kit; `undefined` if it is of this one. */
function versionAdvice(value: unknown, now: string): string | undefined {
  const environment = isRecord(value) ? value.environment : undefined;
  const kit = isRecord(environment) ? environment.kit : undefined;
  if (typeof kit !== "string" || kit === now) return undefined;
  return `it was written by version ${kit} of the kit, this is version ${now}: use that one`;
}

/** Fields that `config.json` has had from the first version on. */
const essential = ["config", "splitHash", "classCounts", "parameters"];

function describedBy({ value, sealed }: Sealed, { methods }: DescriptionOptions): RunDescription {
  if (!isRecord(value)) throw new TypeError("it is no description of a run");
  if (!essential.some((name) => Object.hasOwn(value, name))) {
    const names = Object.keys(value);
    const has = names.length === 0
      ? "nothing"
      : `${names.slice(0, 4).join(", ")}${names.length > 4 ? " and others" : ""}`;
    throw new TypeError(`it is of another program: it holds ${has}, and nothing of a run`);
  }
  if (!sealed && Object.hasOwn(value, "id")) throw new TypeError("its sha256 is missing");
  const described = sealed ? descriptionSchema(value, "it") : {
    // Not every version wrote down its machine.
    ...formerDescriptionSchema({ environment: {}, ...value }, "it"),
    id: null,
    dataHash: null,
    classNames: null,
    resumed: [],
  };
  recordOf((setting) => setting)(described.config, "config");
  const config = readConfig(described.config, { methods });
  const { classes } = config.data;
  if (described.classCounts.length !== classes) {
    throw new TypeError(
      `its classCounts has ${described.classCounts.length} classes where ${classes} are configured`,
    );
  }
  return { ...described, config: withImagesOf(config, described.dataHash) };
}

/** Runs from before the eighth form tell of an own copy only which images they have seen. */
function withImagesOf(config: RunConfig, dataHash: string | null): RunConfig {
  const { data } = config;
  if (dataHash === null || !namesUnknownImages(data)) return config;
  return { ...config, data: { ...data, imagesHash: imagesHashOf(data.dataset, dataHash) } };
}
