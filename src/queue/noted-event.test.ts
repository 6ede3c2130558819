import { expect, test } from "vitest";
import { notedEvent } from "./noted-event.ts";

const detail = (eventName: string, requestParameters: object | null, eventSource = "lambda.amazonaws.com") => ({
  eventName,
  eventSource,
  eventID: "e",
  eventTime: "2026-11-23T12:00:00Z",
  requestParameters,
});

test.each<[string, ReturnType<typeof detail>, boolean | undefined]>([
  [
    "an update of the mount",
    detail("UpdateFunctionConfiguration20150331v2", { functionName: "f", fileSystemConfigs: [] }),
    true,
  ],
  [
    "an update of the timeout",
    detail("UpdateFunctionConfiguration20150331v2", { functionName: "f", timeout: 7 }),
    false,
  ],
  [
    "an update of which nothing is shown",
    detail("UpdateFunctionConfiguration20150331v2", { functionName: "f" }),
    undefined,
  ],
  ["an update without parameters", detail("UpdateFunctionConfiguration20150331v2", null), undefined],
  ["an update of the code", detail("UpdateFunctionCode20150331v2", { functionName: "f" }), false],
  ["a new function", detail("CreateFunction20150331", { functionName: "f", timeout: 7 }), undefined],
  ["a call to EFS", detail("DeleteAccessPoint", { accessPointId: "a" }, "elasticfilesystem.amazonaws.com"), undefined],
])("of %s it is noted whether it leaves the mount alone", (_what, given, touches) => {
  expect(notedEvent(given, 1).touchesMounts).toBe(touches);
});
