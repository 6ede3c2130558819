/** The SDK's shapes as XML of awsQuery and ec2Query answers. */
import type { Member, Shape } from "../model/shape.ts";

/** The members of an output, each as an element. */
export function encodeXmlMembers(shape: Shape, value: unknown): string {
  let xml = "";
  const members = value as Record<string, unknown> | undefined;
  for (const name of Object.keys(members ?? {})) {
    const member = shape.members.get(name);
    if (member) xml += encodeMember(member, member.traits.xmlName ?? name, members?.[name]);
  }
  return xml;
}

function encodeMember(member: Member, tag: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  const { shape, traits } = member;
  if (shape.kind === "list") return encodeList(shape, tag, value as unknown[], traits.xmlFlattened !== undefined);
  if (shape.kind === "map") return encodeMap(shape, tag, value, traits.xmlFlattened !== undefined);
  const inner = shape.kind === "structure" ? encodeXmlMembers(shape, value) : escapeXml(encodeSimple(shape, value));
  return `<${tag}>${inner}</${tag}>`;
}

function encodeList({ item }: Shape, tag: string, values: unknown[], isFlat: boolean): string {
  const itemTag = isFlat ? tag : (item.traits.xmlName ?? "member");
  const inner = values.map((each) => encodeMember(item, itemTag, each)).join("");
  return isFlat ? inner : `<${tag}>${inner}</${tag}>`;
}

function encodeMap({ key, item }: Shape, tag: string, values: object, isFlat: boolean): string {
  const entryTag = isFlat ? tag : "entry";
  const entries = Object.entries(values).map(
    ([name, each]) =>
      `<${entryTag}>${encodeMember(key, key.traits.xmlName ?? "key", name)}` +
      `${encodeMember(item, item.traits.xmlName ?? "value", each)}</${entryTag}>`,
  );
  return isFlat ? entries.join("") : `<${tag}>${entries.join("")}</${tag}>`;
}

function encodeSimple(shape: Shape, value: unknown): string {
  if (shape.kind === "timestamp") {
    const date = value as Date;
    if (shape.timestampForm === "epoch-seconds") return String(date.getTime() / 1000);
    if (shape.timestampForm === "http-date") return date.toUTCString();
    return date.toISOString().replace(".000Z", "Z");
  }
  return shape.kind === "blob" ? Buffer.from(value as Uint8Array).toString("base64") : String(value);
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };

export function escapeXml(text: string): string {
  return /[&<>"\r]/.test(text) ? text.replaceAll(/[&<>"\r]/g, (each) => ESCAPES[each] ?? each) : text;
}
