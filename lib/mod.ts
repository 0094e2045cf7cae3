/**
 * The research kit for long-tailed visual recognition: GLMC on TensorFlow, from Deno.
 *
 * @module
 */
export * from "./augment/glmc_mixture.ts";
export * from "./augment/mix.ts";
export * from "./augment/normalise.ts";
export * from "./augment/pixel_bank.ts";
export type { CifarFacts, CifarFiles } from "./data/cifar.ts";
export * from "./data/dataset.ts";
export type { DataProgress } from "./data/download.ts";
export * from "./data/image_set.ts";
export * from "./data/long_tail.ts";
export * from "./data/plan.ts";
export * from "./data/random.ts";
export * from "./data/safetensors.ts";
export * from "./data/sampler.ts";
export * from "./evaluate/calibration.ts";
export * from "./evaluate/metrics.ts";
export * from "./evaluate/shots.ts";
export * from "./experiment/config.ts";
export * from "./experiment/run.ts";
export * from "./experiment/run_folder.ts";
export * from "./loss/consistency.ts";
export * from "./loss/cross_entropy.ts";
export * from "./loss/cumulative.ts";
export * from "./loss/glmc_loss.ts";
export * from "./model/layer_table.ts";
export * from "./model/network.ts";
export type { Block, Convolution, Heads, Linear } from "./model/structure.ts";
export * from "./model/weights.ts";
export type { Device } from "./tensor/eager_runtime.ts";
export type { Engine, EngineOptions } from "./tensor/engine.ts";
export * from "./tensor/gather.ts";
export * from "./tensor/gradients.ts";
export * from "./tensor/named_tensors.ts";
export * from "./tensor/start.ts";
export { type Tensor, tensorflow as tf } from "./tensor/tfjs.ts";
export { stopGradient, trainingBatchNorm } from "./tensor/training_kernels.ts";
export type { BatchNormInputs, BatchNormOptions } from "./tensor/training_kernels.ts";
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
