import { exampleService } from "./example-records.ts";
import {
  DNS_SUBDOMAIN,
  DNS_SUBDOMAIN_CHARACTERS_MAX,
  FUNCTION_NAME,
  LOCAL_MOUNT_PATH,
  LOCAL_MOUNT_PATH_CHARACTERS_MAX,
} from "./patterns.ts";
import { recordRule, shown, when, type RecordRule } from "./rule.ts";

const FUNCTION = "spec.workload.lambda.functionName";
const MOUNT = "spec.workload.lambda.localMountPath";

/** `arn:aws:lambda:region:account:function:name:qualifier`, `account:function:name`, `name:qualifier` → `name`. */
function bareFunctionName(given: string): string | null {
  const parts = given.split(":");
  const marker = parts.indexOf("function");
  const name = marker === -1 ? parts[0] : parts[marker + 1];
  return name !== undefined && name !== given && FUNCTION_NAME.test(name) ? name : null;
}

function functionAdvice(given: string): string {
  const name = bareFunctionName(given);
  if (name !== null)
    return `; write ${name}, since ARNs and qualifiers are not part of it: Mooring looks after every version`;
  return `; allowed are 1 to 64 letters, digits, "-" and "_"`;
}

export const WORKLOAD_RULES: readonly RecordRule[] = [
  recordRule<string>({
    id: "file-system-ref-name",
    appliesTo: ["Binding"],
    field: "spec.fileSystemRef.name",
    source: "Kubernetes, Object Names and IDs (RFC 1123)",
    states: "The name of a FileSystem record, not the id of a file system.",
    check: (name) => name.length <= DNS_SUBDOMAIN_CHARACTERS_MAX && DNS_SUBDOMAIN.test(name),
    message: (name) =>
      `spec.fileSystemRef.name is ${shown(name)}: it must be the name of a FileSystem record, of lower-case letters, digits, "-" and "."; see kubectl get filesystems.`,
    good: [when("shared")],
    bad: [
      when("Shared"),
      when("arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0"),
      when(""),
    ],
  }),
  recordRule<object>({
    id: "workload-exactly-one",
    appliesTo: ["Binding"],
    field: "spec.workload",
    source: "DESIGN 1: a workload is one function, one service or one task-definition family",
    states: "Exactly one of `lambda` and `ecs`.",
    check: (workload) => "lambda" in workload !== "ecs" in workload,
    message: (workload) =>
      "lambda" in workload
        ? "spec.workload has both lambda and ecs: one Binding serves one workload; write a second Binding for the other, with the same rootDirectory, and they share the directory."
        : "spec.workload has neither lambda nor ecs: one of them is required; write lambda: {functionName, localMountPath}, ecs: {cluster, service, mounts} or ecs: {family, mounts}.",
    good: [
      when({ lambda: { functionName: "thumbnailer", localMountPath: "/mnt/data" } }),
      when({ ecs: exampleService() }),
    ],
    bad: [
      when({ lambda: { functionName: "thumbnailer", localMountPath: "/mnt/data" }, ecs: exampleService() }),
      when({}),
    ],
  }),
  recordRule<string>({
    id: "function-name",
    appliesTo: ["Binding"],
    field: FUNCTION,
    source: "Lambda API reference, FunctionName; DESIGN 1: a workload is one function, unqualified",
    states: "1 to 64 letters, digits, `-` and `_`: the bare name, without ARN, version or alias.",
    check: (name) => FUNCTION_NAME.test(name),
    message: (name) => `${FUNCTION} is ${shown(name)}: the bare name of a function is required${functionAdvice(name)}.`,
    good: [when("thumbnailer"), when("A_b-3")],
    bad: [
      when("arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer"),
      when("arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer:prod"),
      when("111122223333:function:thumbnailer"),
      when("thumbnailer:3"),
      when("two words"),
      when(""),
      when("f".repeat(65)),
    ],
  }),
  recordRule<string>({
    id: "local-mount-path",
    appliesTo: ["Binding"],
    field: MOUNT,
    source: "AWS-FACTS 2.1 [b-lam]: LocalMountPath",
    states: `\`/mnt/\` and one segment of letters, digits, \`-\`, \`_\`, \`.\`; at most ${LOCAL_MOUNT_PATH_CHARACTERS_MAX} characters.`,
    check: (path) => path.length <= LOCAL_MOUNT_PATH_CHARACTERS_MAX && LOCAL_MOUNT_PATH.test(path),
    message: (path) =>
      `${MOUNT} is ${shown(path)}: allowed is /mnt/ and one segment of letters, digits, "-", "_", ".", at most ${LOCAL_MOUNT_PATH_CHARACTERS_MAX} characters, e.g. "/mnt/data".`,
    good: [when("/mnt/data"), when("/mnt/a.b_c-1"), when(`/mnt/${"x".repeat(155)}`)],
    bad: [
      when("/data"),
      when("/mnt"),
      when("/mnt/"),
      when("/mnt/a/b"),
      when("mnt/a"),
      when("/mnt/a b"),
      when(`/mnt/${"x".repeat(156)}`),
    ],
  }),
];
