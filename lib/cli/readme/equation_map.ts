/**
 * Where each equation of GLMC stands: in which file, by which test it is held, in which notebook it is shown.
 *
 * @module
 */

import { type Table, table } from "../../plot/table.ts";

/** An equation, and its places. */
export interface EquationPlaces {
  /** What it is. */
  readonly what: string;
  /** The equation, in Markdown with TeX. */
  readonly equation: string;
  /** File of the function, below the project. */
  readonly file: string;
  /** The function that computes it. */
  readonly function: string;
  /** A test of it, below `tests`. */
  readonly test: string;
  /** Number of a notebook that shows it. */
  readonly notebook: string;
}

/** The equations of the method in the order of the data, as the official code has them. */
export const equationMap: readonly EquationPlaces[] = [
  {
    what: "class counts of the subset",
    equation: String.raw`$n_c = \lfloor n_0 \rho^{c / (C-1)} \rfloor$`,
    file: "lib/data/long_tail.ts",
    function: "classCounts",
    test: "data/long_tail_test.ts",
    notebook: "01",
  },
  {
    what: "second sampler",
    equation: String.raw`$P_c \propto n_c^{1-q}$`,
    file: "lib/data/sampler.ts",
    function: "samplerMass",
    test: "data/sampler_test.ts",
    notebook: "01",
  },
  {
    what: "global view (MixUp)",
    equation: String.raw`$x_g = \lambda x_i + (1-\lambda) x_j$`,
    file: "lib/method/glmc/mixture.ts",
    function: "glmcMixture",
    test: "images/augment_test.ts",
    notebook: "02",
  },
  {
    what: "box of the local view",
    equation: String.raw`sides $\lceil W \sqrt{1-\lambda} \rceil$, clipped`,
    file: "lib/images/cut_box.ts",
    function: "cutBox",
    test: "images/cut_box_test.ts",
    notebook: "02",
  },
  {
    what: "local view (CutMix)",
    equation: String.raw`$x_l = M \odot x_i + (1-M) \odot x_j$`,
    file: "lib/images/mix.ts",
    function: "cutMix",
    test: "images/augment_test.ts",
    notebook: "02",
  },
  {
    what: "consistency",
    equation: String.raw`$L_{sim} = -\cos(u_g, \bar h_l) - \cos(u_l, \bar h_g)$`,
    file: "lib/loss/consistency.ts",
    function: "consistencyLoss",
    test: "loss/loss_test.ts",
    notebook: "03",
  },
  {
    what: "class weights",
    equation: String.raw`$w_c = C n_c^{-k} / \sum_{c'} n_{c'}^{-k}$`,
    file: "lib/data/long_tail.ts",
    function: "classWeights",
    test: "data/long_tail_test.ts",
    notebook: "03",
  },
  {
    what: "weighted labels",
    equation: String.raw`$\lambda w_i p_i + (1-\lambda) w_j p_j$`,
    file: "lib/method/glmc/mixture.ts",
    function: "glmcMixture",
    test: "images/augment_test.ts",
    notebook: "03",
  },
  {
    what: "cumulative weight",
    equation: String.raw`$\alpha = 1 - (t/T)^2$`,
    file: "lib/method/glmc/cumulative.ts",
    function: "cumulativeWeight",
    test: "loss/loss_test.ts",
    notebook: "03",
  },
  {
    what: "total loss",
    equation: String.raw`$L = \alpha L_c + (1-\alpha) L_{cb} + \gamma L_{sim}$`,
    file: "lib/method/glmc/loss.ts",
    function: "glmcLoss",
    test: "loss/loss_test.ts",
    notebook: "03",
  },
  {
    what: "learning rate",
    equation: String.raw`$\eta_t = \eta_0 (1 + \cos(\pi t/T)) / 2$`,
    file: "lib/train/schedule.ts",
    function: "learningRateAt",
    test: "train/schedule_test.ts",
    notebook: "05",
  },
  {
    what: "MaxNorm (second stage)",
    equation: String.raw`$\lVert \theta_c \rVert \le \delta$`,
    file: "lib/model/classifier_norm.ts",
    function: "limitNorms",
    test: "model/classifier_norm_test.ts",
    notebook: "10",
  },
];

/**
 * The map as a table with links.
 *
 * @param notebooks Names of the notebooks' files.
 * @returns The table.
 * @throws {RangeError} If there is no notebook of a number.
 * @example The last step of the data
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { equationMap, equationTable } from "glmc/cli/readme/equation_map.ts";
 *
 * const names = equationMap.map(({ notebook }) => `${notebook}_name.ipynb`);
 *
 * assertStringIncludes(equationTable(names).rows[0]!.join(), "(lib/data/long_tail.ts)");
 * ```
 */
export function equationTable(notebooks: readonly string[]): Table {
  const rows = equationMap.map(({ what, equation, file, test, notebook, ...at }) => {
    const name = notebooks.find((name) => name.startsWith(`${notebook}_`));
    if (name === undefined) {
      throw new RangeError(
        `Cannot point to notebook ${notebook} for ${what}: there is none: correct lib/cli/readme/equation_map.ts`,
      );
    }
    return [
      what,
      equation,
      `[\`${at.function}\`](${file})`,
      `[${test}](tests/${test})`,
      `[${notebook}](notebooks/${name})`,
    ];
  });
  return table(["what", "equation", "function", "test", "notebook"], rows);
}
