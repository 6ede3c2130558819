import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BEHAVIOURS } from "./behaviours.ts";
import { fidelityPage } from "./fidelity-page.ts";
import { COLUMNS, readResults } from "./fidelity-results.ts";
import { countVerdicts, probe } from "./probe.ts";
import { simulatedProbe } from "./simulated.ts";

const SIMULATED = COLUMNS[0].services as readonly string[];

test("the simulator does what AWS documents, as docs/fidelity.md says; if not, mend it or npm run fidelity", async () => {
  const { results, leftOver } = await probe(
    BEHAVIOURS.filter(({ service }) => SIMULATED.includes(service)),
    simulatedProbe(),
  );
  expect(results).toEqual(readResults("simulator").results);
  expect(results.filter(({ verdict }) => verdict === "differ")).toEqual([]);
  expect(countVerdicts(results).agree).toBeGreaterThan(260);
  expect(leftOver).toEqual([]);
});

test("docs/fidelity.md is what was found; if not, npm run fidelity", () => {
  const page = readFileSync(fileURLToPath(new URL("../../docs/fidelity.md", import.meta.url)), "utf8");
  expect(page).toBe(fidelityPage());
});
