/**
 * The research kit for long-tailed visual recognition: GLMC on TensorFlow, from Deno.
 *
 * @module
 */
export * from "./augment/glmc_mixture.ts";
export * from "./augment/mix.ts";
export * from "./augment/normalise.ts";
export * from "./augment/pixel_bank.ts";
export * from "./loss/consistency.ts";
export * from "./loss/cross_entropy.ts";
export * from "./loss/cumulative.ts";
export * from "./loss/glmc_loss.ts";
export { type Engine, type EngineOptions } from "./tensor/engine.ts";
export * from "./tensor/gradients.ts";
export * from "./tensor/named_tensors.ts";
export * from "./tensor/start.ts";
export { type Tensor, tf } from "./tensor/tfjs.ts";
export { stopGradient, trainingBatchNorm } from "./tensor/training_kernels.ts";
export * from "./tensor/gather.ts";
