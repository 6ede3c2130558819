/** The AWS services that Mooring and its tests call. */
export const SERVICES = [
  "efs",
  "lambda",
  "ecs",
  "iam",
  "sts",
  "ec2",
  "sqs",
  "eventbridge",
  "scheduler",
  "dynamodb",
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Where nobody listens: asked for a service that a world lacks, so that no test ever reaches AWS itself. */
export const NOWHERE = "http://127.0.0.1:9";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Who plays a service, e.g. {code: "MiniStack 1.5.33", substituteFor: "LocalStack"}. */
export interface Player {
  code: string;
  /** Set where somebody else plays the service for the world's own emulator, which cannot. */
  substituteFor?: string;
}

/**
 * An AWS, whoever plays it: the simulator, emulators in containers. The suite knows no more of it than an
 * application would: addresses, credentials, and what it is known to do wrong.
 */
export interface WorldUnderTest {
  /** As in the table of known wrongs. */
  readonly name: WorldName;
  readonly account: string;
  readonly region: string;
  /** Where each service answers; a service that is missing is not there. */
  readonly endpoints: Readonly<Partial<Record<ServiceName, string>>>;
  readonly players: Readonly<Partial<Record<ServiceName, Player>>>;
  /** Where the emulator answers that substitutes stand in for; absent = it has none. */
  readonly substitutedFor?: string;
  /** The credentials of somebody, by name. An emulator may know only one caller. */
  credentialsOf(person: string): Credentials;
  /** Returns once what was changed can be read back everywhere. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export const WORLDS = ["simulator", "free world", "LocalStack", "LocalStack with a token"] as const;
export type WorldName = (typeof WORLDS)[number];
