import { familyArn } from "../model/keys.ts";

interface Place {
  account: string;
  region: string;
}

/** The ARN behind what RunTask takes for a task definition: an ARN already, "family:revision" or "family". */
export function taskDefinitionArnOf(given: string, place: Place): string {
  return given.startsWith("arn:") ? given : familyArn({ ...place, family: given });
}
