import { EXCEPTIONS, LAYERS, type Layer } from "./layers.ts";
import { isTest, type ImportOf, type SourceFile } from "./source-file.ts";

export interface Finding {
  path: string;
  line: number;
  says: string;
}

/** Name of the layer that a file belongs to; null if it belongs to none. */
export function layerOf(path: string): string | null {
  const matches = Object.entries(LAYERS).filter(([, layer]) => path.startsWith(layer.path));
  return matches.sort(([, one], [, other]) => other.path.length - one.path.length)[0]?.[0] ?? null;
}

/** Every import that the layer table does not allow. Tests may import anything. */
export function forbiddenImports(files: readonly SourceFile[], exceptions = EXCEPTIONS): Finding[] {
  return files
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const name = layerOf(file.path);
      if (name === null) return [{ path: file.path, line: 1, says: "belongs to no layer of the table" }];
      return file.imports
        .filter(
          (each) =>
            !exceptions.some(({ from, to }) => from === file.path && (to === each.file || to === each.specifier)),
        )
        .map((each) => complaint(name, LAYERS[name]!, each))
        .flatMap((says, index) => (says === null ? [] : [{ path: file.path, line: file.imports[index]!.line, says }]));
    });
}

function complaint(name: string, layer: Layer, imported: ImportOf): string | null {
  if (imported.file === null) {
    const allowed = layer.packages.some((each) => each === "*" || matches(each, imported.specifier));
    return allowed ? null : `${name} may not import the package ${imported.specifier}`;
  }
  const target = layerOf(imported.file);
  if (target === name || (target !== null && layer.imports.includes(target))) return null;
  if (layer.imports.includes("*") && target !== null) return null;
  if (imported.typeOnly && target !== null && layer.types?.includes(target)) return null;
  const extent = target !== null && layer.types?.includes(target) ? "more than types of " : "";
  return `${name} may not import ${extent}${target ?? "what is outside of all layers"} (${imported.specifier})`;
}

function matches(allowed: string, specifier: string): boolean {
  if (allowed.endsWith("/") || allowed.endsWith(":")) return specifier.startsWith(allowed);
  return specifier === allowed || specifier.startsWith(`${allowed}/`);
}

/** Circles of imports that exist at run time; type-only imports are erased and so harmless. */
export function importCycles(files: readonly SourceFile[]): string[][] {
  const edges = new Map(files.map((file) => [file.path, runtimeTargets(file)]));
  const finished = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const seenAt = trail.indexOf(path);
    if (seenAt !== -1) {
      cycles.push([...trail.slice(seenAt), path]);
      return;
    }
    if (finished.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

function runtimeTargets(file: SourceFile): string[] {
  return file.imports
    .filter(({ typeOnly, file: target }) => !typeOnly && target !== null)
    .map(({ file: target }) => target!);
}
