/** Who may import whom: the table of docs/architecture.md as data. What is not listed here does not pass. */
export interface Layer {
  /** Paths that begin so belong to the layer. The longest match wins. */
  path: string;
  /** Layers of ours whose values and types may be imported. */
  imports: readonly string[];
  /** Layers of which only types may be imported. */
  types?: readonly string[];
  /** Packages, by name or by `scope/`; modules of Node by `node:` name. `*` = any. */
  packages: readonly string[];
}

const PURE_NODE = ["node:crypto", "node:util", "node:buffer"];
const NODE = ["node:"];

export const LAYERS: Readonly<Record<string, Layer>> = {
  model: { path: "src/model/", imports: [], packages: ["zod", ...PURE_NODE] },
  plan: { path: "src/plan/", imports: ["model"], packages: [...PURE_NODE] },
  "state-machines": { path: "state-machines/", imports: ["model"], types: ["plan"], packages: ["xstate"] },
  aws: { path: "src/aws/", imports: ["model"], packages: ["@aws-sdk/", "@smithy/", ...NODE] },
  store: { path: "src/store/", imports: ["model"], packages: ["@aws-sdk/", "@smithy/", ...NODE] },
  queue: { path: "src/queue/", imports: ["model"], packages: ["@aws-sdk/", "@smithy/", ...NODE] },
  reconcilers: {
    path: "src/reconcilers/",
    imports: ["model", "plan", "state-machines", "aws", "store"],
    packages: ["xstate", ...NODE],
  },
  controller: {
    path: "src/controller/",
    imports: ["model", "plan", "reconcilers", "store", "queue", "aws"],
    packages: ["prom-client", "pino", ...NODE],
  },
  api: {
    path: "src/api/",
    imports: ["model", "plan", "store", "queue", "reconcilers"],
    packages: ["fastify", "fastify-type-provider-zod", "@fastify/", "zod", "yaml", "prom-client", "pino", ...NODE],
  },
  simulator: { path: "src/simulator/", imports: [], packages: ["@aws-sdk/", "@smithy/", ...NODE] },
  config: { path: "src/config.ts", imports: ["model"], packages: ["zod", ...NODE] },
  cli: { path: "src/cli/", imports: ["*"], packages: ["*"] },
};

/** One import that a layer's row does not cover, and why it is right. */
export interface Exception {
  from: string;
  to: string;
  why: string;
}

export const EXCEPTIONS: readonly Exception[] = [];
