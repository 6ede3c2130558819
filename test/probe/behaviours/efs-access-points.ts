import {
  ABSENT,
  answers,
  behavioursOf,
  callsOf,
  docs,
  EMPTY,
  fails,
  issue,
  length,
  oneOf,
  PRESENT,
  reference,
  until,
  type Call,
} from "../behaviour.ts";

const efs = callsOf("efs");
const api = reference("efs");

const create = (
  input: Record<string, unknown> = {},
  remember: Record<string, string> = { made: "AccessPointId" },
): Call => efs("CreateAccessPoint", { ClientToken: "$own", FileSystemId: "$fileSystem", ...input }, remember);
const describe = efs("DescribeAccessPoints", { AccessPointId: "$made" });
const refused = fails(["ValidationException", "BadRequest"], 400);
const at = (Path: string, more: object = {}): Record<string, unknown> => ({ RootDirectory: { Path, ...more } });
const UNKNOWN = "fsap-00000000000000000";
const UNKNOWN_FILE_SYSTEM = "fs-00000000000000000";

export const EFS_ACCESS_POINTS = behavioursOf("efs", {
  "create-access-point": {
    states:
      "A new access point is creating or available, has an id of 17 hex digits and an ARN without the file system.",
    sources: api("CreateAccessPoint"),
    when: create(),
    expects: answers({
      AccessPointId: /^fsap-[0-9a-f]{17}$/,
      AccessPointArn: /^arn:aws[-a-z]*:elasticfilesystem:[^:]+:\d{12}:access-point\/fsap-[0-9a-f]{17}$/,
      LifeCycleState: oneOf("creating", "available"),
      OwnerId: "$account",
      FileSystemId: "$fileSystem",
    }),
  },
  "access-point-becomes-available": {
    states: "An access point becomes available by itself.",
    sources: api("AccessPointDescription"),
    given: [create()],
    when: describe,
    eventually: true,
    expects: answers({ "AccessPoints.0.LifeCycleState": "available" }),
  },
  "client-token-again": {
    states: "A client token used again, with equal parameters, is refused with 409; the error names the access point.",
    sources: [api("CreateAccessPoint"), issue("aws/aws-cli", 6198)],
    given: [create()],
    when: create(),
    expects: fails("AccessPointAlreadyExists", 409, { carries: { AccessPointId: "$made" } }),
  },
  "client-token-other-parameters": {
    states: "A client token used again with other parameters is refused in the same way.",
    sources: api("CreateAccessPoint"),
    given: [create()],
    when: create(at("/other")),
    expects: fails("AccessPointAlreadyExists", 409),
  },
  "client-token-other-file-system": {
    states: "A client token belongs to account and region: it cannot be used on another file system either.",
    evidence: "reported",
    sources: issue("kubernetes-sigs/aws-efs-csi-driver", 1170),
    given: [create()],
    when: create({ FileSystemId: "$otherFileSystem" }, {}),
    expects: fails("AccessPointAlreadyExists", 409),
  },
  "client-token-echoed": {
    states: "DescribeAccessPoints answers the client token.",
    sources: api("AccessPointDescription"),
    given: [create()],
    when: describe,
    expects: answers({ "AccessPoints.0.ClientToken": "$own" }),
  },
  "no-root-directory": {
    states: 'Without RootDirectory the access point\'s path is read back as "/".',
    sources: [docs("lambda/latest/dg/configuration-filesystem.html"), api("RootDirectory")],
    given: [create()],
    when: describe,
    expects: answers({ "AccessPoints.0.RootDirectory.Path": "/" }),
  },
  "no-posix-user": {
    states: "Without PosixUser the member is absent, not zero.",
    sources: docs("lambda/latest/dg/configuration-filesystem.html"),
    given: [create()],
    when: describe,
    expects: answers({ "AccessPoints.0.PosixUser": ABSENT }),
  },
  "creation-info-read-back": {
    states: "PosixUser with secondary groups and CreationInfo are read back as they were given.",
    sources: api("AccessPointDescription"),
    given: [
      create({
        PosixUser: { Uid: 1001, Gid: 1002, SecondaryGids: [2001, 2002] },
        ...at("/app", { CreationInfo: { OwnerUid: 1001, OwnerGid: 1002, Permissions: "0750" } }),
      }),
    ],
    when: describe,
    expects: answers({
      "AccessPoints.0.PosixUser.Uid": 1001,
      "AccessPoints.0.PosixUser.Gid": 1002,
      "AccessPoints.0.PosixUser.SecondaryGids": length(2),
      "AccessPoints.0.RootDirectory.Path": "/app",
      "AccessPoints.0.RootDirectory.CreationInfo.OwnerUid": 1001,
      "AccessPoints.0.RootDirectory.CreationInfo.Permissions": "0750",
    }),
  },
  "permissions-as-given": {
    states: 'Permissions are read back in the form that was given: "755" stays "755".',
    evidence: "unverified",
    sources: api("CreationInfo"),
    given: [create(at("/app", { CreationInfo: { OwnerUid: 1, OwnerGid: 1, Permissions: "755" } }))],
    when: describe,
    expects: answers({ "AccessPoints.0.RootDirectory.CreationInfo.Permissions": "755" }),
  },
  "path-of-five-levels": {
    states: "A path of five directories is refused, with the pattern in the message.",
    sources: [api("RootDirectory"), issue("kubernetes-sigs/aws-efs-csi-driver", 1073)],
    when: create(at("/a/b/c/d/e")),
    expects: fails("ValidationException", 400, { message: /rootDirectory\.path.*failed to satisfy constraint/i }),
  },
  "path-with-double-slash": {
    states: 'A path with "//" is refused: 1 validation error detected.',
    evidence: "reported",
    sources: issue("kubernetes-sigs/aws-efs-csi-driver", 1073),
    when: create(at("//app")),
    expects: fails("ValidationException", 400, {
      message: /1 validation error detected: Value '\/\/app' at 'rootDirectory\.path'/,
    }),
  },
  "path-of-101-characters": {
    states: "A path of more than 100 characters is refused.",
    sources: api("RootDirectory"),
    when: create(at(`/${"a".repeat(100)}`)),
    expects: refused,
  },
  "permissions-not-octal": {
    states: "Permissions must be three or four octal digits.",
    sources: api("CreationInfo"),
    when: create(at("/app", { CreationInfo: { OwnerUid: 1, OwnerGid: 1, Permissions: "0799" } })),
    expects: refused,
  },
  "creation-info-incomplete": {
    states: "CreationInfo needs OwnerUid, OwnerGid and Permissions together.",
    sources: api("CreationInfo"),
    when: create(at("/app", { CreationInfo: { OwnerUid: 1, Permissions: "0750" } })),
    expects: refused,
  },
  "posix-user-incomplete": {
    states: "PosixUser needs Uid and Gid together.",
    sources: api("PosixUser"),
    when: create({ PosixUser: { Uid: 1 } }),
    expects: refused,
  },
  "uid-too-large": {
    states: "A uid above 4294967295 is refused.",
    sources: api("PosixUser"),
    when: create({ PosixUser: { Uid: 4_294_967_296, Gid: 1 } }),
    expects: refused,
  },
  "seventeen-secondary-groups": {
    states: "More than 16 secondary groups are refused.",
    sources: api("PosixUser"),
    when: create({ PosixUser: { Uid: 1, Gid: 1, SecondaryGids: Array.from({ length: 17 }, (_, n) => n + 1) } }),
    expects: refused,
  },
  "tag-key-of-aws": {
    states: 'A tag key that begins with "aws:" is refused.',
    sources: api("Tag"),
    when: create({ Tags: [{ Key: "aws:mine", Value: "x" }] }),
    expects: refused,
  },
  "create-without-file-system": {
    states: "An access point on a file system that does not exist: FileSystemNotFound.",
    sources: api("CreateAccessPoint"),
    when: create({ FileSystemId: UNKNOWN_FILE_SYSTEM }),
    expects: fails("FileSystemNotFound", 404),
  },
  "create-by-arn": {
    states: "The file system may be given by its ARN; the answer names its id.",
    sources: api("CreateAccessPoint"),
    when: create({ FileSystemId: "$fileSystemArn" }),
    expects: answers({ FileSystemId: "$fileSystem" }),
  },
  "describe-unknown-access-point": {
    states: "Describing an access point that does not exist: AccessPointNotFound, not an empty list.",
    sources: api("DescribeAccessPoints"),
    when: efs("DescribeAccessPoints", { AccessPointId: UNKNOWN }),
    expects: fails("AccessPointNotFound", 404),
  },
  "describe-access-points-of-unknown": {
    states: "Describing the access points of a file system that does not exist: FileSystemNotFound.",
    sources: api("DescribeAccessPoints"),
    when: efs("DescribeAccessPoints", { FileSystemId: UNKNOWN_FILE_SYSTEM }),
    expects: fails("FileSystemNotFound", 404),
  },
  "describe-access-points-both-filters": {
    states: "AccessPointId and FileSystemId exclude one another.",
    sources: api("DescribeAccessPoints"),
    given: [create()],
    when: efs("DescribeAccessPoints", { AccessPointId: "$made", FileSystemId: "$fileSystem" }),
    expects: fails(["BadRequest", "ValidationException"], 400),
  },
  "access-points-first-page": {
    states: "MaxResults limits the page, and NextToken tells that there is more.",
    sources: api("DescribeAccessPoints"),
    given: [create(), create({ ClientToken: "$own-b" })],
    when: efs("DescribeAccessPoints", { FileSystemId: "$fileSystem", MaxResults: 1 }),
    expects: answers({ AccessPoints: length(1), NextToken: PRESENT }),
  },
  "access-points-next-page": {
    states: "NextToken leads on to the next page.",
    sources: api("DescribeAccessPoints"),
    given: [
      create(),
      create({ ClientToken: "$own-b" }),
      efs("DescribeAccessPoints", { FileSystemId: "$fileSystem", MaxResults: 1 }, { next: "NextToken" }),
    ],
    when: efs("DescribeAccessPoints", { FileSystemId: "$fileSystem", MaxResults: 1, NextToken: "$next" }),
    expects: answers({ AccessPoints: length(1) }),
  },
  "access-points-page-of-none": {
    states: "MaxResults of 0 is refused.",
    sources: api("DescribeAccessPoints"),
    when: efs("DescribeAccessPoints", { FileSystemId: "$fileSystem", MaxResults: 0 }),
    expects: refused,
  },
  "deleted-access-point": {
    states: "A deleted access point is AccessPointNotFound, if not at once.",
    sources: api("DeleteAccessPoint"),
    given: [create(), efs("DeleteAccessPoint", { AccessPointId: "$made" })],
    when: describe,
    eventually: true,
    expects: fails("AccessPointNotFound", 404),
  },
  "delete-unknown-access-point": {
    states: "Deleting an access point that does not exist: AccessPointNotFound.",
    sources: api("DeleteAccessPoint"),
    when: efs("DeleteAccessPoint", { AccessPointId: UNKNOWN }),
    expects: fails("AccessPointNotFound", 404),
  },
  "name-is-the-name-tag": {
    states: 'An access point\'s Name is the value of its tag "Name".',
    sources: api("AccessPointDescription"),
    given: [create(), efs("TagResource", { ResourceId: "$made", Tags: [{ Key: "Name", Value: "shared" }] })],
    when: describe,
    eventually: true,
    expects: answers({ "AccessPoints.0.Name": "shared" }),
  },
  "untag-access-point": {
    states: "UntagResource takes the tag away.",
    sources: api("UntagResource"),
    given: [
      create({ Tags: [{ Key: "team", Value: "media" }] }),
      until(efs("ListTagsForResource", { ResourceId: "$made" }), answers({ "Tags.0.Key": "team" })),
      efs("UntagResource", { ResourceId: "$made", TagKeys: ["team"] }),
    ],
    when: efs("ListTagsForResource", { ResourceId: "$made" }),
    eventually: true,
    expects: answers({ Tags: EMPTY }),
  },
  "tag-unknown-access-point": {
    states: "Tagging an access point that does not exist: AccessPointNotFound.",
    sources: api("TagResource"),
    when: efs("TagResource", { ResourceId: UNKNOWN, Tags: [{ Key: "a", Value: "b" }] }),
    expects: fails("AccessPointNotFound", 404),
  },
});
