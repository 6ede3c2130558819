/** What is in the demo account, as data: names and ids that are the same in every furnished world. */

export interface FurnishedFunction {
  name: string;
  runtime: string;
  handler: string;
  memoryMb: number;
  timeoutS: number;
  /** What the function is for, besides files: its role's own policy, none of it about EFS. */
  allows: readonly { actions: readonly string[]; resource: string }[];
}

export const FURNISHED = {
  fileSystemId: "fs-0123456789abcdef0",
  fileSystemName: "shared",
  /** Functions and their roles have the same names. */
  functions: ["thumbnailer", "transcoder", "indexer", "reporter"],
  /** Two functions that are meant to work in one directory. */
  sharing: ["thumbnailer", "transcoder"],
  /** Roles that the file system's own policy names, by the Sid of their statement. */
  foreignStatements: { "backup-nightly": "backup-agent", "audit-read-only": "auditor" },
  /** Name and path of an access point that somebody else made. */
  foreignAccessPoint: { clientToken: "legacy-ftp", path: "/legacy", uid: 2000, gid: 2000 },
  /** The user of the deployment pipeline; its access key id is its name. */
  pipelineUser: "deploy-bot",
  zones: ["a", "b", "c"],
  cluster: "prod",
  /** A service without a volume; its task role and its family have its name. */
  service: "web",
  /** The service's containers: the application and the sidecar that ships its logs. */
  containers: ["app", "log"],
  /** A family that a schedule runs as tasks of no service; its task role has its name. */
  taskFamily: "nightly-report",
} as const;

export const FUNCTIONS: readonly FurnishedFunction[] = [
  {
    name: "thumbnailer",
    runtime: "nodejs24.x",
    handler: "index.handler",
    memoryMb: 512,
    timeoutS: 30,
    allows: [{ actions: ["s3:GetObject", "s3:PutObject"], resource: "arn:aws:s3:::media-uploads/*" }],
  },
  {
    name: "transcoder",
    runtime: "python3.13",
    handler: "app.handler",
    memoryMb: 3008,
    timeoutS: 900,
    allows: [
      { actions: ["s3:GetObject"], resource: "arn:aws:s3:::media-uploads/*" },
      {
        actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        resource: "arn:aws:sqs:*:*:transcode-jobs",
      },
    ],
  },
  {
    name: "indexer",
    runtime: "java21",
    handler: "com.example.Indexer::handle",
    memoryMb: 2048,
    timeoutS: 300,
    allows: [
      {
        actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
        resource: "arn:aws:dynamodb:*:*:table/search-index",
      },
    ],
  },
  {
    name: "reporter",
    runtime: "nodejs24.x",
    handler: "report.handler",
    memoryMb: 256,
    timeoutS: 120,
    allows: [{ actions: ["ses:SendEmail"], resource: "*" }],
  },
];
