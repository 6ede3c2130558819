#!/usr/bin/env node
// Starts the TypeScript command. Plain JavaScript, and nothing newer than Node 18 knows, because it must
// be able to run on a machine whose own Node is too old for the rest and say so.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "main.ts");

/** Node strips types by itself, and has node:sqlite without a flag, from 22.18 and 23.6 on. */
function canRunTypeScript(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** Experimental features print a warning on some of these versions; it would stand in the middle of the output. */
function muteExperimentalWarnings() {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") console.error(`${warning.name}: ${warning.message}`);
  });
}

/** The Node 24 that `npm ci` puts beside the project's other commands. */
function bundledNode() {
  for (let directory = here; ; directory = dirname(directory)) {
    const candidate = join(directory, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
    if (existsSync(candidate)) return candidate;
    if (directory === dirname(directory)) return null;
  }
}

function runWith(node) {
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  // A signal may be meant for this process alone. Ctrl-C reaches the whole foreground group, so that the child gets
  // it twice; it takes two at once for one.
  process.on("SIGINT", () => child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => {
    console.error(`mooring: cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
}

if (canRunTypeScript(process.versions.node)) {
  muteExperimentalWarnings();
  await import(new URL("main.ts", import.meta.url).href);
} else {
  const node = bundledNode();
  if (node === null) {
    console.error(
      `mooring: this is Node ${process.versions.node}, which cannot run TypeScript. Run "npm ci" in the project (it brings its own Node 24), or install Node 22.18 or newer.`,
    );
    process.exitCode = 1;
  } else {
    runWith(node);
  }
}
