import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** All that a simulated run imports. Copied, not linked: Node resolves links to where they point. */
const NEEDED = ["package.json", "src", "state-machines", "test/simulation", "test/integration", "test/planted-bugs"];

/** A copy of the source in which a bug can be planted. */
export class TreeCopy {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<TreeCopy> {
    const directory = await mkdtemp(join(tmpdir(), "mooring-planted-"));
    for (const path of NEEDED) await cp(join(ROOT, path), join(directory, path), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
    return new TreeCopy(directory);
  }

  /** @throws {Error} if the patch does not apply (any more). */
  async plant(patch: string): Promise<void> {
    await this.#apply(patch);
  }

  async pullOut(patch: string): Promise<void> {
    await this.#apply(patch, "--reverse");
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #apply(patch: string, ...options: string[]): Promise<void> {
    // A repository around the temporary directory would make git look for the files elsewhere.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(this.directory) };
    try {
      await promisify(execFile)("git", ["apply", ...options, patch], { cwd: this.directory, env });
    } catch (error) {
      const { stderr = String(error) } = error as { stderr?: string };
      throw new Error(`${patch} does not apply: ${stderr.trim()}. Plant the bug anew where its place is now`);
    }
  }
}
