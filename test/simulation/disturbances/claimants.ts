import { TAGS } from "../../../src/model/records.ts";
import { FS_ID } from "../../integration/manifests.ts";
import { SIMULATED_SETTINGS } from "../settings.ts";
import type { Disturb } from "./disturbance.ts";
import { editPolicy, foreignStatement } from "./saboteurs.ts";

const OWNER = { Uid: 4000, Gid: 4000 };

/** Of a record that no log knows of: of another store of this installation, say, that was lost. */
export const orphan: Disturb = async (levers, chance, n) => {
  const tags = {
    [TAGS.managed]: "true",
    [TAGS.installation]: SIMULATED_SETTINGS.installation,
    [TAGS.binding]: chance.uuid(),
    [TAGS.bindingName]: `media/lost-${n}`,
    [TAGS.slot]: "1",
  };
  const made = await levers.foreign("mallory", "efs", "CreateAccessPoint", {
    ClientToken: `orphan-${n}`,
    FileSystemId: FS_ID,
    PosixUser: OWNER,
    RootDirectory: { Path: `/lost-${n}` },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });
  if (made !== null) levers.interference.count("orphan");
};

/** Tokens can be known: whoever saw one in CloudTrail can use it, for something else. */
export const tokenTaken: Disturb = (levers, chance, n) => {
  const isOtherwiseSame = chance.happens(0.4);
  levers.interference.inBetween(
    "token-taken",
    ({ operation }) => operation === "CreateAccessPoint",
    async ({ input }) => {
      const { ClientToken, RootDirectory, PosixUser, Tags } = input as Record<string, object>;
      const same = { RootDirectory, PosixUser };
      const other = { RootDirectory: { Path: `/mallory-${n}` }, PosixUser: OWNER, Tags };
      await levers.foreign("mallory", "efs", "CreateAccessPoint", {
        ClientToken,
        FileSystemId: FS_ID,
        ...(isOtherwiseSame ? same : other),
      });
    },
  );
};

/** What EFS takes for one policy, and what is left of it for Mooring. */
const POLICY_MAX = 20_000;
const STATEMENT_CHARACTERS = 420;

export const crowdedPolicy: Disturb = async (levers, chance, n) => {
  const leftFor = chance.between(500, 4_000);
  const done = await editPolicy(levers, "platform-team", (statements) => {
    const free = POLICY_MAX - JSON.stringify(statements).length - leftFor;
    const count = Math.floor(free / STATEMENT_CHARACTERS);
    const more = Array.from({ length: Math.max(0, count) }, (_, at) => foreignStatement(levers, n, `crowd-${at}`));
    return more.length === 0 ? null : [...statements, ...more];
  });
  if (done) levers.interference.count("crowded-policy");
};
