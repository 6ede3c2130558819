/** Runs the real Terraform in a folder of its own, against one endpoint, with nothing of this machine's configuration. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const INIT_LIMIT_MS = 120_000;
const RUN_LIMIT_MS = 280_000;

/** Where Terraform itself looks for providers, and where machines without a network keep them. */
const MIRRORS = [
  process.env["TF_PLUGIN_MIRROR"],
  join(homedir(), ".terraform.d/plugins"),
  "/usr/local/share/terraform/plugins",
  "/usr/share/terraform/plugins",
  "/opt/tf-plugins",
].filter((path) => path !== undefined);

export type Variables = Readonly<Record<string, string | number>>;

export interface Change {
  address: string;
  action: string;
}

export interface Planned {
  /** True only for Terraform's own exit code 0. */
  empty: boolean;
  changes: Change[];
  /** Terraform's words, for a test that fails. */
  text: string;
}

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A configuration in a folder of its own, initialised. */
export class Workspace {
  readonly directory = mkdtempSync(join(tmpdir(), "mooring-terraform-"));
  /** Terraform's and the provider's versions, as `terraform version` says them. */
  versions = "";

  /**
   * @param configuration a folder beside this file.
   * @throws Error with Terraform's words if it cannot be initialised.
   */
  static async open(configuration: string): Promise<Workspace> {
    const workspace = new Workspace();
    cpSync(fileURLToPath(new URL(configuration, import.meta.url)), workspace.directory, { recursive: true });
    workspace.write("terraformrc", providerInstallation());
    const initialised = await workspace.#run(["init", "-input=false"], {}, INIT_LIMIT_MS);
    if (initialised.code !== 0) {
      workspace.close();
      throw new Error(`terraform init ended with ${initialised.code}: ${initialised.stderr}`);
    }
    const { stdout } = await workspace.#run(["version"], {}, INIT_LIMIT_MS);
    workspace.versions = stdout.match(/\bv\d[\d.]+/g)?.join(", AWS provider ") ?? "of unknown version";
    return workspace;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  /** Plans against what AWS says now. @throws Error with Terraform's words if it cannot. */
  async plan(variables: Variables): Promise<Planned> {
    const ran = await this.#run(["plan", "-detailed-exitcode", "-input=false", "-out=plan.out"], variables);
    if (ran.code !== 0 && ran.code !== 2) throw failure("plan", ran);
    return { empty: ran.code === 0, changes: changesIn(ran.stdout), text: ran.stdout };
  }

  /** @returns how many resources were added, changed and destroyed. @throws Error with Terraform's words. */
  async apply(variables: Variables): Promise<{ added: number; changed: number; destroyed: number }> {
    const ran = await this.#run(["apply", "-auto-approve", "-input=false"], variables);
    const [, added, changed, destroyed] = /(\d+) added, (\d+) changed, (\d+) destroyed/.exec(ran.stdout) ?? [];
    if (ran.code !== 0) throw failure("apply", ran);
    return { added: Number(added), changed: Number(changed), destroyed: Number(destroyed) };
  }

  /** @returns how many resources were destroyed. */
  async destroy(variables: Variables): Promise<number> {
    const ran = await this.#run(["destroy", "-auto-approve", "-input=false"], variables);
    if (ran.code !== 0) throw failure("destroy", ran);
    return Number(/(\d+) destroyed/.exec(ran.stdout)?.[1]);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #run(args: string[], variables: Variables, limitMs = RUN_LIMIT_MS): Promise<Ran> {
    const given = Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, String(value)] as const);
    const env = {
      PATH: process.env["PATH"],
      HOME: this.directory,
      TF_CLI_CONFIG_FILE: join(this.directory, "terraformrc"),
      TF_IN_AUTOMATION: "1",
      CHECKPOINT_DISABLE: "1",
      NO_PROXY: "127.0.0.1",
      AWS_EC2_METADATA_DISABLED: "true",
      ...Object.fromEntries(given),
    };
    const options = { cwd: this.directory, env, timeout: limitMs, maxBuffer: 2 ** 26 };
    return new Promise((resolve) => {
      execFile("terraform", [...args.slice(0, 1), ...colourless(args)], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, stdout, stderr });
      });
    });
  }
}

/** Opens a configuration, or says why that cannot be done here: no Terraform, or no provider for it. */
export async function openIfPossible(configuration: string): Promise<Workspace | string> {
  try {
    return await Workspace.open(configuration);
  } catch (error) {
    return `Terraform with its AWS provider is not here: ${(error as Error).message.trim().split("\n")[0] ?? ""}`;
  }
}

/** `version` and `init` know no colours to leave out in the same way; all others do. */
function colourless(args: string[]): string[] {
  return [...args.slice(1), ...(args[0] === "version" ? [] : ["-no-color"])];
}

function providerInstallation(): string {
  const mirrors = MIRRORS.filter((path) => existsSync(join(path, "registry.terraform.io/hashicorp/aws")));
  if (mirrors.length === 0) return "provider_installation {\n  direct {}\n}\n";
  const blocks = mirrors.map((path) => `  filesystem_mirror {\n    path = ${JSON.stringify(path)}\n  }`);
  return `provider_installation {\n${blocks.join("\n")}\n}\n`;
}

/** Lines such as `  # aws_vpc.main will be updated in-place`; what is only read again changes nothing. */
function changesIn(text: string): Change[] {
  const lines = text.matchAll(/^ {2}# (\S+) (?:will be|must be) (.+)$/gm);
  return [...lines]
    .map(([, address = "", action = ""]) => ({ address, action }))
    .filter(({ action }) => action !== "read during apply");
}

const failure = (verb: string, { code, stdout, stderr }: Ran): Error =>
  new Error(`terraform ${verb} ended with ${code}:\n${stderr || stdout.slice(-4_000)}`);
