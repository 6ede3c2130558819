import { createActor } from "../../src/cli/dev/actors.ts";
import { startSimulator } from "../../src/simulator/aws-simulator.ts";
import { deployWithoutVolume } from "./account-services.ts";
import { eachOf } from "./account.ts";
import { bindFleet, type Fleet } from "./fleet.ts";
import type { Measurement } from "./report.ts";
import { watchRollouts, type Answer, type RolloutWatch } from "./rollout-watch.ts";
import type { Scenario } from "./scenario.ts";
import { awaitAllReady, awaitRest } from "./service-under-test.ts";
import { simulatedHere } from "./simulated-aws.ts";
import { percentile } from "./statistics.ts";

const SERVICES_PER_FILE_SYSTEM = 5;
/** Rollouts take a while, so that Mooring sees them begin, must wait, and is told of their end. */
const TIMINGS = { taskStartMs: 60, deploymentStepMs: 10 };
const ANSWER_DEADLINE_MS = 10_000;
const READY_DEADLINE_MS = 60_000;
const REST_MS = 200;
const REST_DEADLINE_MS = 20_000;

/**
 * A pipeline deploys a release whose revision has no volume: how long after the end of its rollout ours begins. The
 * simulator runs in this process, so that both moments are those of the account's own events.
 */
export const strippedByPipeline: Scenario = {
  name: "pipeline",
  async run(context) {
    const { services, rounds } = context.scale.pipelined;
    const running = await startSimulator({ port: 0 });
    const shape = {
      fileSystems: Math.ceil(services / SERVICES_PER_FILE_SYSTEM),
      functionsPerFileSystem: 0,
      rolesPerFileSystem: 0,
      servicesPerFileSystem: Math.min(services, SERVICES_PER_FILE_SYSTEM),
    };
    const fleet = await bindFleet(context, shape, "Enforce", { aws: simulatedHere(running), timings: TIMINGS });
    const watch = watchRollouts(running.simulator);
    const inTurn: Answer[] = [];
    for (let round = 1; round <= rounds; round++) {
      inTurn.push(...(await deployAll(fleet, watch, `release-${round}`, 1)));
      context.progress(`${inTurn.length} deployments answered, one at a time`);
    }
    percentilesOf(inTurn, "one service at a time", 500).forEach(context.measured);
    const atOnce = await deployAll(fleet, watch, "release-of-all", services);
    percentilesOf(atOnce, "all services at once", null).forEach(context.measured);
    faults([...inTurn, ...atOnce]).forEach(context.measured);
  },
};

/** Deploys a release to every service, `limit` at once, and waits until all of them are in order again. */
async function deployAll(fleet: Fleet, watch: RolloutWatch, release: string, limit: number): Promise<Answer[]> {
  const { aws, account, mooring } = fleet;
  // One pipeline that undid the same mount again and again would be contended with, and its repairs slowed down.
  const pipeline = createActor(`pipeline-${release}`, aws.url, aws.region);
  const services = account.fileSystems.flatMap((fileSystem) => fileSystem.services);
  const answers = await eachOf(services, limit, (service) =>
    watch.answerTo(service.name, () => deployWithoutVolume(pipeline.ecs, service, release), ANSWER_DEADLINE_MS),
  );
  pipeline.destroy();
  await awaitRest(mooring, REST_MS, REST_DEADLINE_MS);
  const missing = await awaitAllReady(mooring, READY_DEADLINE_MS);
  if (missing > 0) throw new Error(`${missing} volumes were not mounted again after ${release}`);
  return answers;
}

function percentilesOf(answers: readonly Answer[], how: string, p50TargetMs: number | null): Measurement[] {
  const samples = answers.flatMap(({ tookMs }) => tookMs ?? []);
  return (
    [
      ["p50", 0.5, p50TargetMs],
      ["p99", 0.99, null],
    ] as const
  ).map(([name, share, targetMs]) => ({
    what: `service without its volume, end of the pipeline's rollout to the begin of ours, ${how}, ${name}`,
    value: percentile(samples, share),
    unit: "ms",
    target: targetMs === null ? null : { is: "below", value: targetMs },
    needsFullScale: true,
    note: `${samples.length} deployments, a new revision each; simulator in the same process`,
  }));
}

function faults(answers: readonly Answer[]): Measurement[] {
  const count = (what: string, value: number): Measurement => ({
    what,
    value,
    unit: "deployments",
    target: { is: "at most", value: 0 },
    note: `of ${answers.length}`,
  });
  return [
    count(
      `deployments without the volume that were not answered within ${ANSWER_DEADLINE_MS / 1_000} s`,
      answers.filter(({ tookMs, tooEarly }) => tookMs === null && tooEarly === 0).length,
    ),
    count(
      "deployments of a pipeline that ours did not wait for",
      answers.filter(({ tooEarly }) => tooEarly > 0).length,
    ),
  ];
}
