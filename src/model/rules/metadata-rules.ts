import { adoptionFault } from "../adoption.ts";
import { ANNOTATIONS, API_GROUP, API_VERSION, TAGS, type Kind } from "../records.ts";
import {
  ANNOTATIONS_BYTES_MAX,
  DNS_LABEL,
  DNS_LABEL_CHARACTERS_MAX,
  DNS_SUBDOMAIN,
  DNS_SUBDOMAIN_CHARACTERS_MAX,
  QUALIFIED_NAME_PART,
  QUALIFIED_NAME_PART_CHARACTERS_MAX,
  TAG_VALUE_CHARACTERS_MAX,
} from "./patterns.ts";
import { recordRule, shown, when, type RecordRule } from "./rule.ts";

const BOTH: readonly Kind[] = ["Binding", "FileSystem"];
const KUBERNETES_NAMES = "Kubernetes, Object Names and IDs (RFC 1123)";
const KUBERNETES_LABELS = "Kubernetes, Labels and Selectors: syntax and character set";

/** `prefix/name` or `name`, as Kubernetes spells keys of labels and annotations, and finalizers. */
function isQualifiedName(key: string): boolean {
  const parts = key.split("/");
  const name = parts.at(-1)!;
  const prefix = parts.length === 2 ? parts[0]! : null;
  if (parts.length > 2 || name.length > QUALIFIED_NAME_PART_CHARACTERS_MAX || !QUALIFIED_NAME_PART.test(name))
    return false;
  return prefix === null || (prefix.length <= DNS_SUBDOMAIN_CHARACTERS_MAX && DNS_SUBDOMAIN.test(prefix));
}

function adoptFault(annotations: Record<string, string> | null): string | null {
  const value = annotations?.[ANNOTATIONS.adopt];
  return value === undefined ? null : adoptionFault(value);
}

function badKeys(map: Record<string, string>): string[] {
  return Object.keys(map).filter((key) => !isQualifiedName(key));
}

function badLabelValues(labels: Record<string, string>): string[] {
  const fits = (value: string) =>
    value === "" || (value.length <= QUALIFIED_NAME_PART_CHARACTERS_MAX && QUALIFIED_NAME_PART.test(value));
  return Object.keys(labels).filter((key) => !fits(labels[key]!));
}

function annotationBytes(annotations: Record<string, string>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}

function unknownAnnotations(annotations: Record<string, string>): string[] {
  const known: readonly string[] = Object.values(ANNOTATIONS);
  return Object.keys(annotations).filter((key) => key.startsWith(`${API_GROUP}/`) && !known.includes(key));
}

export const METADATA_RULES: readonly RecordRule[] = [
  recordRule<unknown>({
    id: "api-version",
    appliesTo: BOTH,
    field: "apiVersion",
    source: "DESIGN 7",
    states: `\`${API_VERSION}\`, the only version there is.`,
    check: (value) => value === API_VERSION,
    message: (value) => `apiVersion is ${shown(value)}: allowed is ${API_VERSION}; write apiVersion: ${API_VERSION}.`,
    good: [when(API_VERSION)],
    bad: [when("mooring.dev/v2"), when("v1"), when(1), when(undefined)],
  }),
  recordRule<string>({
    id: "name-dns",
    appliesTo: BOTH,
    field: "metadata.name",
    source: KUBERNETES_NAMES,
    states: `Lower-case letters, digits, \`-\` and \`.\`, starting and ending with a letter or digit, at most ${DNS_SUBDOMAIN_CHARACTERS_MAX} characters.`,
    check: (name) => name.length <= DNS_SUBDOMAIN_CHARACTERS_MAX && DNS_SUBDOMAIN.test(name),
    message: (name) =>
      `metadata.name is ${shown(name)}: allowed are at most ${DNS_SUBDOMAIN_CHARACTERS_MAX} lower-case letters, digits, "-" and ".", starting and ending with a letter or digit${dnsSuggestion(name)}.`,
    good: [when("thumbnailer"), when("a"), when("team-a.v2")],
    bad: [when("Thumbnailer"), when("-a"), when("a_b"), when("a..b"), when(""), when("a".repeat(254))],
  }),
  recordRule<string>({
    id: "namespace-dns",
    appliesTo: ["Binding"],
    field: "metadata.namespace",
    source: KUBERNETES_NAMES,
    states: `Lower-case letters, digits and \`-\`, starting and ending with a letter or digit, at most ${DNS_LABEL_CHARACTERS_MAX} characters. Left out: \`default\`.`,
    check: (namespace) => namespace.length <= DNS_LABEL_CHARACTERS_MAX && DNS_LABEL.test(namespace),
    message: (namespace) =>
      `metadata.namespace is ${shown(namespace)}: allowed are at most ${DNS_LABEL_CHARACTERS_MAX} lower-case letters, digits and "-", starting and ending with a letter or digit${dnsSuggestion(namespace)}.`,
    good: [when("media"), when("team-1")],
    bad: [when("Media"), when("a.b"), when("a-"), when(""), when("n".repeat(64))],
  }),
  recordRule<string>({
    id: "namespace-none",
    appliesTo: ["FileSystem"],
    field: "metadata.namespace",
    source: "DESIGN 1: FileSystem is cluster-scoped",
    states: "A FileSystem belongs to no namespace.",
    check: (namespace) => namespace === "",
    message: (namespace) =>
      `metadata.namespace is ${shown(namespace)}: a FileSystem belongs to no namespace; leave it out.`,
    good: [when(undefined), when("")],
    bad: [when("media")],
  }),
  recordRule<string>({
    id: "binding-name-fits-tag",
    appliesTo: ["Binding"],
    field: "metadata.name",
    source: "AWS-FACTS 1.2 [b-efs]: tag values have at most 256 characters",
    states: `Namespace and name with a slash between them fill the tag \`${TAGS.bindingName}\` of the access point: together at most ${TAG_VALUE_CHARACTERS_MAX} characters.`,
    check: (name, { get }) => bindingName(get("metadata.namespace"), name).length <= TAG_VALUE_CHARACTERS_MAX,
    message: (name, { get }) =>
      `metadata.name and namespace have ${bindingName(get("metadata.namespace"), name).length} characters together: the tag ${TAGS.bindingName} holds at most ${TAG_VALUE_CHARACTERS_MAX}; choose a shorter name.`,
    good: [when("a".repeat(192), { "metadata.namespace": "n".repeat(63) })],
    bad: [when("a".repeat(193), { "metadata.namespace": "n".repeat(63) })],
  }),
  recordRule<Record<string, string> | null>({
    id: "label-keys",
    appliesTo: BOTH,
    field: "metadata.labels",
    source: KUBERNETES_LABELS,
    states: `Keys are \`name\` or \`prefix/name\`: a name of at most ${QUALIFIED_NAME_PART_CHARACTERS_MAX} letters, digits, \`-\`, \`_\`, \`.\`, and a DNS name as prefix.`,
    check: (labels) => badKeys(labels ?? {}).length === 0,
    message: (labels) =>
      `metadata.labels has the key ${badKeys(labels ?? {})
        .map(shown)
        .join(", ")}: ${KEY_FORM}.`,
    good: [when({ team: "media", "example.com/tier": "gold" }), when({})],
    bad: [when({ "a b": "x" }), when({ "-a": "x" }), when({ "UP.er/x/y": "x" }), when({ "": "x" })],
  }),
  recordRule<Record<string, string> | null>({
    id: "label-values",
    appliesTo: BOTH,
    field: "metadata.labels",
    source: KUBERNETES_LABELS,
    states: `Values are empty, or at most ${QUALIFIED_NAME_PART_CHARACTERS_MAX} letters, digits, \`-\`, \`_\`, \`.\`, starting and ending with a letter or digit.`,
    check: (labels) => badLabelValues(labels ?? {}).length === 0,
    message: (labels) =>
      `metadata.labels has an unfit value at ${badLabelValues(labels ?? {})
        .map(shown)
        .join(
          ", ",
        )}: allowed are at most ${QUALIFIED_NAME_PART_CHARACTERS_MAX} letters, digits, "-", "_", ".", starting and ending with a letter or digit; put longer texts into annotations.`,
    good: [when({ team: "" }), when({ team: "Media_1.x" })],
    bad: [when({ team: "two words" }), when({ team: "x".repeat(64) }), when({ team: "x-" })],
  }),
  recordRule<Record<string, string> | null>({
    id: "annotation-keys",
    appliesTo: BOTH,
    field: "metadata.annotations",
    source: "Kubernetes, Annotations: syntax and character set",
    states: "Keys as of labels.",
    check: (annotations) => badKeys(annotations ?? {}).length === 0,
    message: (annotations) =>
      `metadata.annotations has the key ${badKeys(annotations ?? {})
        .map(shown)
        .join(", ")}: ${KEY_FORM}.`,
    good: [when({ "kubectl.kubernetes.io/last-applied-configuration": "{}" })],
    bad: [when({ "a/b/c": "x" })],
  }),
  recordRule<Record<string, string> | null>({
    id: "annotation-known",
    appliesTo: BOTH,
    field: "metadata.annotations",
    source: "DESIGN 4, 7: annotations instruct Mooring, so a misspelt one must not pass unnoticed",
    states: `Of the keys that begin with \`${API_GROUP}/\` only ${Object.values(ANNOTATIONS)
      .map((key) => `\`${key}\``)
      .join(", ")}.`,
    check: (annotations) => unknownAnnotations(annotations ?? {}).length === 0,
    message: (annotations) =>
      `metadata.annotations has ${unknownAnnotations(annotations ?? {})
        .map(shown)
        .join(
          ", ",
        )}: of the keys that begin with ${API_GROUP}/ allowed are ${Object.values(ANNOTATIONS).join(", ")}; check the spelling.`,
    good: [when({ [ANNOTATIONS.reconcileAt]: "2026-01-01T00:00:00Z" }), when({ "example.com/x": "y" })],
    bad: [when({ "mooring.dev/reconcile-now": "yes" })],
  }),
  recordRule<Record<string, string> | null>({
    id: "annotation-adopt",
    appliesTo: ["Binding"],
    field: "metadata.annotations",
    source: "DESIGN 4: adoption is by annotation",
    states: `\`${ANNOTATIONS.adopt}\` lists, separated by commas, what to take over: at most one access point id (\`fsap-…\`), \`mount\`, and \`sid:…\` for each policy statement.`,
    check: (annotations) => adoptFault(annotations) === null,
    message: (annotations) =>
      `metadata.annotations ${ANNOTATIONS.adopt} ${adoptFault(annotations)}: allowed are, separated by commas, one access point id (fsap-0123456789abcdef0), mount, and sid:NAME for each statement of the file system policy; write for instance fsap-0123456789abcdef0,mount.`,
    good: [
      when({ [ANNOTATIONS.adopt]: "fsap-0123456789abcdef0" }),
      when({ [ANNOTATIONS.adopt]: "mount" }),
      when({ [ANNOTATIONS.adopt]: "fsap-0123456789abcdef0, mount, sid:allow-thumbnailer" }),
      when({}),
    ],
    bad: [
      when({ [ANNOTATIONS.adopt]: "" }),
      when({ [ANNOTATIONS.adopt]: "true" }),
      when({ [ANNOTATIONS.adopt]: "fs-0123456789abcdef0" }),
      when({ [ANNOTATIONS.adopt]: "fsap-0123456789abcdef0,fsap-0123456789abcdef1" }),
    ],
  }),
  recordRule<Record<string, string> | null>({
    id: "annotation-size",
    appliesTo: BOTH,
    field: "metadata.annotations",
    source: "Kubernetes: all annotations together hold at most 256 KiB",
    states: `Keys and values together at most ${ANNOTATIONS_BYTES_MAX} bytes.`,
    check: (annotations) => annotationBytes(annotations ?? {}) <= ANNOTATIONS_BYTES_MAX,
    message: (annotations) =>
      `metadata.annotations has ${annotationBytes(annotations ?? {})} bytes: at most ${ANNOTATIONS_BYTES_MAX} are allowed; shorten them.`,
    good: [when({ a: "x".repeat(1_000) })],
    bad: [when({ a: "x".repeat(ANNOTATIONS_BYTES_MAX) })],
  }),
  recordRule<string[] | null>({
    id: "finalizer-names",
    appliesTo: BOTH,
    field: "metadata.finalizers",
    source: "Kubernetes, Finalizers: qualified names with a domain",
    states: "Each is `domain/name`.",
    check: (finalizers) => (finalizers ?? []).every((name) => name.includes("/") && isQualifiedName(name)),
    message: (finalizers) =>
      `metadata.finalizers is ${shown(finalizers)}: each must be of the form domain/name, e.g. example.com/backup.`,
    good: [when(["example.com/backup"]), when([])],
    bad: [when(["backup"]), when(["a b/c"])],
  }),
];

const KEY_FORM = `allowed is name or prefix/name, a name of at most ${QUALIFIED_NAME_PART_CHARACTERS_MAX} letters, digits, "-", "_", ".", and a DNS name as prefix`;

/** Also the namespace that a Binding without one gets. */
export const DEFAULT_NAMESPACE = "default";

function bindingName(namespace: unknown, name: string): string {
  return `${typeof namespace === "string" ? namespace : DEFAULT_NAMESPACE}/${name}`;
}

function dnsSuggestion(given: string): string {
  const repaired = given
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, DNS_LABEL_CHARACTERS_MAX);
  return repaired === "" || !DNS_LABEL.test(repaired) ? "" : `; for instance ${repaired}`;
}
