import { ACCOUNT, FILE_SYSTEM_ID, REGION } from "./patterns.ts";
import { recordRule, shown, when, type RecordRule } from "./rule.ts";

const ID = "fs-0123456789abcdef0";

/** AWS-FACTS 2.1 [lam-docs]. Mexico Central stands in an older list only, so it is not refused. */
export const REGIONS_WITHOUT_LAMBDA_EFS: Readonly<Record<string, string>> = {
  "ap-southeast-6": "New Zealand",
  "ap-east-2": "Taipei",
  "ap-southeast-5": "Malaysia",
  "ap-southeast-7": "Thailand",
  "ca-west-1": "Calgary",
};

function idInArn(given: string): string | null {
  return /file-system\/(fs-[0-9a-f]{8,40})/.exec(given)?.[1] ?? null;
}

function consentRule(field: "confirm" | "release", purpose: string): RecordRule {
  return recordRule<string>({
    id: `policy-${field}-names-file-system`,
    appliesTo: ["FileSystem"],
    field: `spec.policy.${field}`,
    needs: ["spec.fileSystemId"],
    source: "DESIGN 5",
    states: `The record's own fileSystemId, letter by letter: the consent ${purpose}.`,
    check: (given, { get }) => given === get("spec.fileSystemId"),
    message: (given, { get }) =>
      `spec.policy.${field} is ${shown(given)}: it is the consent ${purpose}, so it must repeat this record's fileSystemId; write ${shown(get("spec.fileSystemId"))} or leave it out.`,
    good: [when(ID, { "spec.policy.mode": field === "confirm" ? "Enforce" : "Observe" })],
    bad: [when("fs-00000000000000000"), when("yes"), when("")],
  });
}

export const FILE_SYSTEM_RULES: readonly RecordRule[] = [
  recordRule<string>({
    id: "account-digits",
    appliesTo: ["FileSystem"],
    field: "spec.account",
    source: "AWS-FACTS 1.1 [svc-auth]: account ids in ARNs",
    states: "Twelve digits in quotes.",
    check: (account) => ACCOUNT.test(account),
    message: (account) =>
      `spec.account is ${shown(account)}: allowed are twelve digits in quotes, e.g. "111122223333".`,
    good: [when("111122223333")],
    bad: [when("1111-2222-3333"), when("11112222333"), when("prod")],
  }),
  recordRule<string>({
    id: "account-home",
    appliesTo: ["FileSystem"],
    field: "spec.account",
    source: "DESIGN 2: this version looks after the account and region that it runs in",
    states: "The account that Mooring runs in.",
    check: (account, { home }) => !ACCOUNT.test(account) || account === home.account,
    message: (account, { home }) =>
      `spec.account is ${shown(account)}: this Mooring serves account ${home.account} only; write "${home.account}", or run another Mooring in account ${account}.`,
    good: [when("111122223333")],
    bad: [when("444455556666")],
  }),
  recordRule<string>({
    id: "region-form",
    appliesTo: ["FileSystem"],
    field: "spec.region",
    source: "AWS-FACTS 1.1 [svc-auth]: regions in ARNs",
    states: "A region's name, e.g. `eu-west-1`; not an availability zone.",
    check: (region) => REGION.test(region),
    message: (region) =>
      `spec.region is ${shown(region)}: allowed is the name of a region, e.g. "eu-west-1"${regionAdvice(region)}.`,
    good: [when("eu-west-1")],
    bad: [when("eu-west-1a"), when("Ireland"), when("eu_west_1"), when("")],
  }),
  recordRule<string>({
    id: "region-home",
    appliesTo: ["FileSystem"],
    field: "spec.region",
    source: "DESIGN 2: this version looks after the account and region that it runs in",
    states: "The region that Mooring runs in.",
    check: (region, { home }) => !REGION.test(region) || region === home.region,
    message: (region, { home }) =>
      `spec.region is ${shown(region)}: this Mooring serves region ${home.region} only; write "${home.region}", or run another Mooring in ${region}.`,
    good: [when("eu-west-1")],
    bad: [when("us-east-1")],
  }),
  recordRule<string>({
    id: "region-mounts-efs",
    appliesTo: ["FileSystem"],
    field: "spec.region",
    source: "AWS-FACTS 2.1 [lam-docs]: regions without EFS mounts",
    states: `Not one where Lambda cannot mount EFS: ${Object.entries(REGIONS_WITHOUT_LAMBDA_EFS)
      .map(([id, name]) => `${id} (${name})`)
      .join(", ")}.`,
    check: (region) => !Object.hasOwn(REGIONS_WITHOUT_LAMBDA_EFS, region),
    message: (region) =>
      `spec.region is ${shown(region)} (${REGIONS_WITHOUT_LAMBDA_EFS[region]}): Lambda cannot mount EFS there; use a file system and functions in another region.`,
    good: [when("eu-west-1")],
    bad: Object.keys(REGIONS_WITHOUT_LAMBDA_EFS).map((region) => when(region)),
  }),
  recordRule<string>({
    id: "file-system-id",
    appliesTo: ["FileSystem"],
    field: "spec.fileSystemId",
    source: "AWS-FACTS 1.1 [b-efs]",
    states: "`fs-` and 8 to 40 lower-case hexadecimal digits; not an ARN.",
    check: (id) => FILE_SYSTEM_ID.test(id),
    message: (id) => {
      const bare = idInArn(id);
      return `spec.fileSystemId is ${shown(id)}: allowed is fs- and 8 to 40 lower-case hexadecimal digits${bare === null ? "" : `; write ${bare}`}.`;
    },
    good: [when(ID), when("fs-01234567")],
    bad: [
      when("fs-0123"),
      when("fs-0123456789ABCDEF0"),
      when("fsap-0123456789abcdef0"),
      when(`arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/${ID}`),
    ],
  }),
  recordRule<string>({
    id: "policy-enforce-needs-confirm",
    appliesTo: ["FileSystem"],
    field: "spec.policy.mode",
    needs: ["spec.fileSystemId"],
    source: "DESIGN 5; AWS-FACTS 1.7, 10: the first Put ends the implicit access of every client",
    states: "`Enforce` only together with `policy.confirm`.",
    check: (mode, { get }) => mode !== "Enforce" || get("spec.policy.confirm") !== undefined,
    message: (_mode, { get }) =>
      `spec.policy.mode is Enforce without confirm: the first policy ends EFS's default of admitting every client, so clients that no Binding declares lose access; if that is meant, add confirm: ${String(get("spec.fileSystemId"))}.`,
    good: [when("Enforce", { "spec.policy.confirm": ID }), when("Preserve"), when("Observe")],
    bad: [when("Enforce")],
  }),
  consentRule("confirm", "to mode Enforce"),
  consentRule("release", "to take Mooring's Denies out after leaving mode Enforce"),
  recordRule<string>({
    id: "policy-release-not-in-enforce",
    appliesTo: ["FileSystem"],
    field: "spec.policy.release",
    needs: ["spec.policy.mode"],
    source: "DESIGN 5: leaving Enforce changes nothing until policy.release",
    states:
      "Not in mode `Enforce`: a consent left over would make the next change of mode take the Denies out unasked.",
    check: (_release, { get }) => get("spec.policy.mode") !== "Enforce",
    message: () =>
      "spec.policy.release is given in mode Enforce: it is the consent for taking the Denies out after leaving Enforce; leave it out for now.",
    good: [when(ID, { "spec.policy.mode": "Preserve" })],
    bad: [when(ID, { "spec.policy.mode": "Enforce", "spec.policy.confirm": ID })],
  }),
];

function regionAdvice(given: string): string {
  const zone = /^([a-z]{2}(-[a-z]+)+-\d{1,2})[a-z]$/.exec(given);
  return zone ? `; ${given} is an availability zone, write ${zone[1]}` : "";
}
