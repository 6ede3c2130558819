/** What roles and users have in common: inline policies, attached policies, tags. */
import { type Handler, ServiceError } from "../../core.ts";
import { type Tag, tagList } from "../tags.ts";
import { removeIdentityTags, setIdentityTags } from "./identity-tags.ts";
import {
  checkDocument,
  encoded,
  type Entity,
  type IamContext,
  iamPage,
  noSuchEntity,
  roleNamed,
  userNamed,
} from "./state.ts";

/** Quotas of IAM: characters of all inline policies without white space; attached policies; tags. */
const INLINE_MAX = { Role: 10_240, User: 2_048 };
const ATTACHED_MAX = 10;
const TAGS_MAX = 50;

type Input = Record<string, string> & { MaxItems?: number; Marker?: string };

/** The operations of one kind, e.g. PutRolePolicy … or PutUserPolicy …. */
export function entityOperations(context: IamContext, kind: "Role" | "User"): Record<string, Handler> {
  const of = (input: Input): Entity => {
    const name = input[`${kind}Name`] ?? "";
    return kind === "Role" ? roleNamed(context, name) : userNamed(context, name);
  };
  return {
    ...inlineOperations(kind, of),
    ...attachmentOperations(context, kind, of),
    [`Tag${kind}`](input: Input & { Tags: Tag[] }) {
      const { tags } = of(input);
      const keys = new Set([...tags.keys(), ...input.Tags.map(({ Key }) => Key)]);
      if (keys.size > TAGS_MAX)
        throw new ServiceError("LimitExceeded", 409, "The number of tags has reached the maximum limit.");
      setIdentityTags(tags, input.Tags);
      return {};
    },
    [`Untag${kind}`](input: Input & { TagKeys: string[] }) {
      removeIdentityTags(of(input).tags, input.TagKeys);
      return {};
    },
    [`List${kind}Tags`](input: Input) {
      const { items, rest } = iamPage(tagList(of(input).tags), input);
      return { Tags: items, ...rest };
    },
  };
}

function inlineOperations(kind: "Role" | "User", of: (input: Input) => Entity): Record<string, Handler> {
  const missing = (name: string | undefined): ServiceError =>
    noSuchEntity(`The ${kind.toLowerCase()} policy with name ${name} cannot be found.`);
  return {
    [`Put${kind}Policy`](input: Input) {
      const entity = of(input);
      const { PolicyName = "", PolicyDocument = "" } = input;
      checkDocument(PolicyDocument);
      const all = new Map(entity.inline).set(PolicyName, PolicyDocument);
      const size = [...all.values()].reduce((sum, text) => sum + text.replaceAll(/\s/g, "").length, 0);
      if (size > INLINE_MAX[kind]) {
        const text = `Maximum policy size of ${INLINE_MAX[kind]} bytes exceeded for ${kind.toLowerCase()} ${entity.name}`;
        throw new ServiceError("LimitExceeded", 409, text);
      }
      entity.inline.set(PolicyName, PolicyDocument);
      return {};
    },
    [`Get${kind}Policy`](input: Input) {
      const entity = of(input);
      const document = entity.inline.get(input["PolicyName"] ?? "");
      if (document === undefined) throw missing(input["PolicyName"]);
      return { [`${kind}Name`]: entity.name, PolicyName: input["PolicyName"], PolicyDocument: encoded(document) };
    },
    [`List${kind}Policies`](input: Input) {
      const { items, rest } = iamPage([...of(input).inline.keys()], input);
      return { PolicyNames: items, ...rest };
    },
    [`Delete${kind}Policy`](input: Input) {
      if (!of(input).inline.delete(input["PolicyName"] ?? "")) throw missing(input["PolicyName"]);
      return {};
    },
  };
}

function attachmentOperations(
  { state }: IamContext,
  kind: "Role" | "User",
  of: (input: Input) => Entity,
): Record<string, Handler> {
  return {
    [`Attach${kind}Policy`](input: Input) {
      const entity = of(input);
      const arn = input["PolicyArn"] ?? "";
      if (!state.policies.has(arn)) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
      if (!entity.attached.has(arn) && entity.attached.size >= ATTACHED_MAX) {
        throw new ServiceError("LimitExceeded", 409, `Cannot exceed quota for PoliciesPer${kind}: ${ATTACHED_MAX}`);
      }
      entity.attached.add(arn);
      return {};
    },
    [`Detach${kind}Policy`](input: Input) {
      const arn = input["PolicyArn"] ?? "";
      if (!of(input).attached.delete(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      return {};
    },
    [`ListAttached${kind}Policies`](input: Input) {
      const policies = [...of(input).attached].flatMap((arn) => state.policies.get(arn) ?? []);
      const within = policies.filter((policy) => policy.path.startsWith(input["PathPrefix"] ?? "/"));
      const { items, rest } = iamPage(within, input);
      return { AttachedPolicies: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })), ...rest };
    },
  };
}
