import { type Fields, fieldsOf, text } from "./fields.ts";

/** CloudTrail's userIdentity, as far as it names somebody. */
export interface UserIdentity {
  type?: string | undefined;
  principalId?: string | undefined;
  arn?: string | undefined;
  accountId?: string | undefined;
  userName?: string | undefined;
  invokedBy?: string | undefined;
  onBehalfOf?: { userId?: string | undefined };
  sessionContext?: {
    sessionIssuer?: { arn?: string | undefined; userName?: string | undefined; type?: string | undefined };
  };
}

/** Takes from foreign JSON what is there and has the right type. */
export function userIdentityOf(given: unknown): UserIdentity {
  const strings = (fields: Fields, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, text(fields, name)]));
  const fields = fieldsOf(given);
  const issuer = fieldsOf(fieldsOf(fields["sessionContext"])["sessionIssuer"]);
  return {
    ...strings(fields, ["type", "principalId", "arn", "accountId", "userName", "invokedBy"]),
    onBehalfOf: strings(fieldsOf(fields["onBehalfOf"]), ["userId"]),
    sessionContext: { sessionIssuer: strings(issuer, ["arn", "userName", "type"]) },
  };
}

/** Who made a call, for people (`actor`) and for comparing (`actorArn`: the same for all sessions of a role). */
export interface Actor {
  actor: string;
  actorArn: string;
}

/**
 * Names the principal: a user by its name, a session as `role/session`, the root user as `root`, a
 * service by its host name; a call that a service made for somebody says so ("… via cloudformation.amazonaws.com").
 *
 * A hint, never proof: people may share a role, and user agents can be forged.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function actorOf(identity: UserIdentity): Actor {
  const name = nameOf(identity);
  const via = identity.invokedBy;
  return {
    actor: via === undefined || via === name ? name : `${name} via ${via}`,
    actorArn: identity.sessionContext?.sessionIssuer?.arn ?? identity.arn ?? via ?? name,
  };
}

function nameOf(identity: UserIdentity): string {
  const issuer = identity.sessionContext?.sessionIssuer;
  switch (identity.type) {
    case "Root":
      return "root";
    case "AWSService":
      return identity.invokedBy ?? "an AWS service";
    case "AWSAccount":
      return `account ${identity.accountId ?? identity.principalId ?? "unknown"}`;
    case "IdentityCenterUser":
      return identity.onBehalfOf?.userId ?? fallbackName(identity);
    default:
      if (issuer?.userName === undefined) return fallbackName(identity);
      // A role's session has a name of its own; a user's session (MFA, federation) is the user.
      return identity.type === "AssumedRole" ? joined(issuer.userName, sessionOf(identity)) : issuer.userName;
  }
}

/** `arn:aws:sts::…:assumed-role/ROLE/SESSION`, or `AROA…:SESSION`. */
function sessionOf({ arn, principalId }: UserIdentity): string {
  const fromArn = arn?.split("/")[2];
  return fromArn ?? principalId?.split(":")[1] ?? "";
}

function joined(role: string, session: string): string {
  return session === "" ? role : `${role}/${session}`;
}

function fallbackName(identity: UserIdentity): string {
  const { userName, arn, principalId, invokedBy } = identity;
  if (userName !== undefined) return userName;
  if (arn !== undefined) return arn.replace(/^arn:[^/]*:(assumed-role|user|federated-user)\//, "");
  return principalId ?? invokedBy ?? "unknown";
}
