/**
 * The research kit for long-tailed visual recognition: GLMC on TensorFlow, from Deno.
 *
 * @module
 */
export * from "./method/glmc/mixture.ts";
export * from "./images/mix.ts";
export * from "./images/normalise.ts";
export * from "./images/pixel_bank.ts";
export type { CifarFacts, CifarFiles } from "./data/cifar.ts";
export * from "./data/dataset.ts";
export type { DataProgress } from "./data/download.ts";
export * from "./data/image_set.ts";
export * from "./data/long_tail.ts";
export * from "./data/plan.ts";
export * from "./data/random.ts";
export * from "./disk/safetensors.ts";
export * from "./data/sampler.ts";
export * from "./evaluate/calibration.ts";
export * from "./evaluate/metrics.ts";
export * from "./evaluate/shots.ts";
export * from "./experiment/config.ts";
export * from "./experiment/read_run.ts";
export * from "./experiment/run.ts";
export * from "./experiment/run_folder.ts";
export * from "./loss/consistency.ts";
export * from "./loss/cross_entropy.ts";
export * from "./method/glmc/cumulative.ts";
export * from "./method/glmc/loss.ts";
export type { ArchitectureEntry } from "./model/architectures.ts";
export * from "./model/layer_table.ts";
export * from "./model/network.ts";
export type {
  Backbone,
  BackboneOptions,
  Block,
  Convolution,
  Heads,
  Linear,
} from "./model/structure.ts";
export * from "./model/weights.ts";
export * from "./notebook/kernel.ts";
export * from "./notebook/mode.ts";
export * from "./notebook/progress.ts";
export * from "./notebook/show.ts";
export * from "./notebook/watch.ts";
export * from "./plot/bar.ts";
export * from "./plot/evaluation_charts.ts";
export * from "./plot/figure.ts";
export * from "./plot/heatmap.ts";
export * from "./plot/image_grid.ts";
export * from "./plot/line.ts";
export * from "./plot/long_tail_charts.ts";
export * from "./plot/page.ts";
export * from "./plot/panels.ts";
export * from "./plot/picture.ts";
export * from "./plot/table.ts";
export * from "./plot/theme.ts";
export * from "./plot/training_charts.ts";
export { trainingBatchNorm } from "./ops/batch_norm.ts";
export type { BatchNormInputs, BatchNormOptions } from "./ops/batch_norm.ts";
export type { Device } from "./tensor/eager_runtime.ts";
export type { Engine, EngineOptions, ExecutionMode } from "./tensor/engine.ts";
export * from "./ops/gather.ts";
export * from "./tensor/gradients.ts";
export * from "./tensor/named_tensors.ts";
export { type ComputeType, type Conversion, convert } from "./ops/precision.ts";
export { crop, everySecondPixel, pad, type Paddings } from "./ops/spatial_kernels.ts";
export * from "./tensor/start.ts";
export { type Tensor, tensorflow as tf } from "./tensor/tfjs.ts";
export * from "./train/checkpoint.ts";
export * from "./train/estimate.ts";
export * from "./train/events.ts";
export * from "./train/loop.ts";
export * from "./train/plan_tensors.ts";
export * from "./train/predict.ts";
export * from "./train/schedule.ts";
export * from "./train/sgd.ts";
export * from "./train/step.ts";
export * from "./train/training.ts";
