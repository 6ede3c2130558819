import type { Action } from "../../model/actions.ts";
import type { Activity } from "../../reconcilers/ports.ts";
import { seconds, withoutVersion } from "../render-history.ts";
import type { Paint, Terminal } from "../terminal.ts";
import { counted } from "../counted.ts";

/** What a line is about: made, changed, taken away, repaired, sabotage, seen, failed. */
export type Sign = "+" | "~" | "-" | "=" | "!" | "?" | "x" | " ";

export interface Transcript {
  /** One line, stamped with the seconds since the start. */
  say(text: string, sign?: Sign): void;
  /** A line below another, without a time of its own. */
  detail(text: string): void;
  /** What the service just did, if it is worth a line. */
  activity(activity: Activity): void;
}

/** Prints what happens as it happens. @param startMs what the times are relative to. */
export function createTranscript(terminal: Terminal, nowMs: () => number, startMs: number): Transcript {
  const say = (text: string, sign: Sign = " "): void => {
    const stamp = terminal.paint.dim(`${((nowMs() - startMs) / 1_000).toFixed(1)}s`.padStart(6));
    terminal.out(sign === " " ? `${stamp} ${text}` : `${stamp} ${paintOf(sign, terminal)(`${sign} ${text}`)}`);
  };
  return {
    say,
    detail: (text) => terminal.out(text === "" ? "" : `       ${text}`),
    activity: (activity) => {
      const line = activityLine(activity);
      if (line !== null) say(line.text, line.sign);
    },
  };
}

function paintOf(sign: Sign, { paint }: Terminal): Paint {
  const paints: Record<Sign, Paint> = {
    "+": paint.green,
    "~": paint.cyan,
    "-": paint.yellow,
    "=": (text) => paint.bold(paint.green(text)),
    "!": (text) => paint.bold(paint.red(text)),
    "?": paint.yellow,
    x: paint.red,
    " ": (text) => text,
  };
  return paints[sign];
}

const OPERATION_WIDTH = "UpdateFunctionConfiguration".length;

/** What one activity looks like; null = not worth a line (a run that waits). */
export function activityLine(activity: Activity): { sign: Sign; text: string } | null {
  switch (activity.type) {
    case "action": {
      const { sign, detail } = actionText(activity.action, activity.result);
      return { sign, text: `${activity.action.type.padEnd(OPERATION_WIDTH)}  ${detail}` };
    }
    case "actionFailed":
      return {
        sign: "x",
        text: `${activity.action.type.padEnd(OPERATION_WIDTH)}  ${withoutOperation(activity.message)}`,
      };
    case "drift":
      return {
        sign: "?",
        text: `${`drift by ${activity.actor ?? "(not known yet)"}`.padEnd(OPERATION_WIDTH)}  ${withoutVersion(activity.what)}`,
      };
    case "contended": {
      const until = new Date(activity.heldUntilMs).toISOString().slice(11, 19);
      return {
        sign: "?",
        text: `${"held back".padEnd(OPERATION_WIDTH)}  until ${until}Z: ${activity.actor} keeps undoing ${activity.what}`,
      };
    }
    case "stalled":
      return { sign: "x", text: `${"stalled".padEnd(OPERATION_WIDTH)}  ${withoutOperation(activity.why)}` };
    case "converged": {
      const after = activity.tookMs === null ? "" : ` after ${seconds(activity.tookMs)}`;
      return { sign: "=", text: `${`verified${after}`.padEnd(OPERATION_WIDTH)}  ${activity.bindings.join(", ")}` };
    }
    case "waiting":
      return null;
  }
}

/** An AwsError says which call failed; the line has said so already. */
function withoutOperation(message: string): string {
  return message.replace(/^\w+:\w+ failed: /, "");
}

function actionText(action: Action, result: Record<string, string>): { sign: Sign; detail: string } {
  switch (action.type) {
    case "CreateAccessPoint":
      return {
        sign: "+",
        detail: `${result.accessPointId ?? ""}  ${action.path} ${action.posixUser.uid}:${action.posixUser.gid}`,
      };
    case "TagResource":
      return { sign: "~", detail: `${action.accessPointId}  ${Object.keys(action.tags).join(", ")}` };
    case "DeleteAccessPoint":
      return { sign: "-", detail: action.accessPointId };
    case "PutFileSystemPolicy":
      return {
        sign: "~",
        detail: `${counted(action.statements.ours, "statement")} ours, ${action.statements.foreign} foreign kept`,
      };
    case "UpdateFunctionConfiguration": {
      const paths = action.fileSystemConfigs.map((config) => config.localMountPath);
      return { sign: "~", detail: `${action.functionName} ${paths.length === 0 ? "unmounted" : paths.join(", ")}` };
    }
    case "RegisterTaskDefinition":
      return {
        sign: "+",
        detail: `${revisionOf(result.taskDefinitionArn ?? action.family)}  ${action.bindings.join(", ")}`,
      };
    case "UpdateService":
      return { sign: "~", detail: `${action.cluster}/${action.service} to ${revisionOf(action.taskDefinitionArn)}` };
  }
}

/** "web:7" of a task definition's ARN. */
function revisionOf(taskDefinitionArn: string): string {
  return taskDefinitionArn.slice(taskDefinitionArn.indexOf("/") + 1);
}

/**
 * What a repair consisted of, in a few words: new access points by their ids, the policy, remounted functions.
 *
 * @param actions what was carried out between the sabotage and its verified repair, in order.
 */
export function repairSummary(actions: Extract<Activity, { type: "action" }>[], tookMs: number): string {
  const parts = actions.flatMap(({ action, result }) => repairPart(action, result) ?? []);
  return `repaired in ${seconds(tookMs)}: ${[...new Set(parts)].join(", ") || "nothing was left to do"}`;
}

function repairPart(action: Action, result: Record<string, string>): string | null {
  switch (action.type) {
    case "CreateAccessPoint":
      return result.accessPointId ?? "access point";
    case "PutFileSystemPolicy":
      return "policy";
    case "UpdateFunctionConfiguration":
      return `${action.functionName} ${action.fileSystemConfigs.length === 0 ? "unmounted" : "remounted"}`;
    case "UpdateService":
      return `${action.cluster}/${action.service} rolled out`;
    default:
      return null;
  }
}
