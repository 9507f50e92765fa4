/** A client of rushesd: typed calls for the whole API, and helpers for what is asked most. */

export { getAllBestFromAssets, getAssetUrl, getAssetUrls, getBestAsset } from "./assets.js";
export type { AnswerOf, CallOptions, Method, OperationOf, OptionsOf, PathOf } from "./call.js";
export { Rushes, type ClientOptions, type Wanted } from "./client.js";
export { ConflictError, ConnectionError, ProblemError, RushesError, type Code } from "./problem.js";
export type * from "./schema.js";
export type { AnyScope, Part, Scope } from "./scope.js";
export type { Connection } from "./transport.js";
export type { UploadFields } from "./upload.js";
