/**
 * The golden values: numbers of the official implementation on fixed inputs (tests/golden/README.md).
 *
 * @module
 */
import { readSafetensors, type SafeTensor } from "glmc/disk/safetensors.ts";

/** Reads the tensors of a case, such as `mix`, by name. */
export function golden(caseName: string): Readonly<Record<string, SafeTensor>> {
  return readSafetensors(Deno.readFileSync(locate(`${caseName}.safetensors`))).tensors;
}

/** Reads the settings and small tables of all cases. */
export function goldenIndex(): GoldenIndex {
  return JSON.parse(Deno.readTextFileSync(locate("index.json")));
}

/** Settings and small tables of all cases; the names are those of `index.json`. */
export interface GoldenIndex {
  /** Settings of each case. */
  readonly cases: {
    readonly mix: {
      readonly lam: number;
      readonly centre: readonly [row: number, column: number];
      readonly mean: readonly [number, number, number];
      readonly std: readonly [number, number, number];
    };
    readonly loss_c10: { readonly alpha: number; readonly gamma: number };
    readonly loss_c100: { readonly alpha: number; readonly gamma: number };
    readonly train12: {
      readonly batch: number;
      readonly steps: number;
      readonly gamma: number;
      readonly momentum: number;
      readonly weight_decay: number;
    };
    readonly [net: `net_${string}`]: {
      readonly parameters: number;
      readonly names: readonly string[];
    };
  };
  /** Images per class, by `data set/imbalance rate`. */
  readonly class_counts: Readonly<Record<string, readonly number[]>>;
  /** Weight of each class, by `data set/imbalance rate/k=exponent`. */
  readonly class_weights: Readonly<Record<string, readonly number[]>>;
  /** Boxes of the official CutMix rule. */
  readonly cutmix_boxes: readonly {
    readonly size: number;
    readonly lam: number;
    readonly centre: readonly [row: number, column: number];
    readonly box: readonly [top: number, left: number, bottom: number, right: number];
  }[];
  /** Value of each epoch. */
  readonly schedules: Readonly<
    Record<"cosine_200" | "large_135" | "large_120" | "alpha_200", readonly number[]>
  >;
  /** Figures of the `evaluation` case, in per cent except the last two. */
  readonly evaluation: {
    readonly top1: number;
    readonly top5: number;
    readonly many: number;
    readonly medium: number;
    readonly few: number;
    readonly class_accuracy: readonly number[];
    readonly ece15: number;
  };
}

/** Reads the settings and tables of the experiments beyond GLMC. */
export function goldenExperiments(): GoldenExperiments {
  return JSON.parse(Deno.readTextFileSync(locate("experiments.json")));
}

/** Settings and tables of the experiments beyond GLMC; the names are those of `experiments.json`. */
export interface GoldenExperiments {
  /** Rows that the field's public code draws. */
  readonly subsets: readonly {
    readonly labels: "cifar10" | "cifar100_stand_in";
    readonly rate: number;
    readonly seed: number;
    readonly replace: boolean;
    readonly first: readonly number[];
    readonly last: readonly number[];
    readonly sha256_int32_le: string;
  }[];
  /** Settings of the cases, by name. */
  readonly cases: {
    readonly large_augment: {
      readonly boxes: readonly (readonly [number, number, number, number])[];
      readonly factors: Readonly<Record<"brightness" | "contrast" | "saturation", number>>;
    };
  };
  /** Small draws of NumPy's legacy generator. */
  readonly legacy_draws: readonly {
    readonly seed: number;
    readonly permutation_10: readonly number[];
    readonly choice_10_of_7_with_replacement: readonly number[];
  }[];
}

function locate(file: string): string | URL {
  const folder = Deno.env.get("GLMC_GOLDEN");
  return folder ? `${folder}/${file}` : new URL(`golden/${file}`, import.meta.url);
}
