/**
 * The research kit for long-tailed visual recognition: GLMC and its rivals on TensorFlow, from Deno.
 *
 * This is the public face: what a researcher needs by name, room by room in the order of the way data
 * flows. Everything else can be imported by its path, such as `glmc/tensor/compile.ts`.
 *
 * @module
 */

// The engine
export { startEngine } from "./tensor/start.ts";
export type { CompiledFunction } from "./tensor/compile.ts";
export type { Engine, ExecutionMode } from "./tensor/engine.ts";
export type { EngineOptions } from "./tensor/engine_options.ts";
export { stopGradient, withGradients } from "./tensor/gradients.ts";
export { disposeTensors, mapTensors, type NamedTensors } from "./tensor/named_tensors.ts";
export { type Tensor, tensorflow as tf } from "./tensor/tfjs.ts";

// What networks are made of
export { trainingBatchNorm } from "./ops/batch_norm.ts";
export { deviceTensors } from "./ops/host_arrays.ts";
export { type ComputeType, convert } from "./ops/precision.ts";
export { type JpegPixels, writeJpegFile } from "./ops/image_encoder.ts";
export { crop, everySecondPixel, pad, type SubsamplingOptions } from "./ops/spatial_kernels.ts";

// Settings as data
export {
  choiceField,
  defaultsOf,
  type Field,
  type Fields,
  type FieldsOf,
  numberField,
  optionalNumberField,
  optionalPathField,
  optionalTextField,
  type SettingsOf,
  switchField,
  textField,
} from "./settings/field.ts";

// Data: sets, long tails, samplers, random streams, plans
export { loadDataset, type LoadDatasetOptions } from "./data/dataset.ts";
export { type DatasetName, datasets } from "./data/datasets.ts";
export { channelStatistics } from "./data/channel_statistics.ts";
export { checkImageSet, type Dataset, type ImageSet, takeImages } from "./data/image_set.ts";
export {
  classCounts,
  type ClassCountsOptions,
  classWeights,
  drawSplit,
  type DrawSplitOptions,
  type Profile,
  type Split,
  type SplitGenerator,
} from "./data/long_tail.ts";
export {
  type HostArray,
  hostScalar,
  type NamedArrays,
  scalarOf,
  type StepPlan,
  stepRanges,
} from "./data/plan.ts";
export {
  type FileDataset,
  type FileSet,
  openFileDataset,
  type OpenFileDatasetOptions,
} from "./data/file_dataset.ts";
export { type FileDatasetName, fileDatasets } from "./data/file_datasets.ts";
export { type ImageList, imageListOf, parseImageList, readImageList } from "./data/image_list.ts";
export { type LargeSet, largeSets } from "./data/large_sets.ts";
export { examineList, type ListReport } from "./data/list_report.ts";
export { type RandomStream, randomStream } from "./data/random.ts";
export { resampledRows, samplerMass, shuffledRows } from "./data/sampler.ts";
export { readRows, splitOfRows, type SplitOfRowsOptions, writeRows } from "./data/split_file.ts";
export { type HeldOut, holdOut, type HoldOutOptions } from "./data/validation.ts";
export { readSafetensors, type SafeTensor, writeSafetensors } from "./disk/safetensors.ts";
export { readTensorFile, type TensorFile } from "./disk/tensor_file.ts";

// Images: sources, augmentation, mixtures
export { augmentViews } from "./images/augment/augment.ts";
export { augmentArrays, type AugmentPlan, drawAugmentation } from "./images/augment/draw.ts";
export { frameMiddle, frameWindow } from "./images/augment/frame.ts";
export { type AugmentRecipe, imageNetRecipe, iNaturalistRecipe } from "./images/augment/recipe.ts";
export { plannedWindow, type Window } from "./images/augment/window.ts";
export { checkImages, type ImagesReport } from "./images/check_images.ts";
export { type AnyDataset, type DatasetImages, datasetImages } from "./images/dataset_images.ts";
export { fileRecipe } from "./images/file_recipe.ts";
export { drawCrops } from "./images/crops.ts";
export { cutBox, type CutBoxOptions } from "./images/cut_box.ts";
export { type DecodedImage, decodeImage } from "./images/decode/decode.ts";
export { squareImage } from "./images/decode/resize.ts";
export { fileSource, type FileSourceOptions } from "./images/file_source.ts";
export {
  type ImageFolder,
  type ImageFolderOptions,
  readImageFolder,
} from "./images/image_folder.ts";
export { memorySource, type MemorySourceOptions } from "./images/memory_source.ts";
export { cutMix, keptShare, mixUp, type RebalanceTarget, weightLabels } from "./images/mix.ts";
export { type ChannelStatistics, normalise } from "./images/normalise.ts";
export type { PictureFault, PictureFiles } from "./data/picture_files.ts";
export { pictureSource, type PictureSourceOptions } from "./images/picture_source.ts";
export { createPixelBank, cropViews, type PixelBank } from "./images/pixel_bank.ts";
export type { ImageSource } from "./images/source.ts";

// Networks
export { limitNorms, normLimit, tauNormalise } from "./model/classifier_norm.ts";
export { layerTable, parameterCount } from "./model/layer_table.ts";
export {
  type Architecture,
  architectures,
  createNetwork,
  type HeadName,
  type Network,
  type NetworkOptions,
  type NetworkOutputs,
  type OfficialHead,
  type Variables,
} from "./model/network.ts";
export { pretrainedVariables } from "./model/pretrained.ts";
export { exportWeights, importWeights } from "./model/weights.ts";

// Losses
export { consistencyLoss, cosineSimilarity, type HeadOutputs } from "./loss/consistency.ts";
export { balancedSoftmaxLoss, logCounts } from "./loss/balanced_softmax.ts";
export { binaryClassBalancedLoss } from "./loss/binary_class_balanced.ts";
export {
  classBalancedByBatch,
  classBalancedByWeights,
  effectiveNumberWeights,
} from "./loss/class_balanced.ts";
export { classTemperatures, logPriors } from "./loss/class_counts.ts";
export { crossEntropy } from "./loss/cross_entropy.ts";
export { focalLoss } from "./loss/focal.ts";
export { ldamLoss, ldamMargins } from "./loss/ldam.ts";
export { defineLoss, type Loss, type LossInputs } from "./loss/loss.ts";
export { losses } from "./loss/losses.ts";
export { pairLoss } from "./loss/mixed_labels.ts";
export { cdtLoss, logitAdjustedLoss, vsLoss } from "./loss/vector_scaling.ts";
export { weightedCrossEntropy } from "./loss/weighted_cross_entropy.ts";

// Methods
export { chooseMethod, type MethodChoice } from "./method/choose.ts";
export { type Combination, combine } from "./method/combination.ts";
export {
  type CumulativeLaw,
  cumulativeLaws,
  type CumulativeOptions,
  cumulativeWeight,
} from "./method/glmc/cumulative.ts";
export { glmc, type GlmcOptions, glmcWith } from "./method/glmc/glmc.ts";
export { glmcLoss, type LossTerms, type ViewOutputs } from "./method/glmc/loss.ts";
export { glmcMixture, type MixedView } from "./method/glmc/mixture.ts";
export {
  defineMethod,
  type LossContext,
  type Method,
  type PlanContext,
  type PlannedDraws,
} from "./method/method.ts";
export { crossEntropyMethod, methods, views } from "./method/methods.ts";
export { perClass } from "./method/per_class.ts";
export {
  defineViews,
  type ViewedBatch,
  type ViewedLabels,
  type Views,
  type ViewsContext,
} from "./method/views/views.ts";

// Training
export { decodeCheckpoint, encodeCheckpoint } from "./train/checkpoint.ts";
export { estimateEpochSeconds } from "./train/estimate.ts";
export {
  DivergedError,
  type EpochRecord,
  type LossMeans,
  type Progress,
  type TrainEvent,
} from "./train/events.ts";
export { initialProgress, trainEpochs } from "./train/loop.ts";
export { epochNumbers, stepInputs } from "./train/step_inputs.ts";
export { planEpoch, type PlanEpochOptions } from "./train/plan_epoch.ts";
export { createPredictor, type Predictor, type PredictSettings } from "./train/predict.ts";
export { ascend } from "./train/sam.ts";
export { type Decay, decays, learningRateAt } from "./train/schedule.ts";
export { sgdStep } from "./train/sgd.ts";
export { type Stage, totalEpochs } from "./train/stage.ts";
export { createTrainStep, type TrainState } from "./train/step.ts";
export {
  createTraining,
  initialState,
  type Training,
  type TrainingOptions,
  type TrainingParts,
} from "./train/training.ts";

// Evaluation
export { balancedAccuracy } from "./evaluate/balanced.ts";
export { calibration } from "./evaluate/calibration.ts";
export { createEvaluator, type Measure } from "./evaluate/evaluator.ts";
export { evaluateLogits, type Evaluation } from "./evaluate/metrics.ts";
export { labelShifted, postHocAdjusted, type PriorShift } from "./evaluate/prior_shift.ts";
export { shotGroup } from "./evaluate/shots.ts";
export {
  accuracyUnder,
  parseTestPrior,
  type TestPrior,
  testShares,
} from "./evaluate/test_prior.ts";

// Runs
export { configure, defaultConfig } from "./experiment/config.ts";
export { settingsOf } from "./experiment/config.ts";
export type { RunConfig, Settings, StageConfig } from "./experiment/config.ts";
export { configuredStages, createConfiguredNetwork } from "./experiment/configured.ts";
export { beginRun, type BeginRunOptions, type Run } from "./experiment/run.ts";
export { openRunStore, type RunStore, type RunSummary } from "./experiment/run_store.ts";
export type { RecordedRun } from "./experiment/read_run.ts";
export { bestRecord } from "./experiment/best_record.ts";
export { type SecondStage, secondStages } from "./experiment/second_stage.ts";

// Results of many runs
export { type PlannedRun, planStudy, type Study, type Variant } from "./study/study.ts";
export { type Ablation, ablations, ablationStudy } from "./study/ablations.ts";
export type { Comparison } from "./study/compare.ts";
export { knownResults } from "./study/read_results.ts";
export type { RunResult } from "./study/result.ts";
export { results, type ResultsOptions } from "./study/results.ts";
export {
  findPreset,
  type Preset,
  presets,
  type Reading,
  resolvePreset,
  settingsOver,
} from "./study/presets.ts";
export { type Published, publishedFor } from "./study/published.ts";
export {
  largeRows,
  type Reproduced,
  reproduced,
  reproducibleRows,
  type Reproduction,
  reproductionOf,
  type Verdict,
  verdictOn,
} from "./study/reproduction.ts";
export { reproductionTable } from "./study/reproduction_table.ts";

// Figures and tables
export { againstPublishedFigure, type PublishedBar } from "./plot/results_charts.ts";
export { barFigure, type BarFigureOptions, type BarSeries } from "./plot/bar.ts";
export { confusionFigure, reliabilityFigure } from "./plot/evaluation_charts.ts";
export type { Figure, FigureOptions } from "./plot/figure.ts";
export { heatmapFigure, type HeatmapFigureOptions } from "./plot/heatmap.ts";
export { imageGridFigure, type ImageGridOptions } from "./plot/image_grid.ts";
export { lineFigure, type LineFigureOptions, scatterFigure } from "./plot/line.ts";
export {
  classAccuracyFigure,
  classCountsFigure,
  samplerMassFigure,
} from "./plot/long_tail_charts.ts";
export { htmlPage } from "./plot/page.ts";
export { panelFigure } from "./plot/panels.ts";
export { figurePicture } from "./plot/picture.ts";
export { type Table, table, tableText } from "./plot/table.ts";
export { seriesColors, shotColors } from "./plot/theme.ts";
export { comparedRunsFigure, trainingCurvesFigure } from "./plot/training_charts.ts";

// Notebooks
export { inNotebook } from "./notebook/kernel.ts";
export { byMode, type NotebookMode, notebookMode } from "./notebook/mode.ts";
export { reportTo, startProgress } from "./notebook/progress.ts";
export { show } from "./notebook/show.ts";
export { watchTraining } from "./notebook/watch.ts";
