/**
 * Multi-exit models: a small zoo, data sets, joint training, and measured profiles. The only folder that knows TensorFlow.js, none of whose
 * types appear here.
 */

export {
  classesOf,
  type Dataset,
  type DatasetName,
  datasetNames,
  findDataset,
  loadDataset,
  type Normalisation,
  type Rows,
} from "./data/dataset.ts";
export { type Found, getDataset, type Remote } from "./data/get.ts";
export { compareProfiles, describeProfile } from "./describe-profile.ts";
export { type EngineName, type EngineState, engineNames, engineStates, preferredEngine } from "./engine.ts";
export { InterruptedError, UserError } from "./errors.ts";
export type { ExitPlacement } from "./exit-placement.ts";
export { prepareFolder } from "./files.ts";
export type { HeadName } from "./heads.ts";
export { describeImport, type ImportOptions, importProfile, saveImported } from "./import-profile.ts";
export type { Cut } from "./imported/cut.ts";
export { fitDataset } from "./imported/fit-dataset.ts";
export { type ImportModelOptions, importModel, listCuts, type Scale } from "./imported/import-model.ts";
export { isModelPath } from "./imported/model-source.ts";
export { type ImportedModel, loadModel, type Model, saveModel } from "./model-folder.ts";
export { type Block, isImported, type Layer, type NetworkSpec, newHeads } from "./network-spec.ts";
export type { Weights } from "./parameters.ts";
export { type ProfileOptions, profileModel } from "./profile-model.ts";
export type { ExitQuality } from "./quality.ts";
export { type MeasureOptions, measureTimings } from "./remeasure.ts";
export { profileText, saveProfile } from "./save-profile.ts";
export { type SegmentCost, segmentCosts } from "./segment-costs.ts";
export { findModel, modelFolder, shippedModels } from "./shipped.ts";
export { type TrainingProgress, type TrainOptions, type TrainResult, train } from "./train.ts";
export { type TrainingMethod, trainingMethods } from "./training-methods.ts";
export { type BuildOptions, modelName, rampWeights, type TrainingPlan, type ZooEntry, zoo } from "./zoo.ts";
