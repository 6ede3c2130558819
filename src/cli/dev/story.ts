import { PutFileSystemPolicyCommand } from "@aws-sdk/client-efs";
import type { Clock } from "../../model/clock.ts";
import type { Statement } from "../../plan/policy-document.ts";
import type { Activity } from "../../reconcilers/ports.ts";
import { recordPath, type Client } from "../client.ts";
import { counted } from "../counted.ts";
import { createActor, type Actor } from "./actors.ts";
import type { DevAccount } from "./dev-account.ts";
import { changePath } from "./path-change.ts";
import { volumeDropped } from "./pipeline.ts";
import { evaluateMatrix, renderMatrix } from "./matrix.ts";
import { foreignStatements, withStatements } from "./policy-text.ts";
import { awaitReady, listBindings, type ShownRecord } from "./readiness.ts";
import { sabotageAndWait } from "./repair-watch.ts";
import {
  accessPointDeleted,
  mountRemoved,
  policyOf,
  policyDeleted,
  statementEdited,
  type Sabotage,
  type Scene,
} from "./sabotage.ts";
import { writeSamples } from "./samples.ts";
import { repairSummary, type Transcript } from "./transcript.ts";

export interface StoryOptions {
  client: Client;
  clock: Clock;
  account: DevAccount;
  installation: string;
  onActivity(listener: (activity: Activity) => void): () => void;
  /** Compares everything with AWS and repairs what differs; answers how many objects did. */
  catchUp(): Promise<number>;
  transcript: Transcript;
  signal: AbortSignal;
}

const READY_DEADLINE_MS = 60_000;
const REPAIR_DEADLINE_MS = 30_000;
const NO_EVENTS =
  "an emulator tells nobody what was called (CloudTrail): sweeps find what others do, one after each sabotage here";
const NO_MATRIX = "who may mount what is not shown: an emulator does not evaluate policies";
/** Whose directory is changed in the end. */
const MOVED_FUNCTION = "reporter";

/**
 * What `mooring dev` shows: records in, AWS as they say, who can reach what, sabotages repaired, a path moved.
 * Every line comes from what really happens; nothing here knows beforehand what it will be.
 *
 * @returns what did not work, in sentences; empty = all converged and all was repaired.
 */
export async function tellStory(options: StoryOptions): Promise<string[]> {
  const { client, account, clock, transcript, signal } = options;
  if (!account.hasEvents) transcript.say(NO_EVENTS);
  const live = showActivity(options);
  const samples = await writeSamples(client, { ...account.home, fileSystemId: account.fileSystemId });
  if (samples.written > 0) transcript.say(`${samples.written} bindings written by you`);
  if (samples.found > 0) await showFound(options, samples.found);
  const readiness = await awaitReady(client, clock, READY_DEADLINE_MS, signal);
  transcript.say(`${readiness.ready}/${readiness.total} Ready`);
  if (readiness.reasons.length > 0) return [...readiness.reasons, ...endedEarly(signal)];
  const bindings = await listBindings(client);
  const fileSystemId = await fileSystemIdOf(client, bindings[0]!);
  const problems = showMatrix(options, fileSystemId, bindings);
  problems.push(...(await sabotageAll(options, fileSystemId, live)));
  if (!signal.aborted) problems.push(...(await movePath(options, fileSystemId)));
  const after = await awaitReady(client, clock, REPAIR_DEADLINE_MS, signal);
  if (after.reasons.length === 0) problems.push(...showMatrix(options, fileSystemId, await listBindings(client)));
  live.showVerified();
  return [...problems, ...after.reasons, ...endedEarly(signal)];
}

/** The records may say Ready of an AWS that has changed while nobody looked, so it is looked at first. */
async function showFound({ catchUp, transcript }: StoryOptions, found: number): Promise<void> {
  transcript.say(`${found} bindings found from last time; comparing them with AWS`);
  const differed = await catchUp();
  if (differed > 0) transcript.say(`${differed} AWS objects were not as declared`);
}

function endedEarly(signal: AbortSignal): string[] {
  return signal.aborted ? ["stopped before the end"] : [];
}

interface LiveLines {
  /** Keeps lines back, so that a repair that is faster than the saboteur's own answer is shown after it. */
  hold(): void;
  release(): void;
  /** From now on repairs are not summed up by the story, so each verified run gets a line. */
  showVerified(): void;
}

function showActivity({ onActivity, transcript }: StoryOptions): LiveLines {
  let held: Activity[] | null = null;
  let isStoryOver = false;
  const show = (activity: Activity): void => {
    if (activity.type !== "converged") transcript.activity(activity);
    else if (isStoryOver && activity.acted > 0) transcript.activity(activity);
  };
  onActivity((activity) => (held === null ? show(activity) : held.push(activity)));
  return {
    hold: () => (held ??= []),
    release: () => {
      const lines = held ?? [];
      held = null;
      lines.forEach(show);
    },
    showVerified: () => (isStoryOver = true),
  };
}

function showMatrix({ account, transcript }: StoryOptions, fileSystemId: string, bindings: ShownRecord[]): string[] {
  const { mayMount } = account;
  if (mayMount === null) {
    transcript.say(NO_MATRIX);
    return [];
  }
  const { rows, surprises } = evaluateMatrix(mayMount, fileSystemId, bindings);
  transcript.detail("");
  renderMatrix(rows).forEach((line) => transcript.detail(line));
  transcript.detail("");
  return surprises;
}

/** Five different people, five different ways to break it, one after the other. */
function sabotages(scene: Scene): Sabotage[] {
  return [
    accessPointDeleted("deploy-bot", "thumbnailer", scene),
    mountRemoved("alice", "transcoder", scene),
    statementEdited("bob", scene),
    policyDeleted("terraform-ci", scene),
    volumeDropped("web-pipeline", { cluster: "prod", service: "web" }, scene),
  ];
}

async function sabotageAll(options: StoryOptions, fileSystemId: string, live: LiveLines): Promise<string[]> {
  const { client, clock, account, installation, onActivity, signal } = options;
  const scene: Scene = {
    home: account.home,
    installation,
    fileSystemId,
    victim: async (functionName) => victimOf(functionName, await listBindings(client)),
  };
  const reader = actorIn(account, "mooring-dev-reader");
  const foreign = foreignStatements(await policyOf(reader, fileSystemId), installation);
  const problems: string[] = [];
  for (const sabotage of sabotages(scene)) {
    if (signal.aborted) break;
    const actor = actorIn(account, sabotage.actor);
    problems.push(...(await sabotageOnce(sabotage, actor, { reader, clock, onActivity, signal }, options, live)));
    actor.destroy();
  }
  if (!signal.aborted) await restoreForeign(options, fileSystemId, foreign);
  reader.destroy();
  return problems;
}

/** Mooring restores its own statements only; the others' owner has to come, and does. */
async function restoreForeign(
  { account, transcript }: StoryOptions,
  fileSystemId: string,
  foreign: Statement[],
): Promise<void> {
  const owner = actorIn(account, "platform-team");
  const policy = await policyOf(owner, fileSystemId);
  if (policy !== undefined && foreign.length > 0) {
    const Policy = withStatements(policy, foreign);
    await owner.efs.send(new PutFileSystemPolicyCommand({ FileSystemId: fileSystemId, Policy }));
    transcript.say(
      `${owner.name} PutFileSystemPolicy: their own ${counted(foreign.length, "statement")} ${foreign.length === 1 ? "is" : "are"} back, beside Mooring's`,
    );
  }
  owner.destroy();
}

function actorIn({ awsUrl, home }: DevAccount, name: string): Actor {
  return createActor(name, awsUrl, home.region);
}

async function sabotageOnce(
  sabotage: Sabotage,
  actor: Actor,
  watch: Parameters<typeof sabotageAndWait>[2],
  { account, catchUp, transcript }: StoryOptions,
  live: LiveLines,
): Promise<string[]> {
  const broken = `${sabotage.actor}'s sabotage`;
  let found: Promise<unknown> = Promise.resolve();
  try {
    live.hold();
    const repair = await sabotageAndWait(sabotage, actor, watch, REPAIR_DEADLINE_MS, (what) => {
      transcript.say(`${sabotage.actor} ${what}`, "!");
      live.release();
      if (!account.hasEvents) found = catchUp();
    });
    await found;
    if (repair.tookMs === null)
      return [`${broken} (${repair.what}) was not repaired within ${REPAIR_DEADLINE_MS / 1_000} s`];
    transcript.say(repairSummary(repair.actions, repair.tookMs), "=");
    return [];
  } catch (error) {
    const problem = `${broken} could not be carried out or watched: ${(error as Error).message}`;
    // An emulator has not every call; that is no fault of Mooring's, so the story goes on.
    if (account.hasEvents) return [problem];
    transcript.say(problem, "?");
    return [];
  } finally {
    live.release();
  }
}

/** A path is changed while the function serves; its mount is looked at all the while. */
async function movePath(options: StoryOptions, fileSystemId: string): Promise<string[]> {
  const { client, clock, account, transcript, signal } = options;
  const binding = (await listBindings(client)).find((candidate) => functionOf(candidate) === MOVED_FUNCTION);
  if (binding === undefined) return [`no Binding mounts ${MOVED_FUNCTION} any more, so its path cannot be changed`];
  const reader = actorIn(account, "mooring-dev-reader");
  try {
    const mayMount = account.mayMount ?? ((): boolean => true);
    const watch = { client, clock, reader, mayMount, fileSystemId, signal };
    const change = await changePath(binding, MOVED_FUNCTION, watch, REPAIR_DEADLINE_MS, (from, to) =>
      transcript.say(`you move ${MOVED_FUNCTION} from ${from} to ${to}, accepting that the files stay behind`),
    );
    if (change.after === null) return [`${MOVED_FUNCTION} was not moved within ${REPAIR_DEADLINE_MS / 1_000} s`];
    const took = (change.tookMs / 1_000).toFixed(1);
    transcript.say(
      `moved in ${took} s: ${change.before} -> ${change.after}; mounted at ${change.looks - change.gaps} of ${change.looks} looks; the old one is deleted after its quarantine`,
      "=",
    );
    return change.gaps === 0 ? [] : [`${MOVED_FUNCTION} was without its mount at ${change.gaps} looks`];
  } finally {
    reader.destroy();
  }
}

function functionOf(binding: ShownRecord): string | undefined {
  return (binding.spec as { workload: { lambda?: { functionName: string } } }).workload.lambda?.functionName;
}

async function fileSystemIdOf(client: Client, binding: ShownRecord): Promise<string> {
  const { name } = (binding.spec as { fileSystemRef: { name: string } }).fileSystemRef;
  const record = await client.request<ShownRecord>("GET", recordPath("FileSystem", "", name));
  return String(record.spec.fileSystemId);
}

function victimOf(functionName: string, bindings: ShownRecord[]) {
  const binding = bindings.find((candidate) => functionOf(candidate) === functionName);
  if (binding === undefined)
    throw new Error(`no Binding mounts ${functionName} any more, so there is nothing to break`);
  const { localMountPath } = (binding.spec as { workload: { lambda: { localMountPath: string } } }).workload.lambda;
  return { functionName, accessPointId: binding.status?.accessPointId ?? "", localMountPath };
}
