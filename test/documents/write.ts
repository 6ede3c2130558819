import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rulesPage } from "./rules-page.ts";

/** `npm run docs`: writes the pages that are made from the code. */
writeFileSync(fileURLToPath(new URL("../../docs/rules.md", import.meta.url)), rulesPage());
