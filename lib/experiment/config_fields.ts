/**
 * Everything that can be told to a run, whatever its method, beside its data (`data_fields.ts`): one list
 * gives types, defaults, rules, flags, help texts and the reading of stored configurations.
 *
 * A method brings its own settings in the same form; see `lib/method/method.ts`.
 *
 * @module
 */

import { type Decay, decays } from "../train/schedule.ts";
import { type Architecture, architectures } from "../model/network.ts";
import {
  choiceField,
  type FieldsOf,
  numberField,
  optionalPathField,
  optionalTextField,
  switchField,
} from "../settings/field.ts";
import { sha256Text } from "./data_fields.ts";

export { methodFields, partFields } from "./method_fields.ts";

/**
 * Precision of a training. Weights, statistics and losses are float32 in each: `bfloat16` has 8 bits of
 * mantissa in convolutions and what lies between them, `tf32` shortens the factors inside a GPU's
 * convolutions to 11 bits.
 */
export type Precision = "float32" | "bfloat16" | "tf32";

/** Settings of the network, complete. */
export interface NetworkConfig {
  /** Network. */
  readonly architecture: Architecture;
  /** Channels of its first stage. */
  readonly width: number;
  /** Precision of the training's convolutions. */
  readonly precision: Precision;
  /** Whether the batch norm of several devices takes the statistics of the whole batch. */
  readonly syncBatchNorm: boolean;
  /** File of weights to begin from, absolute, or null where all are drawn. */
  readonly pretrained: string | null;
  /** SHA-256 of its tensors; a run that begins writes it down. */
  readonly pretrainedHash: string | null;
}

/** Settings of the network. */
export const networkFields: FieldsOf<NetworkConfig> = {
  architecture: choiceField(architectures, {
    default: "resnet32",
    flags: ["a", "arch"],
    help: "network",
  }),
  width: numberField({
    default: 16,
    whole: true,
    least: 1,
    most: 4096,
    unit: "channels",
    flags: ["width"],
    help: "channels of the first stage; --arch without --width takes 64, the official width " +
      "(resnet9: 32)",
  }),
  precision: choiceField(["float32", "bfloat16", "tf32"], {
    default: "float32",
    flags: ["precision"],
    help: "of the convolutions in training; bfloat16 is faster on some processors only",
    earlier: "float32",
  }),
  syncBatchNorm: switchField({
    flags: ["sync_batch_norm"],
    help: "with several devices: batch norm by the whole batch instead of each device's part",
    earlier: false,
    since: 5,
  }),
  pretrained: optionalPathField({
    flags: ["pretrained"],
    help: "weights to begin from, such as torchvision's of ImageNet: .safetensors or .pth; heads " +
      "that do not fit are drawn",
    defaultText: "all are drawn",
    earlier: null,
    since: 6,
  }),
  pretrainedHash: optionalTextField({
    ...sha256Text,
    flags: ["pretrained_hash"],
    help: "SHA-256 that its tensors must have",
    defaultText: "not checked",
    earlier: null,
    since: 6,
  }),
};

/** Settings of one stage of a training, complete, beside its method and the method's own. */
export interface StageSettings {
  /** Epochs. */
  readonly epochs: number;
  /** First epoch; 0 in every stage but the first. */
  readonly startEpoch: number;
  /** Examples of a step, in the unit of the method: images, or pairs of images. */
  readonly batchSize: number;
  /** Parts of a batch, whose gradients are averaged before a step. */
  readonly accumulate: number;
  /** Learning rate at the start. */
  readonly learningRate: number;
  /** How the learning rate falls. */
  readonly decay: Decay;
  /** Whether the ten-epoch warm-up of the large sets applies. */
  readonly warmUp: boolean;
  /** Momentum. */
  readonly momentum: number;
  /** Weight decay. */
  readonly weightDecay: number;
  /** Whether steps look ahead along the velocity. */
  readonly nesterov: boolean;
  /** Radius of sharpness-aware minimisation. */
  readonly samRadius: number;
  /** Share that moving averages of the weights keep at each step. */
  readonly averageDecay: number;
  /** Epochs from one evaluation to the next. */
  readonly evaluateEvery: number;
}

/** Settings of one stage of a training, beside its method and the method's own. */
export const stageFields: FieldsOf<StageSettings> = {
  epochs: numberField({
    default: 2,
    whole: true,
    least: 1,
    most: 1_000_000,
    unit: "epochs",
    flags: ["epochs"],
    help: "length of the training",
  }),
  startEpoch: numberField({
    default: 0,
    whole: true,
    flags: ["start-epoch"],
    help: "epoch to start at, counted from 0",
  }),
  batchSize: numberField({
    default: 64,
    whole: true,
    least: 2,
    most: 1_000_000,
    unit: "examples",
    flags: ["b", "batch_size"],
    help: "examples of a step; pairs of images for methods that mix",
  }),
  accumulate: numberField({
    default: 1,
    whole: true,
    least: 1,
    most: 500_000,
    flags: ["accumulate"],
    unit: "parts",
    help:
      "parts of a batch whose gradients are averaged, where a whole one does not fit; batch norm then " +
      "sees each part by itself",
    earlier: 1,
    since: 5,
  }),
  learningRate: numberField({
    default: 0.01,
    most: 1000,
    flags: ["lr", "learning_rate"],
    help: "learning rate at the start",
  }),
  decay: choiceField(decays, {
    default: "cosine",
    flags: ["lr_decay"],
    help:
      "cosine, or 1/100 and 1/10000 of the rate from these epochs of 200 on, after 5 of warm-up; " +
      "in proportion for other lengths",
    earlier: "cosine",
    since: 3,
  }),
  warmUp: switchField({
    flags: ["warm_up"],
    help: "the cosine by the official rule of the large sets, with ten epochs of warm-up",
  }),
  momentum: numberField({
    default: 0.9,
    below: 1,
    flags: ["momentum"],
    help: "momentum of the descent",
  }),
  weightDecay: numberField({
    default: 5e-3,
    most: 1000,
    flags: ["wd", "weight_decay"],
    help: "weight decay (L2)",
  }),
  nesterov: switchField({
    flags: ["nesterov"],
    help: "Nesterov's momentum",
    earlier: false,
    since: 3,
  }),
  samRadius: numberField({
    default: 0,
    most: 100,
    flags: ["sam_rho", "rho"],
    help: "radius of sharpness-aware minimisation (SAM), such as 0.05; 0 is plain descent",
    earlier: 0,
    since: 3,
  }),
  averageDecay: numberField({
    default: 0,
    below: 1,
    flags: ["ema_decay"],
    help:
      "share that moving averages of the weights keep at a step, such as 0.999; they are tested " +
      "beside the weights; 0 has none",
    earlier: 0,
    since: 3,
  }),
  evaluateEvery: numberField({
    default: 1,
    whole: true,
    least: 1,
    most: 1_000_000,
    unit: "epochs",
    flags: ["evaluate_every"],
    help: "epochs from one evaluation to the next; the last epoch is always evaluated",
    earlier: 1,
    since: 7,
  }),
};

/** The seed of everything but the subset. */
export const seedFields = {
  /** Seed of everything but the subset. */
  seed: numberField({
    default: 42,
    whole: true,
    flags: ["seed"],
    help: "seed of everything but the subset",
  }),
};

/** What a stage begins with: no flag sets it, it follows from the kind of the stage and from the command. */
export const hookFields = {
  startsFrom: choiceField(["last", "best"], {
    default: "last",
    flags: [],
    help: "",
    earlier: "last",
    since: 8,
  }),
  freshClassifier: switchField({ flags: [], help: "", earlier: false, since: 3 }),
};
