/**
 * Parameters of the query protocols (`Tags.member.1.Key=a`) to the SDK's shapes.
 *
 * awsQuery numbers list items below `member` or the item's xmlName, flattened lists directly;
 * ec2Query flattens all lists and capitalises member names (Smithy: "AWS query protocol" and
 * "AWS EC2 query protocol").
 */
import { ServiceError } from "../core.ts";
import type { Member, Shape } from "../model/shape.ts";

interface Node {
  value?: string;
  children: Map<string, Node>;
}

/**
 * The input of an operation.
 *
 * Names that the model does not know are kept as they came, so that checkInput can name them.
 */
export function decodeQuery(shape: Shape, parameters: URLSearchParams, isEc2: boolean): Record<string, unknown> {
  const root: Node = { children: new Map() };
  for (const [name, value] of parameters) {
    if (name !== "Action" && name !== "Version") place(root, name.split("."), value);
  }
  return decodeStructure(shape, root, isEc2);
}

function place(root: Node, path: string[], value: string): void {
  let node = root;
  for (const step of path) {
    let next = node.children.get(step);
    if (!next) node.children.set(step, (next = { children: new Map() }));
    node = next;
  }
  node.value = value;
}

function decodeStructure(shape: Shape, node: Node, isEc2: boolean): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  const unread = new Map(node.children);
  for (const member of shape.members.values()) {
    const name = queryName(member, isEc2);
    const child = node.children.get(name);
    if (!child) continue;
    unread.delete(name);
    decoded[member.name] = decodeMember(member, child, isEc2);
  }
  for (const [name, child] of unread) decoded[name] = child.value ?? "";
  return decoded;
}

function queryName({ name, traits }: Member, isEc2: boolean): string {
  if (!isEc2) return traits.xmlName ?? name;
  if (traits.ec2QueryName) return traits.ec2QueryName;
  const plain = traits.xmlName ?? name;
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

function decodeMember(member: Member, node: Node, isEc2: boolean): unknown {
  const { shape, traits } = member;
  if (shape.kind === "structure") return decodeStructure(shape, node, isEc2);
  if (shape.kind === "list") {
    const isFlat = isEc2 || traits.xmlFlattened !== undefined;
    const items = isFlat ? node : node.children.get(shape.item.traits.xmlName ?? "member");
    return numbered(items).map((item) => decodeMember(shape.item, item, isEc2));
  }
  if (shape.kind === "map") return decodeMap(member, node, isEc2);
  return decodeSimple(shape, node.value ?? "");
}

function decodeMap({ shape, traits }: Member, node: Node, isEc2: boolean): Record<string, unknown> {
  const entries = numbered(traits.xmlFlattened === undefined ? node.children.get("entry") : node);
  const keyName = shape.key.traits.xmlName ?? "key";
  const valueName = shape.item.traits.xmlName ?? "value";
  return Object.fromEntries(
    entries.map(({ children }) => {
      const value = children.get(valueName) ?? { children: new Map() };
      return [children.get(keyName)?.value ?? "", decodeMember(shape.item, value, isEc2)];
    }),
  );
}

/** Items in the order of their numbers, which need not be the order in which they were sent. */
function numbered(node: Node | undefined): Node[] {
  if (!node) return [];
  return [...node.children]
    .filter(([name]) => /^\d+$/.test(name))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

/** Text of a parameter, header or path as a number, boolean, Date or bytes. @throws MalformedInput */
export function decodeSimple(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case "number":
      if (text.trim() === "" || Number.isNaN(Number(text))) throw malformed(text, "a number");
      return Number(text);
    case "bigint":
      if (!/^-?\d+$/.test(text)) throw malformed(text, "an integer");
      return BigInt(text);
    case "boolean":
      if (!/^(true|false)$/i.test(text)) throw malformed(text, "true or false");
      return text.toLowerCase() === "true";
    case "timestamp":
      return decodeDate(shape, text);
    case "blob":
      return new Uint8Array(Buffer.from(text, "base64"));
    default:
      return text;
  }
}

function decodeDate(shape: Shape, text: string): Date {
  const date =
    shape.timestampForm === "epoch-seconds" || /^\d+(\.\d+)?$/.test(text)
      ? new Date(Number(text) * 1000)
      : new Date(text);
  if (Number.isNaN(date.getTime())) throw malformed(text, "a timestamp");
  return date;
}

function malformed(text: string, wanted: string): ServiceError {
  return new ServiceError("MalformedInput", 400, `Cannot read ${JSON.stringify(text)} as ${wanted}`);
}
