import type { Action } from "../model/actions.ts";

const SERVICE_PREFIX: Record<Action["type"], string> = {
  CreateAccessPoint: "elasticfilesystem",
  TagResource: "elasticfilesystem",
  DeleteAccessPoint: "elasticfilesystem",
  PutFileSystemPolicy: "elasticfilesystem",
  UpdateFunctionConfiguration: "lambda",
  RegisterTaskDefinition: "ecs",
  UpdateService: "ecs",
};

/** As IAM names it: "elasticfilesystem:CreateAccessPoint". */
export function operationOf(action: Action): string {
  return `${SERVICE_PREFIX[action.type]}:${action.type}`;
}
