/**
 * Where published numbers come from.
 *
 * @module
 */

/** Where numbers were read, and what they are worth. */
export interface Source {
  /** Its name for tables. */
  readonly title: string;
  /** Where the numbers stand. */
  readonly place: string;
  /** Which numbers of a method that has several; null where there is one. */
  readonly generation: string | null;
  /** The network, where a row does not say another one. */
  readonly network: string;
  /** What to know of them; empty if nothing. */
  readonly note: string;
  /** Whether the numbers are quoted by others than those who measured them. */
  readonly isQuoted: boolean;
}

const wide = "ResNet-32, width 64";
const narrow = "ResNet-32, width 16";
const glmcReadme = "README of ynu-yangpeng/GLMC";

/** All sources, by the name that presets give. */
export const sources = {
  "glmc-g0": {
    title: "GLMC g0 (CVPR)",
    place: `${glmcReadme}, March to May 2023`,
    generation: "g0",
    network: wide,
    note: "its CIFAR-10 part was withdrawn by the authors: no target",
    isQuoted: false,
  },
  "glmc-g1": {
    title: "GLMC g1 (arXiv)",
    place: `${glmcReadme} from 2023-05-15`,
    generation: "g1",
    network: wide,
    note: "subset drawn with replacement",
    isQuoted: false,
  },
  "glmc-g2": {
    title: "GLMC g2",
    place: `${glmcReadme} from 2023-05-28`,
    generation: "g2",
    network: wide,
    note: "subset drawn without replacement; number of runs and choice of the epoch are not said",
    isQuoted: false,
  },
  "glmc-large": {
    title: "GLMC, large sets",
    place: glmcReadme,
    generation: null,
    network: "ResNeXt-50 32x4d",
    note: "two readers get 54.9 and 55.3 on ImageNet-LT by the same command (GLMC, issue 9)",
    isQuoted: false,
  },
  bagoftricks: {
    title: "BagofTricks-LT",
    place: "README and trick gallery of BagofTricks-LT",
    generation: null,
    network: narrow,
    note: "own code",
    isQuoted: false,
  },
  "bagoftricks-reference": {
    title: "BagofTricks-LT, reference",
    place: "README of BagofTricks-LT",
    generation: null,
    network: narrow,
    note: "quoted there",
    isQuoted: true,
  },
  "imbalanced-dl": {
    title: "imbalanced-DL",
    place: "example/README of imbalanced-DL",
    generation: null,
    network: narrow,
    note: "200 epochs on CIFAR-10, 300 on CIFAR-100",
    isQuoted: false,
  },
  "logit-adjustment": {
    title: "logit_adjustment",
    place: "README of google-research/logit_adjustment",
    generation: null,
    network: "ResNet of blocks 1x1-3x3-1x1",
    note: "1,241 epochs on CIFAR-10, 1,419 on CIFAR-100",
    isQuoted: false,
  },
  openlt: {
    title: "OpenLT",
    place: "README of OpenLT",
    generation: null,
    network: narrow,
    note: "Nesterov's momentum",
    isQuoted: false,
  },
  mislas: {
    title: "MiSLAS",
    place: "README of MiSLAS",
    generation: null,
    network: narrow,
    note: "first stage, 200 epochs of schedule C",
    isQuoted: false,
  },
  cmo: {
    title: "CMO",
    place: "naver-ai/cmo, issue 4",
    generation: null,
    network: narrow,
    note: "readers get 0.1 to 2.2 points less over three seeds",
    isQuoted: true,
  },
  "vs-note": {
    title: "VS loss",
    place: "a reading note of the VS paper",
    generation: null,
    network: narrow,
    note: "its cross-entropy has 71.94 and 38.82",
    isQuoted: true,
  },
  score: {
    title: "SCoRe",
    place: "README of SCoRe, which follows GLMC",
    generation: null,
    network: narrow,
    note: "quoted there; whose network is not said",
    isQuoted: true,
  },
} as const satisfies Readonly<Record<string, Source>>;

/** Name of a source. */
export type SourceName = keyof typeof sources;
