import {
  answers,
  atLeast,
  behavioursOf,
  callsOf,
  docs,
  EMPTY,
  fails,
  length,
  oneOf,
  PRESENT,
  reference,
  until,
  type Call,
} from "../behaviour.ts";

const [efs, ec2] = [callsOf("efs"), callsOf("ec2")];
const api = reference("efs");

const create = (more: Record<string, unknown> = {}): Call =>
  efs("CreateFileSystem", { CreationToken: "$own", ...more }, { made: "FileSystemId" });
const described = efs("DescribeFileSystems", { FileSystemId: "$made" });
const available = until(described, answers({ "FileSystems.0.LifeCycleState": "available" }));
const UNKNOWN = "fs-00000000000000000";
const mount = (more: Record<string, unknown> = {}): Call =>
  efs("CreateMountTarget", { FileSystemId: "$made", SubnetId: "$subnet", ...more }, { target: "MountTargetId" });
const mounted = until(
  efs("DescribeMountTargets", { MountTargetId: "$target" }),
  answers({ "MountTargets.0.LifeCycleState": "available" }),
);

const FILE_SYSTEMS = behavioursOf("efs", {
  "create-file-system": {
    states: "A new file system has the documented defaults: generalPurpose, bursting, not encrypted, no mount targets.",
    sources: api("CreateFileSystem"),
    when: create(),
    expects: answers({
      FileSystemId: /^fs-[0-9a-f]{17}$/,
      LifeCycleState: oneOf("creating", "available"),
      PerformanceMode: "generalPurpose",
      ThroughputMode: "bursting",
      Encrypted: false,
      NumberOfMountTargets: 0,
      "SizeInBytes.Value": atLeast(0),
    }),
  },
  "creation-token-again": {
    states: "A creation token used again: FileSystemAlreadyExists with 409, and the error names the file system.",
    sources: api("CreateFileSystem"),
    given: [create()],
    when: create(),
    expects: fails("FileSystemAlreadyExists", 409, { carries: { FileSystemId: "$made" } }),
  },
  "file-system-by-token": {
    states: "A file system is found by its creation token.",
    sources: api("DescribeFileSystems"),
    given: [create()],
    when: efs("DescribeFileSystems", { CreationToken: "$own" }),
    expects: answers({ FileSystems: length(1), "FileSystems.0.FileSystemId": "$made" }),
  },
  "provisioned-without-throughput": {
    states: "ThroughputMode provisioned needs ProvisionedThroughputInMibps.",
    sources: api("CreateFileSystem"),
    when: create({ ThroughputMode: "provisioned" }),
    expects: fails(["BadRequest", "ValidationException"], 400),
  },
  "max-io-with-elastic": {
    states: "maxIO is not to be had with elastic throughput.",
    sources: api("CreateFileSystem"),
    when: create({ PerformanceMode: "maxIO", ThroughputMode: "elastic" }),
    expects: fails(["BadRequest", "ValidationException"], 400),
  },
  "throughput-mode-unknown": {
    states: "A throughput mode that does not exist is refused.",
    sources: api("CreateFileSystem"),
    when: create({ ThroughputMode: "infinite" }),
    expects: fails(["BadRequest", "ValidationException"], 400),
  },
  "describe-unknown-file-system": {
    states: "Describing a file system that does not exist: FileSystemNotFound.",
    sources: api("DescribeFileSystems"),
    when: efs("DescribeFileSystems", { FileSystemId: UNKNOWN }),
    expects: fails("FileSystemNotFound", 404),
  },
  "file-systems-page": {
    states: "MaxItems limits the page, and NextMarker (not NextToken) tells that there is more.",
    sources: api("DescribeFileSystems"),
    given: [create(), create({ CreationToken: "$own-b" })],
    when: efs("DescribeFileSystems", { MaxItems: 1 }),
    expects: answers({ FileSystems: length(1), NextMarker: PRESENT }),
  },
  "delete-unknown-file-system": {
    states: "Deleting a file system that does not exist: FileSystemNotFound.",
    sources: api("DeleteFileSystem"),
    when: efs("DeleteFileSystem", { FileSystemId: UNKNOWN }),
    expects: fails("FileSystemNotFound", 404),
  },
  "update-throughput": {
    states: "UpdateFileSystem changes the throughput mode.",
    sources: api("UpdateFileSystem"),
    given: [create(), available, efs("UpdateFileSystem", { FileSystemId: "$made", ThroughputMode: "elastic" })],
    when: described,
    eventually: true,
    expects: answers({ "FileSystems.0.ThroughputMode": "elastic" }),
  },
  "update-throughput-too-soon": {
    states: "The mode cannot be changed back within 24 hours: TooManyRequests.",
    sources: [api("UpdateFileSystem"), docs("efs/latest/ug/managing-throughput.html")],
    given: [
      create(),
      available,
      efs("UpdateFileSystem", {
        FileSystemId: "$made",
        ThroughputMode: "provisioned",
        ProvisionedThroughputInMibps: 10,
      }),
      until(described, answers({ "FileSystems.0.LifeCycleState": "available" })),
    ],
    when: efs("UpdateFileSystem", { FileSystemId: "$made", ThroughputMode: "bursting" }),
    expects: fails("TooManyRequests", 429),
  },
  "lifecycle-read-back": {
    states: "PutLifecycleConfiguration replaces the list of transitions, one in each object.",
    sources: api("PutLifecycleConfiguration"),
    given: [
      create(),
      available,
      efs("PutLifecycleConfiguration", {
        FileSystemId: "$made",
        LifecyclePolicies: [{ TransitionToIA: "AFTER_30_DAYS" }, { TransitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
      }),
    ],
    when: efs("DescribeLifecycleConfiguration", { FileSystemId: "$made" }),
    expects: answers({ LifecyclePolicies: length(2) }),
  },
  "lifecycle-two-in-one": {
    states: "Two transitions in one object are refused.",
    sources: api("PutLifecycleConfiguration"),
    given: [create(), available],
    when: efs("PutLifecycleConfiguration", {
      FileSystemId: "$made",
      LifecyclePolicies: [{ TransitionToIA: "AFTER_30_DAYS", TransitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
    }),
    expects: fails(["BadRequest", "ValidationException"], 400),
  },
  "no-lifecycle": {
    states: "Without lifecycle policies the list is empty.",
    sources: api("DescribeLifecycleConfiguration"),
    given: [create(), available],
    when: efs("DescribeLifecycleConfiguration", { FileSystemId: "$made" }),
    expects: answers({ LifecyclePolicies: EMPTY }),
  },
});

const MOUNT_TARGETS = behavioursOf("efs", {
  "create-mount-target": {
    states: "A new mount target is creating or available and has an address in its subnet.",
    sources: api("CreateMountTarget"),
    given: [create(), available],
    when: mount(),
    expects: answers({
      MountTargetId: /^fsmt-[0-9a-f]{17}$/,
      LifeCycleState: oneOf("creating", "available"),
      SubnetId: "$subnet",
      IpAddress: /^10\.77\.1\./,
    }),
  },
  "second-mount-target-in-zone": {
    states: "A second mount target in the same zone: MountTargetConflict.",
    sources: api("CreateMountTarget"),
    given: [create(), available, mount()],
    when: mount(),
    expects: fails("MountTargetConflict", 409),
  },
  "mount-target-unknown-subnet": {
    states: "A mount target in a subnet that does not exist: SubnetNotFound.",
    sources: api("CreateMountTarget"),
    given: [create(), available],
    when: mount({ SubnetId: "subnet-00000000000000000" }),
    expects: fails("SubnetNotFound", 400),
  },
  "mount-target-unknown-group": {
    states: "A mount target with a security group that does not exist: SecurityGroupNotFound.",
    sources: api("CreateMountTarget"),
    given: [create(), available],
    when: mount({ SecurityGroups: ["sg-00000000000000000"] }),
    expects: fails("SecurityGroupNotFound", 400),
  },
  "mount-targets-of-access-point": {
    states: "Mount targets are found by an access point of their file system.",
    sources: api("DescribeMountTargets"),
    given: [
      create(),
      available,
      mount(),
      efs("CreateAccessPoint", { ClientToken: "$own", FileSystemId: "$made" }, { point: "AccessPointId" }),
    ],
    when: efs("DescribeMountTargets", { AccessPointId: "$point" }),
    expects: answers({ MountTargets: length(1), "MountTargets.0.MountTargetId": "$target" }),
  },
  "mount-targets-without-filter": {
    states: "DescribeMountTargets needs a file system, a mount target or an access point.",
    sources: api("DescribeMountTargets"),
    when: efs("DescribeMountTargets"),
    expects: fails(["BadRequest", "ValidationException"], 400),
  },
  "describe-unknown-mount-target": {
    states: "Describing a mount target that does not exist: MountTargetNotFound.",
    sources: api("DescribeMountTargets"),
    when: efs("DescribeMountTargets", { MountTargetId: "fsmt-00000000000000000" }),
    expects: fails("MountTargetNotFound", 404),
  },
  "mount-target-groups": {
    states: "ModifyMountTargetSecurityGroups replaces the whole set.",
    sources: api("ModifyMountTargetSecurityGroups"),
    given: [
      create(),
      available,
      mount({ SecurityGroups: ["$group"] }),
      mounted,
      ec2("CreateSecurityGroup", { VpcId: "$vpc", GroupName: "$own", Description: "probe" }, { other: "GroupId" }),
      efs("ModifyMountTargetSecurityGroups", { MountTargetId: "$target", SecurityGroups: ["$other"] }),
    ],
    when: efs("DescribeMountTargetSecurityGroups", { MountTargetId: "$target" }),
    expects: answers({ SecurityGroups: length(1), "SecurityGroups.0": "$other" }),
  },
  "delete-file-system-in-use": {
    states: "A file system with a mount target cannot be deleted: FileSystemInUse.",
    sources: api("DeleteFileSystem"),
    given: [create(), available, mount()],
    when: efs("DeleteFileSystem", { FileSystemId: "$made" }),
    expects: fails("FileSystemInUse", 409),
  },
  "file-system-counts-mount-targets": {
    states: "DescribeFileSystems counts the mount targets.",
    sources: api("FileSystemDescription"),
    given: [create(), available, mount()],
    when: described,
    eventually: true,
    expects: answers({ "FileSystems.0.NumberOfMountTargets": 1 }),
  },
});

export const EFS_FILE_SYSTEMS = [...FILE_SYSTEMS, ...MOUNT_TARGETS];
