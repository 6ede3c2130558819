import { createHash } from "node:crypto";
import { remembered } from "./remembered.ts";

/** Every pass takes the digests of the same statements and admissions again. */
const sha256 = remembered(2_000, (text) => createHash("sha256").update(text).digest("hex"));

/** SHA-256 of a list of strings, hex. The list's structure counts: ["ab"] and ["a", "b"] differ. */
export function digest(parts: readonly (string | number)[]): string {
  return sha256(JSON.stringify(parts));
}

/**
 * The client token of an access point: the same for every attempt at the same creation, so that a
 * lost reply cannot leak a second access point. 64 characters, AWS's maximum. Account and region are
 * part of it, as is the file system: EFS keeps tokens unique per account and region only.
 */
export function accessPointToken(
  fs: { account: string; region: string; fileSystemId: string },
  bindingUid: string,
  tokenGeneration: number,
): string {
  return digest([fs.account, fs.region, fs.fileSystemId, bindingUid, tokenGeneration]);
}
