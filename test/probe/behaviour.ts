/** What a probe asks of something that speaks AWS's protocols, as data: calls, and what AWS documents about the last. */

export const SERVICES = ["efs", "lambda", "ecs", "eventbridge", "sqs", "dynamodb", "sts", "iam"] as const;
/** EC2 is not probed: it only lends networks. */
export type ServiceName = (typeof SERVICES)[number] | "ec2";

/**
 * One call. In `input` and in expectations, "$name" stands for what an earlier call or the stage remembered, or for
 * one of `$run` (unlike in every run), `$own` (unlike in every behaviour), `$account`, `$region`.
 */
export interface Call {
  service: ServiceName;
  operation: string;
  input: Record<string, unknown>;
  /** Name → path in the answer, e.g. { subnet: "Subnet.SubnetId" }. */
  remember: Record<string, string>;
  /** The call is repeated until its answer is so: for what AWS does behind the call's back. */
  until?: Expectation;
}

export type Matcher =
  | string
  | number
  | boolean
  | null
  | RegExp
  /** Anything but this text, in which names are filled in. */
  | { readonly differsFrom: string }
  | { readonly is: string; readonly accepts: (value: unknown) => boolean };

export type Expectation =
  /** Paths in the answer and what stands there. */
  | { readonly answers: Readonly<Record<string, Matcher>> }
  | {
      readonly fails: {
        /** One of these, as the SDK names it. */
        names: readonly string[];
        /** Null = not documented. */
        status: number | null;
        /** The documented, or reported, form of the message. */
        message?: RegExp;
        /** Members of the error and what stands there. */
        carries?: Readonly<Record<string, Matcher>>;
      };
    };

/**
 * How well it is known what AWS does: `documented` in AWS's documents or service models; `reported` by people who saw
 * it, in the issue or source that is named; `unverified` = taken from the context, contradicted by nothing.
 */
export type Evidence = "documented" | "reported" | "unverified";

export interface Behaviour {
  /** "service/name", unique. */
  id: string;
  service: ServiceName;
  /** One sentence in the present tense. */
  states: string;
  evidence: Evidence;
  /** Addresses of what says so. */
  sources: readonly string[];
  /** What has to be there first, in order. */
  given: readonly Call[];
  /** The call that is judged. */
  when: Call;
  expects: Expectation;
  /** The call is repeated until it is so. */
  eventually: boolean;
}

type CallOf = (operation: string, input?: Record<string, unknown>, remember?: Record<string, string>) => Call;

export const callsOf =
  (service: ServiceName): CallOf =>
  (operation, input = {}, remember = {}) => ({ service, operation, input, remember });

/** The call, repeated until its answer is so. */
export const until = (call: Call, expectation: Expectation): Call => ({ ...call, until: expectation });

/** The call, repeated until it succeeds: something that it names may still be on its way. */
export const patiently = (call: Call): Call => until(call, answers({}));

export const answers = (paths: Record<string, Matcher>): Expectation => ({ answers: paths });

/** @param names one, or several where the documents allow several. */
export function fails(
  names: string | readonly string[],
  status: number | null,
  more: { message?: RegExp; carries?: Record<string, Matcher> } = {},
): Expectation {
  return { fails: { names: typeof names === "string" ? [names] : names, status, ...more } };
}

export const ABSENT: Matcher = { is: "absent", accepts: (value) => value === undefined || value === null };
export const PRESENT: Matcher = { is: "present", accepts: (value) => value !== undefined && value !== null };
export const EMPTY: Matcher = {
  is: "empty or absent",
  accepts: (value) => value === undefined || value === null || (Array.isArray(value) && value.length === 0),
};
export const atLeast = (least: number): Matcher => ({
  is: `a number from ${least}`,
  accepts: (value) => typeof value === "number" && value >= least,
});
export const length = (count: number): Matcher => ({
  is: `a list of ${count}`,
  accepts: (value) => Array.isArray(value) && value.length === count,
});
export const oneOf = (...values: string[]): Matcher => ({
  is: values.join(" or "),
  accepts: (value) => values.includes(String(value)),
});
export const differentFrom = (differsFrom: string): Matcher => ({ differsFrom });

export interface Case {
  states: string;
  /** Default: documented. */
  evidence?: Evidence;
  sources: string | readonly string[];
  given?: readonly Call[];
  when: Call;
  expects: Expectation;
  /** Default: the first answer counts. */
  eventually?: true;
}

/** The behaviours of one service, by name. */
export function behavioursOf(service: ServiceName, cases: Readonly<Record<string, Case>>): Behaviour[] {
  return Object.entries(cases).map(([name, { evidence = "documented", sources, given = [], ...rest }]) => ({
    id: `${service}/${name}`,
    service,
    evidence,
    sources: typeof sources === "string" ? [sources] : sources,
    given,
    eventually: rest.eventually ?? false,
    states: rest.states,
    when: rest.when,
    expects: rest.expects,
  }));
}

const REFERENCES: Record<ServiceName, string> = {
  efs: "efs/latest/ug/API_",
  lambda: "lambda/latest/api/API_",
  ecs: "AmazonECS/latest/APIReference/API_",
  eventbridge: "eventbridge/latest/APIReference/API_",
  sqs: "AWSSimpleQueueService/latest/APIReference/API_",
  dynamodb: "amazondynamodb/latest/APIReference/API_",
  sts: "STS/latest/APIReference/API_",
  iam: "IAM/latest/APIReference/API_",
  ec2: "AWSEC2/latest/APIReference/API_",
};

/** The page of an operation, or of a data type, in AWS's API reference. */
export const reference =
  (service: ServiceName) =>
  (page: string): string =>
    `https://docs.aws.amazon.com/${REFERENCES[service]}${page}.html`;

export const docs = (path: string): string => `https://docs.aws.amazon.com/${path}`;
export const issue = (repository: string, number: number): string =>
  `https://github.com/${repository}/issues/${number}`;
