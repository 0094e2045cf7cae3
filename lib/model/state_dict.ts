/**
 * From a `state_dict` as PyTorch's users have it to the official names of a network.
 *
 * Wrappers put prefixes before the names (`DataParallel`, `torch.compile`, Lightning, averaged
 * models), files leave tied tensors out, weight normalisation splits a weight in two, training code
 * adds buffers of its own. All of that is undone here and said; what is missing or of another network
 * is left for who imports it.
 *
 * @module
 */
import { officialShape, type Shapes } from "./shapes.ts";
import type { Structure } from "./structure.ts";
import type { StoredTensor } from "./weights.ts";
import { findSource, logicalName, type StateDict, tensorOf } from "./tensor_source.ts";

/** What is known of a `state_dict` besides its tensors, and whom to tell. */
export interface StateDictOptions {
  /**
   * Told in one line each what was done to the names and which tensors are ignored. Without it,
   * tensors that are not expected are refused.
   */
  readonly onNotice?: ((line: string) => void) | undefined;
  /**
   * Which weights, where there are several: what their names begin with, such as `ema`; `none` of
   * those without a prefix.
   */
  readonly prefix?: string | undefined;
  /** Names of tensors that were left out, with the name of the one each is the same as. */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
}

/** The network that the names are for. */
export interface NamedShapes {
  /** Shapes in memory by official name. */
  readonly shapes: Shapes;
  /** What the network is made of. */
  readonly structure: Structure;
}

/** Names that say that weights are means over a training. */
const averaged = /(?:^|[._])(?:ema|swa|avg|averaged?|shadow|polyak)\d*(?:[._]|$)/i;
/** Names of what belongs to the training and not to the network. */
const ofTraining = new RegExp(
  "(?:^|\\.)(?:optim(?:izers?)?(?:_states?)?(?:_dict)?|opt_state|" +
    "(?:lr_)?schedulers?(?:_state_dict)?|(?:grad_)?scaler|amp|callbacks|loops)\\.",
);
/** Counters of batch norm and of averaged models, which nothing here reads. */
const counter = /(?:^|\.)(?:num_batches_tracked|n_averaged)$/;
/** What a layer is made of, as opposed to a buffer somebody keeps beside it. */
const ofLayer = /(?:^|\.)(?:weight|bias|running_mean|running_var)(?:_[gv])?$/;

/**
 * Finds the tensors of a network in a `state_dict`.
 *
 * Averaged weights go before the raw ones beside them, since it is they that are tested.
 *
 * @param tensors By the names they have in the file.
 * @param network Names and shapes that are looked for.
 * @param options What else is known, and whom to tell.
 * @returns Tensors by official name; some may be missing. What the file holds beyond them and cannot
 * be ignored is under its own name.
 * @throws {TypeError} If several sets of weights fit, or none begins with the prefix asked for.
 * @example A network wrapped twice
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { officialState } from "glmc/model/state_dict.ts";
 * import { withHeads } from "glmc/model/heads.ts";
 * import { classicalResnet } from "glmc/model/resnet_classical.ts";
 *
 * const backbone = classicalResnet([0, 0, 0], { width: 1, channels: 3 });
 * const structure = withHeads(backbone, { classes: 2, heads: ["logits"] });
 * const shapes = { "fc.bias": [2] };
 * const bias = { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) };
 * const said: string[] = [];
 * const state = officialState({ "module._orig_mod.fc.bias": bias }, { shapes, structure }, {
 *   onNotice: (line) => said.push(line),
 * });
 *
 * assertEquals(state, { "fc.bias": bias });
 * assertEquals(said, ['The prefix "module._orig_mod." is taken off the names in the file']);
 * ```
 */
export function officialState(
  tensors: Readonly<Record<string, StoredTensor>>,
  { shapes, structure }: NamedShapes,
  options: StateDictOptions = {},
): Record<string, StoredTensor> {
  const { onNotice, aliases = {} } = options;
  const names = Object.keys(tensors).filter((name) =>
    !counter.test(name) && !ofTraining.test(name)
  );
  const dict: StateDict = {
    tensors: Object.fromEntries(names.map((name) => [name, tensors[name]!])),
    aliases,
  };
  const needed = Object.keys(shapes);
  const prefixes = prefixesIn(dict, needed);
  const layers = Object.values(structure.heads).flatMap(({ name, hidden }) => [
    `${name}.`,
    ...(hidden ? [`${hidden.name}.`, `${hidden.batchNorm}.`] : []),
  ]);
  const isOfHead = (name: string): boolean => layers.some((layer) => name.startsWith(layer));
  // PyTorch's own averaged model keeps the network under "module." and counts beside it.
  const isMean = (prefix: string): boolean =>
    averaged.test(prefix) || Object.hasOwn(tensors, prefix.replace(/module\.$/, "n_averaged"));
  const chosen = choosePrefixes({ dict, shapes, prefixes, isOfHead, isMean }, options);
  const used = new Set<string>();
  const notices = [...chosen.notices];
  const found: Record<string, StoredTensor> = {};
  for (const name of needed) {
    const source = findSource(dict, (isOfHead(name) ? chosen.heads : chosen.trunk) + name);
    if (source === undefined) continue;
    for (const part of source.parts) used.add(part);
    if (source.notice !== undefined) notices.push(source.notice);
    found[name] = tensorOf(source, dict);
  }
  for (const prefix of chosen.others) {
    needed.forEach((name) =>
      findSource(dict, prefix + name)?.parts.forEach((part) => used.add(part))
    );
  }
  const isAside = (name: string): boolean =>
    chosen.others.some((prefix) => prefix !== "" && name.startsWith(prefix)) ||
    (!name.startsWith(chosen.trunk) && tensors[name]!.shape.length === 0);
  const extra = names.filter((name) => !used.has(name) && !isAside(name));
  const trunk = new Set(needed.filter((name) => !isOfHead(name)).map((name) => name.split(".")[0]));
  // A layer that the network does not have: what the rest would answer without it means nothing.
  const isForeign = (name: string): boolean =>
    name.startsWith(chosen.trunk) && ofLayer.test(name) &&
    trunk.has(name.slice(chosen.trunk.length).split(".")[0]!);
  const foreign = onNotice === undefined ? extra : extra.filter(isForeign);
  const ignored = extra.filter((name) => !foreign.includes(name));
  if (ignored.length > 0) {
    const list = listed(ignored.map((name) => `${name} [${tensors[name]!.shape}]`));
    notices.push(`The network has no ${list}: ignored`);
  }
  if (onNotice !== undefined) notices.forEach((line) => onNotice(line));
  return { ...found, ...Object.fromEntries(foreign.map((name) => [name, tensors[name]!])) };
}

/**
 * The first few of a list, and how many more there are.
 *
 * @param names The list.
 * @returns A text.
 * @example Four names
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { listed } from "glmc/model/state_dict.ts";
 *
 * assertEquals(listed(["a", "b", "c", "d"]), "a, b, c and 1 more");
 * ```
 */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** What names can be prefixed with so that they are needed ones, those of most names first. */
function prefixesIn({ tensors, aliases }: StateDict, needed: readonly string[]): string[] {
  const wanted = new Set(needed);
  const counts = new Map<string, number>();
  for (const name of new Set([...Object.keys(tensors), ...Object.keys(aliases)].map(logicalName))) {
    for (let start = 0; start >= 0;) {
      if (wanted.has(name.slice(start))) {
        const prefix = name.slice(0, start);
        counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
      }
      const dot = name.indexOf(".", start);
      start = dot < 0 ? -1 : dot + 1;
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([prefix]) => prefix);
}

/** Where to look. */
interface Search {
  readonly dict: StateDict;
  readonly shapes: Shapes;
  readonly prefixes: readonly string[];
  readonly isOfHead: (name: string) => boolean;
  /** Whether the weights behind a prefix are means over a training. */
  readonly isMean: (prefix: string) => boolean;
}

/** What is taken off the names. */
interface ChosenPrefixes {
  /** Before the names of the convolutions and norms. */
  readonly trunk: string;
  /** Before the names of the heads. */
  readonly heads: string;
  /** Before the names of other sets of weights that the file holds. */
  readonly others: readonly string[];
  /** Lines for the user. */
  readonly notices: readonly string[];
}

/** Prefixes as a user writes them. */
function written(prefixes: readonly string[]): string {
  return prefixes.map((prefix) => prefix || "none").join(" or ") || "nothing";
}

function choosePrefixes(search: Search, { prefix }: StateDictOptions): ChosenPrefixes {
  const asked = prefix === "none" ? "" : prefix;
  const { shapes, isOfHead, isMean } = search;
  const needed = Object.keys(shapes);
  const begins = (prefix: string): boolean =>
    asked === undefined || prefix === asked || prefix.startsWith(`${asked.replace(/\.$/, "")}.`);
  const all = completePrefixes(search, needed);
  const fitting = all.filter(begins);
  if (asked !== undefined && fitting.length === 0) {
    throw new TypeError(
      `Cannot load the weights: no whole set of them begins with "${asked}": ` +
        `those that are there begin with ${written(all)}`,
    );
  }
  if (fitting.length > 0) {
    const prefix = fitting.length === 1 ? fitting[0]! : preferred(fitting, search);
    const others = all.filter((other) => other !== prefix);
    const isOneOfTwo = isMean(prefix) && others.length > 0 && asked === undefined;
    const notices = [
      ...(prefix === "" ? [] : [`The prefix "${prefix}" is taken off the names in the file`]),
      ...(isOneOfTwo
        ? [
          "The file holds averaged weights, which are taken, beside others, which " +
          `--prefix ${written(others)} takes`,
        ]
        : []),
    ];
    return { trunk: prefix, heads: prefix, others, notices };
  }
  const trunks = completePrefixes(search, needed.filter((name) => !isOfHead(name)));
  const heads = completePrefixes(search, needed.filter(isOfHead));
  const [trunk = ""] = trunks;
  const [head = ""] = heads;
  if (trunks.length !== 1 || heads.length !== 1) {
    const [best = ""] = search.prefixes;
    return { trunk: best, heads: best, others: [], notices: [] };
  }
  const notice = trunk === ""
    ? `The prefix "${head}" is taken off the names of the heads in the file`
    : `The prefix "${trunk}" is taken off the names in the file, ` +
      (head === "" ? "but for those of the heads" : `and "${head}" off those of the heads`);
  return { trunk, heads: head, others: [], notices: [notice] };
}

/** Prefixes under which all of these names are there. */
function completePrefixes({ dict, prefixes }: Search, names: readonly string[]): string[] {
  return prefixes.filter((prefix) =>
    names.every((name) => findSource(dict, prefix + name) !== undefined)
  );
}

/** The one of several sets of weights that is meant. */
function preferred(prefixes: readonly string[], { dict, shapes, isMean }: Search): string {
  const fitting = prefixes.filter((prefix) =>
    Object.entries(shapes).every(([name, shape]) =>
      `${findSource(dict, prefix + name)?.shape}` === `${officialShape(shape)}`
    )
  );
  // Where none fits, what is wrong with the shapes says more.
  const sound = fitting.length > 0 ? fitting : prefixes;
  const means = sound.filter(isMean);
  const [only] = sound.length === 1 ? sound : means;
  if (only !== undefined && (sound.length === 1 || means.length === 1)) return only;
  throw new TypeError(
    "Cannot load the weights: the file holds several sets of them: choose one with --prefix " +
      written(prefixes),
  );
}
