import { exampleFamily, exampleService } from "./example-records.ts";
import { CONTAINER_PATH_CHARACTERS_MAX, ECS_NAME } from "./patterns.ts";
import { recordRule, shown, when, type ManifestExample, type RecordRule } from "./rule.ts";

const ECS = "spec.workload.ecs";
const MOUNTS = `${ECS}.mounts`;
const NAME_SOURCE = "ECS API reference: up to 255 letters, digits, underscores and hyphens";

/** An example of a rule about a field of a service, or of a family. */
const ofService = (value: unknown): ManifestExample => when(value, { "spec.workload": { ecs: exampleService() } });
const ofFamily = (value: unknown): ManifestExample => when(value, { "spec.workload": { ecs: exampleFamily() } });

/** `arn:aws:ecs:region:account:service/cluster/name`, `task-definition/family:3`, `family:3` → the last name. */
function bareName(given: string): string | null {
  const name = given.slice(given.lastIndexOf("/") + 1).replace(/:\d+$/, "");
  return name !== given && ECS_NAME.test(name) ? name : null;
}

/** A rule about one of the names that ECS gives: a bare one, since the region and account are the file system's. */
function nameRule(rule: {
  id: string;
  field: string;
  states: string;
  what: string;
  why: string;
  example: (value: unknown) => ManifestExample;
  bad: readonly string[];
}): RecordRule {
  const { id, field, states, what, why, example, bad } = rule;
  return recordRule<string>({
    id,
    appliesTo: ["Binding"],
    field,
    source: NAME_SOURCE,
    states,
    check: (name) => ECS_NAME.test(name),
    message: (name) => {
      const bare = bareName(name);
      const advice =
        bare === null ? `; allowed are 1 to 255 letters, digits, "-" and "_"` : `; write ${bare}, since ${why}`;
      return `${field.replace("[]", "[*]")} is ${shown(name)}: the bare name of ${what} is required${advice}.`;
    },
    good: [example("web"), example("A_b-3")],
    bad: [...bad, "two words", "", "w".repeat(256)].map(example),
  });
}

const NAME_RULES: readonly RecordRule[] = [
  nameRule({
    id: "ecs-cluster-name",
    field: `${ECS}.cluster`,
    states: "1 to 255 letters, digits, `-` and `_`: the cluster's bare name, without ARN.",
    what: "a cluster",
    why: "account and region are those of the FileSystem",
    example: ofService,
    bad: ["arn:aws:ecs:eu-west-1:111122223333:cluster/prod"],
  }),
  nameRule({
    id: "ecs-service-name",
    field: `${ECS}.service`,
    states: "1 to 255 letters, digits, `-` and `_`: the service's bare name, without ARN.",
    what: "a service",
    why: "the cluster has a field of its own, account and region are those of the FileSystem",
    example: ofService,
    bad: [
      "arn:aws:ecs:eu-west-1:111122223333:service/prod/web",
      "arn:aws:ecs:eu-west-1:111122223333:service/web",
      "prod/web",
    ],
  }),
  nameRule({
    id: "ecs-family-name",
    field: `${ECS}.family`,
    states: "1 to 255 letters, digits, `-` and `_`: the family's bare name, without ARN and revision.",
    what: "a task-definition family",
    why: "ARNs and revisions are not part of it: Mooring looks after the newest revision",
    example: ofFamily,
    bad: [
      "arn:aws:ecs:eu-west-1:111122223333:task-definition/nightly-report",
      "arn:aws:ecs:eu-west-1:111122223333:task-definition/nightly-report:7",
      "nightly-report:7",
    ],
  }),
  nameRule({
    id: "ecs-container-name",
    field: `${MOUNTS}[].container`,
    states: "1 to 255 letters, digits, `-` and `_`: the name of a container in the task definition.",
    what: "a container",
    why: "a container is named as in the task definition",
    example: ofService,
    bad: ["app:latest"],
  }),
];

const serviceOrFamily = recordRule<object>({
  id: "ecs-service-or-family",
  appliesTo: ["Binding"],
  field: ECS,
  source: "DESIGN 1, 7: a service's base is the revision that it runs, a family's its newest one",
  states: "Either `cluster` and `service`, or `family` alone.",
  check: (ecs) => {
    const [cluster, service, family] = ["cluster" in ecs, "service" in ecs, "family" in ecs];
    return family ? !cluster && !service : cluster && service;
  },
  message: (ecs) => {
    const given = ["cluster", "service", "family"].filter((field) => field in ecs);
    return `${ECS} has ${given.length === 0 ? "none of cluster, service and family" : given.join(" and ")}: ${adviceFor(given)}.`;
  },
  good: [when(exampleService()), when(exampleFamily())].map(inPlaceOfLambda),
  bad: [
    { mounts: aMount() },
    { service: "web", mounts: aMount() },
    { cluster: "prod", mounts: aMount() },
    { ...exampleService(), family: "web" },
    { service: "web", family: "web", mounts: aMount() },
    { cluster: "prod", family: "web", mounts: aMount() },
  ].map((ecs) => inPlaceOfLambda(when(ecs))),
});

function adviceFor(given: readonly string[]): string {
  if (given.join() === "service")
    return `the service's cluster is required, too; write cluster: default if it runs in the default cluster`;
  if (given.join() === "cluster")
    return "a cluster alone mounts nothing; add service, or write family alone for tasks that somebody else starts";
  if (given.includes("service") && given.includes("family"))
    return "a service runs the family of its own task definition; leave family out, or bind the family instead and leave cluster and service out";
  if (given.includes("family")) return "a family belongs to no cluster; leave cluster out";
  return "write cluster and service for an ECS service, or family for tasks that somebody else starts";
}

function inPlaceOfLambda(example: ManifestExample): ManifestExample {
  return { ...example, with: { "spec.workload": {} } };
}

function aMount(): object[] {
  return [{ container: "app", containerPath: "/data" }];
}

const atLeastOneMount = recordRule<unknown[]>({
  id: "ecs-mounts-not-empty",
  appliesTo: ["Binding"],
  field: MOUNTS,
  source: "DESIGN 7: a binding mounts",
  states: "At least one container and path.",
  check: (mounts) => mounts.length > 0,
  message: () =>
    `${MOUNTS} is empty: name at least one container and where it sees the directory, e.g. {container: app, containerPath: /data}; to unmount everywhere, delete the Binding.`,
  good: [ofService(aMount()), ofFamily(aMount())],
  bad: [ofService([]), ofFamily([])],
});

interface SentMount {
  container: string;
  containerPath: string;
}

/** The first mount that an earlier one in the list takes the place of. */
function firstRepeated(mounts: readonly SentMount[]): SentMount | undefined {
  const seen = new Set<string>();
  return mounts.find(({ container, containerPath }) => {
    const place = JSON.stringify([container, containerPath]);
    if (seen.has(place)) return true;
    seen.add(place);
    return false;
  });
}

const distinctMounts = recordRule<SentMount[]>({
  id: "ecs-mounts-distinct",
  appliesTo: ["Binding"],
  field: MOUNTS,
  source: "ECS API reference, MountPoint: one volume at one path of a container",
  states: "No container twice with the same path. (The same path in several containers is fine.)",
  check: (mounts) => firstRepeated(mounts) === undefined,
  message: (mounts) => {
    const { container, containerPath } = firstRepeated(mounts)!;
    return `${MOUNTS} names the container ${shown(container)} with ${shown(containerPath)} twice: one path of one container shows one directory; remove one of the two, or give it another path.`;
  },
  good: [
    ofService([...aMount(), { container: "logs", containerPath: "/data", readOnly: true }]),
    ofService([...aMount(), { container: "app", containerPath: "/data/again" }]),
  ],
  bad: [ofService([...aMount(), ...aMount()]), ofFamily([...aMount(), { ...aMount()[0], readOnly: true }])],
});

/** Why a path cannot be a mount point; null = it can. */
function pathFault(path: string): string | null {
  if (!path.startsWith("/")) return `it must be absolute; write ${shown(`/${path}`)}`;
  if (path === "/") return "a container's own root cannot be mounted over; choose a directory, e.g. /data";
  if (path.endsWith("/")) return `it must not end in a slash; write ${shown(path.replace(/\/+$/, "") || "/data")}`;
  if (path.includes("//")) return `it has empty segments; write ${shown(path.replaceAll(/\/+/g, "/"))}`;
  if (path.split("/").some((segment) => segment === "." || segment === ".."))
    return 'segments "." and ".." are not allowed, so that one directory has one spelling; write the path that is meant';
  if (path.includes(":"))
    return "colons are not allowed, since container runtimes separate the parts of a mount with them";
  // eslint-disable-next-line no-control-regex -- control characters are just what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) return "control characters are not allowed";
  if (path.length > CONTAINER_PATH_CHARACTERS_MAX)
    return `at most ${CONTAINER_PATH_CHARACTERS_MAX} characters are allowed, not ${path.length}`;
  return null;
}

const containerPath = recordRule<string>({
  id: "ecs-container-path",
  appliesTo: ["Binding"],
  field: `${MOUNTS}[].containerPath`,
  source: "ECS API reference, MountPoint.containerPath; AWS-FACTS 3.1; Docker, bind mounts: destination, colons",
  states: `Absolute, not \`/\` itself, without trailing or doubled slashes, \`.\`, \`..\`, colons and control characters; at most ${CONTAINER_PATH_CHARACTERS_MAX} characters.`,
  check: (path) => pathFault(path) === null,
  message: (path) => `${MOUNTS}[*].containerPath is ${shown(path)}: ${pathFault(path)}.`,
  good: ["/data", "/var/lib/app", "/srv/a b", "/.cache"].map(ofService),
  bad: ["data", "", "/", "/data/", "//", "/a//b", "/a/../b", "/./a", "/a:b", "/a\nb", `/${"x".repeat(4_095)}`].map(
    ofService,
  ),
});

/** Rules about `spec.workload.ecs`. */
export const ECS_RULES: readonly RecordRule[] = [
  serviceOrFamily,
  ...NAME_RULES,
  atLeastOneMount,
  distinctMounts,
  containerPath,
];
