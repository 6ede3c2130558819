import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Properties last: most mutants fall to a unit test, and the first test that fails ends a mutant's run. */
export class CheapestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId }: TestSpecification): number =>
      /-properties\.|plan-replacement\./.test(moduleId) ? 1 : 0;
    return files.toSorted((a, b) => cost(a) - cost(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}
