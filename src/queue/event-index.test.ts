import { expect, test } from "vitest";
import { createEventIndex } from "./event-index.ts";

const DAY = 86_400_000;

function setUp() {
  let nowMs = 0;
  const index = createEventIndex({ nowMs: () => nowMs });
  return { index, days: (count: number) => (nowMs += count * DAY) };
}

test("an access point leads to its file system for 30 days after it was gone, then no more", () => {
  const { index, days } = setUp();
  index.accessPointsSeen("fs-1", ["fsap-1", "fsap-2"]);
  days(100);
  index.accessPointsSeen("fs-1", ["fsap-2"]);
  days(30);
  expect(index.fileSystemOfAccessPoint("fsap-1")).toBe("fs-1");
  days(1);
  expect(index.fileSystemOfAccessPoint("fsap-1")).toBeUndefined();
  expect(index.fileSystemOfAccessPoint("fsap-2")).toBe("fs-1");
});

test("days are counted from the first list without it, not from the latest", () => {
  const { index, days } = setUp();
  index.mountTargetsSeen("fs-1", ["fsmt-1"]);
  index.mountTargetsSeen("fs-1", []);
  days(20);
  index.mountTargetsSeen("fs-1", []);
  days(11);
  index.mountTargetsSeen("fs-1", []);
  expect(index.fileSystemOfMountTarget("fsmt-1")).toBeUndefined();
});

test("one that comes back into a list (a stale read) counts as present again", () => {
  const { index, days } = setUp();
  index.accessPointsSeen("fs-1", ["fsap-1"]);
  index.accessPointsSeen("fs-1", []);
  index.accessPointsSeen("fs-1", ["fsap-1"]);
  days(31);
  expect(index.fileSystemOfAccessPoint("fsap-1")).toBe("fs-1");
});

test("the list of one file system says nothing about another's", () => {
  const { index, days } = setUp();
  index.accessPointSeen("fs-1", "fsap-1");
  index.accessPointsSeen("fs-2", []);
  days(31);
  expect(index.fileSystemOfAccessPoint("fsap-1")).toBe("fs-1");
});

test("a role leads to every key that uses it, by its name without path", () => {
  const { index } = setUp();
  index.rolesSeen("key b", ["arn:aws:iam::1:role/path/app", "arn:aws:iam::1:role/other"]);
  index.rolesSeen("key a", ["arn:aws:iam::1:role/path/app"]);
  expect(index.keysOfRole("app")).toEqual(["key a", "key b"]);
  index.rolesSeen("key b", ["arn:aws:iam::1:role/other"]);
  expect(index.keysOfRole("app")).toEqual(["key a"]);
  expect(index.keysOfRole("other")).toEqual(["key b"]);
  index.rolesSeen("key b", []);
  expect(index.keysOfRole("other")).toEqual([]);
});

test("a rule, a schedule or a family leads to the keys that care for what it starts", () => {
  const index = createEventIndex({ nowMs: () => 0 });
  index.startersSeen("key b", ["arn:family", "EventBridge rule nightly"]);
  index.startersSeen("key a", ["arn:family"]);
  expect(index.keysOfStarter("arn:family")).toEqual(["key a", "key b"]);
  expect(index.keysOfStarter("EventBridge rule nightly")).toEqual(["key b"]);
  index.startersSeen("key b", ["arn:family"]);
  expect(index.keysOfStarter("EventBridge rule nightly")).toEqual([]);
});
