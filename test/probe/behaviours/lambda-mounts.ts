import {
  answers,
  behavioursOf,
  callsOf,
  docs,
  EMPTY,
  fails,
  issue,
  length,
  reference,
  until,
  type Call,
} from "../behaviour.ts";
import { ZIP_FILE } from "../zip-file.ts";

const lambda = callsOf("lambda");
const api = reference("lambda");
const GUIDE = docs("lambda/latest/dg/configuration-filesystem.html");

const create = (more: Record<string, unknown> = {}): Call =>
  lambda("CreateFunction", {
    FunctionName: "$own",
    Role: "$role",
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile: ZIP_FILE },
    VpcConfig: { SubnetIds: ["$subnet"], SecurityGroupIds: ["$group"] },
    ...more,
  });
const settled = until(
  lambda("GetFunction", { FunctionName: "$own" }),
  answers({ "Configuration.State": "Active", "Configuration.LastUpdateStatus": "Successful" }),
);
/** Not made by `remember`: the mount target must be there before a function may name the access point. */
const MOUNTABLE: Call = {
  service: "efs",
  operation: "DescribeMountTargets",
  input: { MountTargetId: "$mountTarget" },
  remember: {},
};
const made = (more?: Record<string, unknown>): Call[] => [MOUNTABLE, until(create(more), answers({})), settled];
const update = (input: Record<string, unknown>): Call =>
  lambda("UpdateFunctionConfiguration", { FunctionName: "$own", ...input });
const configuration = lambda("GetFunctionConfiguration", { FunctionName: "$own" });
const MOUNT = { Arn: "$accessPointArn", LocalMountPath: "/mnt/data" };
const mounts = { FileSystemConfigs: [MOUNT] };

export const LAMBDA_MOUNTS = behavioursOf("lambda", {
  "mount-read-back": {
    states: "A mount that an update sets is read back.",
    sources: [api("FileSystemConfig"), GUIDE],
    given: [...made(), update(mounts), settled],
    when: configuration,
    expects: answers({
      FileSystemConfigs: length(1),
      "FileSystemConfigs.0.Arn": "$accessPointArn",
      "FileSystemConfigs.0.LocalMountPath": "/mnt/data",
    }),
  },
  "mount-in-list": {
    states: "ListFunctions answers mounts too.",
    sources: api("ListFunctions"),
    given: [...made(mounts)],
    when: lambda("ListFunctions", {}),
    expects: answers({
      Functions: {
        is: "a list with a function that mounts",
        accepts: (value) =>
          Array.isArray(value) &&
          value.some((each) => (each as { FileSystemConfigs?: unknown[] }).FileSystemConfigs?.length === 1),
      },
    }),
  },
  "mount-without-vpc": {
    states: "A function outside a VPC cannot mount: InvalidParameterValueException.",
    sources: GUIDE,
    given: [MOUNTABLE, until(create({ VpcConfig: undefined }), answers({})), settled],
    when: update(mounts),
    expects: fails("InvalidParameterValueException", 400),
  },
  "mount-path-elsewhere": {
    states: "A mount path that is not directly below /mnt is refused, with the pattern in the message.",
    sources: [api("FileSystemConfig"), "https://github.com/flock-lab/flock/pull/391"],
    given: made(),
    when: update({ FileSystemConfigs: [{ ...MOUNT, LocalMountPath: "/data" }] }),
    expects: fails("ValidationException", 400, { message: /localMountPath' failed to satisfy constraint/i }),
  },
  "mount-path-of-two-levels": {
    states: "A mount path of two levels is refused.",
    sources: api("FileSystemConfig"),
    given: made(),
    when: update({ FileSystemConfigs: [{ ...MOUNT, LocalMountPath: "/mnt/a/b" }] }),
    expects: fails("ValidationException", 400),
  },
  "mount-of-a-file-system": {
    states: "The ARN of a file system instead of an access point's is refused.",
    sources: [api("FileSystemConfig"), issue("aws-controllers-k8s/community", 1820)],
    given: made(),
    when: update({ FileSystemConfigs: [{ ...MOUNT, Arn: "$fileSystemArn" }] }),
    expects: fails("ValidationException", 400),
  },
  "two-mounts": {
    states: "A second mount is refused: a function has one.",
    sources: api("UpdateFunctionConfiguration"),
    given: made(),
    when: update({ FileSystemConfigs: [MOUNT, { ...MOUNT, LocalMountPath: "/mnt/more" }] }),
    expects: fails(["ValidationException", "InvalidParameterValueException"], 400),
  },
  "mount-of-unknown-access-point": {
    states: "An access point that does not exist: InvalidParameterValueException.",
    evidence: "unverified",
    sources: GUIDE,
    given: made(),
    when: update({
      FileSystemConfigs: [
        { ...MOUNT, Arn: "arn:aws:elasticfilesystem:$region:$account:access-point/fsap-00000000000000000" },
      ],
    }),
    expects: fails("InvalidParameterValueException", 400),
  },
  "mount-without-mount-target": {
    states: "Without a mount target in the function's zone: InvalidParameterValueException.",
    sources: [GUIDE, issue("hashicorp/terraform-provider-aws", 15_053)],
    given: [
      ...made(),
      {
        service: "efs",
        operation: "CreateAccessPoint",
        input: { ClientToken: "$own", FileSystemId: "$otherFileSystem" },
        remember: { lonely: "AccessPointArn" },
      },
    ],
    when: update({ FileSystemConfigs: [{ ...MOUNT, Arn: "$lonely" }] }),
    expects: fails("InvalidParameterValueException", 400),
  },
  "mount-cleared": {
    states: "An empty list takes the mount away.",
    sources: api("UpdateFunctionConfiguration"),
    given: [...made(mounts), update({ FileSystemConfigs: [] }), settled],
    when: configuration,
    expects: answers({ FileSystemConfigs: EMPTY }),
  },
  "mount-kept": {
    states: "An update that does not name the mount keeps it.",
    sources: api("UpdateFunctionConfiguration"),
    given: [...made(mounts), update({ Timeout: 5 }), settled],
    when: configuration,
    expects: answers({ FileSystemConfigs: length(1) }),
  },
  "vpc-kept-by-mount": {
    states: "The VPC cannot be taken away while a mount needs it.",
    evidence: "reported",
    sources: issue("aws/chalice", 1453),
    given: made(mounts),
    when: update({ VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } }),
    expects: fails("InvalidParameterValueException", 400, {
      message: /VPC configuration cannot be removed with access point/,
    }),
  },
  "version-keeps-its-mount": {
    states: "A published version keeps its mount when $LATEST loses it.",
    sources: docs("lambda/latest/dg/configuration-versions.html"),
    given: [
      ...made(mounts),
      lambda("PublishVersion", { FunctionName: "$own" }),
      update({ FileSystemConfigs: [] }),
      settled,
    ],
    when: lambda("GetFunctionConfiguration", { FunctionName: "$own", Qualifier: "1" }),
    expects: answers({ FileSystemConfigs: length(1) }),
  },
  "mounted-access-point-deletable": {
    states: "EFS deletes an access point that a function still names.",
    evidence: "unverified",
    sources: docs("efs/latest/ug/delete-access-point.html"),
    given: [
      ...made(),
      {
        service: "efs",
        operation: "CreateAccessPoint",
        input: { ClientToken: "$own", FileSystemId: "$fileSystem" },
        remember: { doomed: "AccessPointId", doomedArn: "AccessPointArn" },
      },
      until(
        { service: "efs", operation: "DescribeAccessPoints", input: { AccessPointId: "$doomed" }, remember: {} },
        answers({ "AccessPoints.0.LifeCycleState": "available" }),
      ),
      update({ FileSystemConfigs: [{ ...MOUNT, Arn: "$doomedArn" }] }),
      settled,
    ],
    when: { service: "efs", operation: "DeleteAccessPoint", input: { AccessPointId: "$doomed" }, remember: {} },
    expects: answers({}),
  },
});
