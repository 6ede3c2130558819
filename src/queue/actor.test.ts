import { expect, test } from "vitest";
import { actorOf, type UserIdentity } from "./actor.ts";

const ROLE_ARN = "arn:aws:iam::111122223333:role/ci/deployer";
const session: UserIdentity = {
  type: "AssumedRole",
  principalId: "AROAEXAMPLE:run-42",
  arn: "arn:aws:sts::111122223333:assumed-role/deployer/run-42",
  sessionContext: { sessionIssuer: { type: "Role", arn: ROLE_ARN, userName: "deployer" } },
};

test.each<[string, UserIdentity, string, string]>([
  [
    "a user",
    { type: "IAMUser", userName: "deploy-bot", arn: "arn:aws:iam::1:user/deploy-bot" },
    "deploy-bot",
    "arn:aws:iam::1:user/deploy-bot",
  ],
  ["a session of a role", session, "deployer/run-42", ROLE_ARN],
  ["a session without ARN", { ...session, arn: undefined }, "deployer/run-42", ROLE_ARN],
  ["a session whose issuer is not told", { type: "AssumedRole", arn: session.arn! }, "deployer/run-42", session.arn!],
  [
    "CloudFormation for a session",
    { ...session, invokedBy: "cloudformation.amazonaws.com" },
    "deployer/run-42 via cloudformation.amazonaws.com",
    ROLE_ARN,
  ],
  ["the root user", { type: "Root", arn: "arn:aws:iam::1:root" }, "root", "arn:aws:iam::1:root"],
  [
    "a service",
    { type: "AWSService", invokedBy: "backup.amazonaws.com" },
    "backup.amazonaws.com",
    "backup.amazonaws.com",
  ],
  [
    "another account",
    { type: "AWSAccount", accountId: "999999999999", principalId: "AIDA" },
    "account 999999999999",
    "account 999999999999",
  ],
  [
    "a federated user",
    {
      type: "FederatedUser",
      arn: "arn:aws:sts::1:federated-user/jane",
      sessionContext: { sessionIssuer: { type: "IAMUser", userName: "broker", arn: "arn:aws:iam::1:user/broker" } },
    },
    "broker",
    "arn:aws:iam::1:user/broker",
  ],
  ["a web identity", { type: "WebIdentityUser", userName: "jane", principalId: "idp:jane" }, "jane", "jane"],
  ["an Identity Center user", { type: "IdentityCenterUser", onBehalfOf: { userId: "u-1" } }, "u-1", "u-1"],
  ["nobody known", {}, "unknown", "unknown"],
])("%s is named", (_who, identity, actor, actorArn) => {
  expect(actorOf(identity)).toEqual({ actor, actorArn });
});
