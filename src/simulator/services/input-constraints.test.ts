import { expect, test } from "vitest";
import { EFS_CONSTRAINTS } from "./efs/constraints.ts";
import { IAM_CONSTRAINTS } from "./iam/constraints.ts";
import { inputValidator } from "./input-constraints.ts";
import { LAMBDA_CONSTRAINTS } from "./lambda/constraints.ts";

const validate = inputValidator(EFS_CONSTRAINTS, "ValidationException");
const accessPoint = { ClientToken: "t", FileSystemId: "fs-0123456789abcdef0" };

test("a sound input passes", () => {
  expect(() => validate("CreateAccessPoint", { ...accessPoint, RootDirectory: { Path: "/a/b" } })).not.toThrow();
});

test("a fault is worded as AWS words it", () => {
  expect(() => validate("CreateAccessPoint", { ...accessPoint, RootDirectory: { Path: "//x" } })).toThrow(
    "1 validation error detected: Value '//x' at 'rootDirectory.path' failed to satisfy constraint: " +
      "Member must satisfy regular expression pattern: ^(\\/|(\\/(?!\\.)+[^$#<>;`|&?{}^*/\\n]+){1,4})$",
  );
});

test("all faults are reported at once, elements of lists by their number", () => {
  const input = { ...accessPoint, ClientToken: undefined, PosixUser: { Uid: 1, Gid: 1, SecondaryGids: [1, -1] } };
  expect(() => validate("CreateAccessPoint", input)).toThrow(
    "2 validation errors detected: Value null at 'clientToken' failed to satisfy constraint: Member must not be null; " +
      "Value '-1' at 'posixUser.secondaryGids.2.member' failed to satisfy constraint: Member must have value greater than or equal to 0",
  );
});

test("what a missing parent would require is not required", () => {
  expect(() => validate("CreateAccessPoint", accessPoint)).not.toThrow();
  expect(() => validate("CreateAccessPoint", { ...accessPoint, PosixUser: { Uid: 1 } })).toThrow("posixUser.gid");
});

test("every published pattern compiles", () => {
  for (const table of [EFS_CONSTRAINTS, IAM_CONSTRAINTS, LAMBDA_CONSTRAINTS]) {
    expect(() => inputValidator(table, "ValidationException")).not.toThrow();
  }
});
