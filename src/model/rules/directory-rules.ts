import {
  PATH_CHARACTERS_MAX,
  PATH_FORBIDDEN_CHARACTERS,
  PATH_LEVELS_MAX,
  PERMISSIONS,
  POSIX_ID_MAX,
  SECONDARY_GIDS_MAX,
} from "./patterns.ts";
import { recordRule, shown, when, type RecordRule } from "./rule.ts";

const PATH = "spec.rootDirectory.path";
const PERMISSIONS_FIELD = "spec.rootDirectory.permissions";
const MODEL_PATH = "AWS-FACTS 1.2 [b-efs]: RootDirectory.Path";

/** Lets anybody enter, for examples about an id alone. */
const ANYBODY_ENTERS = { [PERMISSIONS_FIELD]: "0755" };

function segments(path: string): string[] {
  return path.replace(/^\//, "").split("/");
}

function withoutRoot(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

const PATH_RULES: readonly RecordRule[] = [
  recordRule<string>({
    id: "path-absolute",
    appliesTo: ["Binding"],
    field: PATH,
    source: MODEL_PATH,
    states: "Starts with `/`.",
    check: (path) => path.startsWith("/"),
    message: (path) => `${PATH} is ${shown(path)}: it must start with "/"; write ${shown(withoutRoot(path))}.`,
    good: [when("/app1")],
    bad: [when("app1"), when("./app1")],
  }),
  recordRule<string>({
    id: "path-not-root",
    appliesTo: ["Binding"],
    field: PATH,
    source: "AWS-FACTS 1.3 CreationInfo, 8 #9, #33: the root directory exists, so its owner and mode cannot be set",
    states:
      "Not `/` itself: a file system's root exists already, as root:root 755, so the owner and permissions of the Binding could never come true.",
    check: (path) => path !== "/",
    message: () =>
      `${PATH} is "/": the root of a file system exists already, owned by root with mode 755, and EFS never changes the owner of a directory that exists; name a directory below it, e.g. "/app1".`,
    good: [when("/app1")],
    bad: [when("/")],
  }),
  recordRule<string>({
    id: "path-length",
    appliesTo: ["Binding"],
    field: PATH,
    source: MODEL_PATH,
    states: `1 to ${PATH_CHARACTERS_MAX} characters.`,
    check: (path) => path.length >= 1 && path.length <= PATH_CHARACTERS_MAX,
    message: (path) =>
      `${PATH} has ${path.length} characters: 1 to ${PATH_CHARACTERS_MAX} are allowed; choose a ${path === "" ? 'path such as "/app1"' : "shorter path"}.`,
    good: [when(`/${"a".repeat(99)}`)],
    bad: [when(`/${"a".repeat(100)}`), when("")],
  }),
  recordRule<string>({
    id: "path-levels",
    appliesTo: ["Binding"],
    field: PATH,
    source: MODEL_PATH,
    states: `At most ${PATH_LEVELS_MAX} levels.`,
    check: (path) => segments(path).length <= PATH_LEVELS_MAX,
    message: (path) =>
      `${PATH} is ${shown(path)} with ${segments(path).length} levels: at most ${PATH_LEVELS_MAX} are allowed; choose a shallower directory.`,
    good: [when("/a/b/c/d")],
    bad: [when("/a/b/c/d/e")],
  }),
  recordRule<string>({
    id: "path-no-trailing-slash",
    appliesTo: ["Binding"],
    field: PATH,
    source: MODEL_PATH,
    states: "No slash at the end.",
    check: (path) => path.length < 2 || !path.endsWith("/"),
    message: (path) =>
      `${PATH} is ${shown(path)}: no slash is allowed at the end; write ${shown(path.replace(/\/+$/, ""))}.`,
    good: [when("/app1")],
    bad: [when("/app1/")],
  }),
  recordRule<string>({
    id: "path-no-empty-level",
    appliesTo: ["Binding"],
    field: PATH,
    source: MODEL_PATH,
    states: "No `//`.",
    check: (path) => !path.includes("//"),
    message: (path) =>
      `${PATH} is ${shown(path)}: no empty level is allowed; write ${shown(path.replaceAll(/\/+/g, "/"))}.`,
    good: [when("/a/b")],
    bad: [when("/a//b")],
  }),
  recordRule<string>({
    id: "path-no-leading-dot",
    appliesTo: ["Binding"],
    field: PATH,
    source: MODEL_PATH,
    states: "No level starts with a dot; so no `.`, no `..`, no hidden directory.",
    check: (path) => segments(path).every((segment) => !segment.startsWith(".")),
    message: (path) => `${PATH} is ${shown(path)}: EFS allows no level that starts with a dot; choose another name.`,
    good: [when("/a.b/c")],
    bad: [when("/.hidden"), when("/a/../b"), when("/a/.")],
  }),
  recordRule<string>({
    id: "path-characters",
    appliesTo: ["Binding"],
    field: PATH,
    source: MODEL_PATH,
    states: "None of `$#<>;|&?{}^*`, no backquote and no line break.",
    check: (path) => !PATH_FORBIDDEN_CHARACTERS.test(path),
    message: (path) =>
      `${PATH} is ${shown(path)}: the characters $ # < > ; \` | & ? { } ^ * and line breaks are not allowed; leave them out.`,
    good: [when("/with space/ünïcode_1-2"), when("/it's (fine)")],
    bad: "$#<>;`|&?{}^*\n".split("").map((character) => when(`/a${character}b`)),
  }),
];

function posixIdRule(id: "uid-range" | "gid-range", field: string): RecordRule {
  return recordRule<number>({
    id,
    appliesTo: ["Binding"],
    field,
    source: "AWS-FACTS 1.2 [b-efs]: Uid, Gid, SecondaryGids, OwnerUid, OwnerGid",
    states: `A whole number from 0 to ${POSIX_ID_MAX}.`,
    check: (given) => Number.isInteger(given) && given >= 0 && given <= POSIX_ID_MAX,
    message: (given) => `${field} is ${shown(given)}: allowed is a whole number from 0 to ${POSIX_ID_MAX}.`,
    good: [when(1001), when(POSIX_ID_MAX, ANYBODY_ENTERS)],
    bad: [when(-1), when(1.5), when(POSIX_ID_MAX + 1)],
  });
}

const OWNER_RULES: readonly RecordRule[] = [
  recordRule<string>({
    id: "permissions-octal",
    appliesTo: ["Binding"],
    field: PERMISSIONS_FIELD,
    source: "AWS-FACTS 1.2 [b-efs]: CreationInfo.Permissions",
    states: 'Three or four octal digits in quotes. `"750"` and `"0750"` mean the same.',
    check: (permissions) => PERMISSIONS.test(permissions),
    message: (permissions) =>
      `${PERMISSIONS_FIELD} is ${shown(permissions)}: allowed are three or four digits from 0 to 7 in quotes, e.g. "0750".`,
    good: [when("0750"), when("750"), when("1777")],
    bad: [when("0o750"), when("888"), when("75"), when("07500"), when("rwxr-x---"), when("")],
  }),
  posixIdRule("uid-range", "spec.rootDirectory.ownerUid"),
  posixIdRule("gid-range", "spec.rootDirectory.ownerGid"),
  posixIdRule("uid-range", "spec.posixUser.uid"),
  posixIdRule("gid-range", "spec.posixUser.gid"),
  posixIdRule("gid-range", "spec.posixUser.secondaryGids[]"),
  recordRule<number[]>({
    id: "secondary-gids-count",
    appliesTo: ["Binding"],
    field: "spec.posixUser.secondaryGids",
    source: "AWS-FACTS 1.2 [b-efs], 1.3: NFS carries at most 16 groups",
    states: `At most ${SECONDARY_GIDS_MAX}.`,
    check: (gids) => gids.length <= SECONDARY_GIDS_MAX,
    message: (gids) =>
      `spec.posixUser.secondaryGids has ${gids.length} entries: at most ${SECONDARY_GIDS_MAX} are allowed; give the directory a group that fewer memberships reach.`,
    good: [when([]), when(Array.from({ length: SECONDARY_GIDS_MAX }, (_, index) => 2_000 + index))],
    bad: [when(Array.from({ length: SECONDARY_GIDS_MAX + 1 }, (_, index) => 2_000 + index))],
  }),
];

const IDENTITY_RULES: readonly RecordRule[] = [
  recordRule<number>({
    id: "root-needs-root-access",
    appliesTo: ["Binding"],
    field: "spec.posixUser.uid",
    needs: ["spec.access"],
    source:
      "AWS-FACTS 1.3: an access point with uid 0 is still subject to root squash unless ClientRootAccess is allowed",
    states:
      "Uid 0 only together with `access: ReadWriteRoot`: otherwise EFS turns root into nobody, and the Binding would not mean what it says.",
    check: (uid, { get }) => uid !== 0 || get("spec.access") === "ReadWriteRoot",
    message: (_uid, { get }) =>
      `spec.posixUser.uid is 0 with access ${String(get("spec.access"))}: without ClientRootAccess EFS turns root into nobody; write access: ReadWriteRoot, or a uid other than 0.`,
    good: [when(0, { "spec.access": "ReadWriteRoot" }), when(1001, { "spec.access": "ReadOnly" })],
    bad: [when(0, { "spec.access": "ReadWrite" }), when(0, { "spec.access": "ReadOnly" })],
  }),
  recordRule<string>({
    id: "user-can-enter",
    appliesTo: ["Binding"],
    field: PERMISSIONS_FIELD,
    needs: ["spec.rootDirectory.ownerUid", "spec.rootDirectory.ownerGid", "spec.posixUser.uid", "spec.posixUser.gid"],
    source: "AWS-FACTS 1.3: the access point's user needs the execute bit on the root directory",
    states:
      "With the stated owner and mode, the stated user has the execute bit on the directory: without it, nothing in it can be reached.",
    check: (permissions, { get }) => !PERMISSIONS.test(permissions) || canEnter(permissions, accessOf(get)),
    message: (permissions, { get }) => cannotEnter(permissions, accessOf(get)),
    good: [
      when("0700"),
      when("0070", { "spec.posixUser.uid": 5 }),
      when("0750", { "spec.posixUser.uid": 5, "spec.posixUser.gid": 6, "spec.posixUser.secondaryGids": [1001] }),
      when("0001", { "spec.posixUser.uid": 5, "spec.posixUser.gid": 6 }),
      when("0000", { "spec.posixUser.uid": 0, "spec.access": "ReadWriteRoot" }),
    ],
    bad: [
      when("0640"),
      when("0077"),
      when("0700", { "spec.posixUser.uid": 5 }),
      when("0750", { "spec.posixUser.uid": 5, "spec.posixUser.gid": 6 }),
    ],
  }),
];

interface Stated {
  ownerUid: number;
  ownerGid: number;
  uid: number;
  groups: readonly unknown[];
}

function accessOf(get: (path: string) => unknown): Stated {
  const secondary = get("spec.posixUser.secondaryGids");
  return {
    ownerUid: get("spec.rootDirectory.ownerUid") as number,
    ownerGid: get("spec.rootDirectory.ownerGid") as number,
    uid: get("spec.posixUser.uid") as number,
    groups: [get("spec.posixUser.gid"), ...(Array.isArray(secondary) ? (secondary as unknown[]) : [])],
  };
}

/** POSIX looks at one class only: the owner's bits bind the owner even where the others have more. */
function classOf(stated: Stated): { who: string; digitFromEnd: number } {
  if (stated.uid === stated.ownerUid) return { who: "the owner", digitFromEnd: 3 };
  if (stated.groups.includes(stated.ownerGid)) return { who: "the group", digitFromEnd: 2 };
  return { who: "others", digitFromEnd: 1 };
}

function canEnter(permissions: string, stated: Stated): boolean {
  if (stated.uid === 0) return true;
  return (Number(permissions.at(-classOf(stated).digitFromEnd)) & 1) === 1;
}

function cannotEnter(permissions: string, stated: Stated): string {
  const { who } = classOf(stated);
  return (
    `${PERMISSIONS_FIELD} is ${shown(permissions)} for a directory of ${stated.ownerUid}:${stated.ownerGid}: user ${stated.uid} counts as ${who} and has no execute bit, so nothing in the directory can be reached; ` +
    `add the bit for ${who}, e.g. "0755", or change spec.posixUser.`
  );
}

export const DIRECTORY_RULES: readonly RecordRule[] = [...PATH_RULES, ...OWNER_RULES, ...IDENTITY_RULES];
