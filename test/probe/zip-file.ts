import { zipOf } from "../../src/cli/dev/zip-of.ts";

/** Code of a function that is never run. */
export const ZIP_FILE = zipOf("index.mjs", "export const handler = async () => ({});\n");
