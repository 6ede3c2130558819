import { expect, test } from "vitest";
import { platformFamilyOf } from "./platform-family.ts";

test.for([
  [undefined, "Linux"],
  ["LINUX", "Linux"],
  ["WINDOWS_SERVER_2022_CORE", "Windows Server 2022 Core"],
  ["WINDOWS_SERVER_2019_FULL", "Windows Server 2019 Full"],
  ["WINDOWS_SERVER_20H2_CORE", "Windows Server 20H2 Core"],
] as const)("the operating system %s is shown as %s", ([given, shown]) => {
  expect(platformFamilyOf(given)).toBe(shown);
});
