import { isNode, isTest, lineAt, walk, type SourceFile, type SyntaxNode } from "./source-file.ts";
import type { Finding } from "./check-imports.ts";

/** Something that must not be written outside of the places named here. */
export interface Ban {
  what: string;
  why: string;
  matches(node: SyntaxNode): boolean;
  /** Files or folders where it is right, each with the reason. */
  allowed: Readonly<Record<string, string>>;
  /** Folders that it is banned in; default: everywhere. */
  within?: readonly string[];
}

const TIME = "time is handed in as a Clock, so that tests and the simulation decide what time it is";
const CHANCE = "chance and ids are handed in, so that a seed repeats a run";
const NEVER_DELETED =
  "Mooring never deletes file systems, mount targets or policies: the calls must not exist in its code";
const SIMULATED = {
  "src/simulator/": "AWS itself can do it, so its simulation can",
  "src/cli/dev/sabotage.ts": "plays somebody else, with that user's own key, against the simulator alone",
};

export const BANS: readonly Ban[] = [
  {
    what: "Date.now()",
    why: TIME,
    matches: (node) => isMember(node, "Date", "now"),
    allowed: {
      "src/cli/clock.ts": "the one adapter to the real clock",
      "src/simulator/clocks.ts": "the simulator's own adapter, since it imports nothing of ours",
    },
  },
  {
    what: "new Date() without a time",
    why: TIME,
    matches: (node) => node.type === "NewExpression" && isNamed(node.callee, "Date") && isEmpty(node.arguments),
    allowed: {},
  },
  {
    what: "performance.now()",
    why: TIME,
    matches: (node) => isMember(node, "performance", "now"),
    allowed: { "src/cli/": "durations on a terminal decide nothing" },
  },
  {
    what: "Math.random()",
    why: CHANCE,
    matches: (node) => isMember(node, "Math", "random"),
    allowed: {
      "src/cli/clock.ts": "the one adapter to real chance",
      "src/simulator/clocks.ts": "the simulator's own adapter",
    },
  },
  {
    what: "randomUUID, randomBytes, randomInt",
    why: CHANCE,
    matches: (node) => isIdentifier(node, ["randomUUID", "randomBytes", "randomInt", "getRandomValues"]),
    allowed: {
      "src/cli/clock.ts": "the one adapter to real chance",
      "src/simulator/clocks.ts": "the simulator's own adapter",
    },
  },
  {
    what: "process.env",
    why: "the configuration is read in one place, which reports all problems at once",
    matches: (node) => isMember(node, "process", "env"),
    allowed: { "src/config.ts": "the only reader" },
  },
  {
    what: "setTimeout, setInterval",
    why: "planners and machines wait by saying so in their result, never by a timer",
    matches: (node) =>
      node.type === "CallExpression" && (isNamed(node.callee, "setTimeout") || isNamed(node.callee, "setInterval")),
    allowed: {},
    within: ["src/model/", "src/plan/", "state-machines/", "src/reconcilers/"],
  },
  {
    what: "AbortSignal.timeout()",
    why: "its timer runs outside of the injected clock",
    matches: (node) => isMember(node, "AbortSignal", "timeout"),
    allowed: {},
  },
  {
    what: "crypto.subtle",
    why: "it answers from a thread pool, in an order that no seed repeats",
    matches: (node) => node.type === "MemberExpression" && isNamed(node.property, "subtle"),
    allowed: {},
  },
  {
    what: "a call that deletes a file system, a mount target or a file system policy",
    why: NEVER_DELETED,
    matches: (node) =>
      isIdentifier(node, [
        "DeleteFileSystemCommand",
        "DeleteMountTargetCommand",
        "DeleteFileSystemPolicyCommand",
        "deleteFileSystem",
        "deleteMountTarget",
        "deleteFileSystemPolicy",
      ]),
    allowed: SIMULATED,
  },
];

/** Every banned thing outside of its allowed places. Tests are free. */
export function bannedCalls(files: readonly SourceFile[], bans: readonly Ban[] = BANS): Finding[] {
  return files
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const applicable = bans.filter((ban) => isBannedIn(ban, file.path));
      const findings: Finding[] = [];
      walk(file.program, (node) => {
        for (const ban of applicable) {
          if (ban.matches(node))
            findings.push({ path: file.path, line: lineAt(file.text, node.start), says: `${ban.what}: ${ban.why}` });
        }
      });
      return findings;
    });
}

function isBannedIn(ban: Ban, path: string): boolean {
  if (ban.within !== undefined && !ban.within.some((folder) => path.startsWith(folder))) return false;
  return !Object.keys(ban.allowed).some((place) => path.startsWith(place));
}

function isNamed(node: unknown, name: string): boolean {
  return isNode(node) && node.type === "Identifier" && node.name === name;
}

function isIdentifier(node: SyntaxNode, names: readonly string[]): boolean {
  return node.type === "Identifier" && names.includes(String(node.name));
}

function isMember(node: SyntaxNode, object: string, property: string): boolean {
  return node.type === "MemberExpression" && isNamed(node.object, object) && isNamed(node.property, property);
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}
