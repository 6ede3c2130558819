import { expect, test } from "vitest";
import type { EcsConsumer, ObservedAccessPoint, Reading } from "../model/observations.ts";
import { clientsAmong } from "./policy-clients.ts";

const FS = "fs-0123456789abcdef0";
const OWN = "fsap-0123456789abcdef0";

function read<T>(value: T): Reading<T> {
  return { known: true, value, readAtMs: 7 };
}
const none: Reading<never[]> = read([]);
const accessPoints = read([{ accessPointId: OWN } as ObservedAccessPoint]);

const web = (differs: Partial<EcsConsumer> = {}): EcsConsumer => ({
  name: "service prod/web",
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
  roleArn: "arn:aws:iam::111122223333:role/web",
  fileSystemIds: [FS],
  accessPointIds: [OWN],
  ...differs,
});

const among = (...ecs: EcsConsumer[]) => {
  const clients = clientsAmong({ functions: none, ecs: read(ecs) }, FS, accessPoints);
  return clients.known ? clients.value : clients;
};

test("a service is a client through each access point of the file system that its volumes name", () => {
  expect(among(web({ accessPointIds: [OWN, "fsap-00000000000000bad"] }))).toEqual([
    { name: "ECS service prod/web", roleArn: "arn:aws:iam::111122223333:role/web", accessPointId: OWN },
  ]);
});

test("a service that mounts the file system itself is a client through no access point", () => {
  expect(among(web({ accessPointIds: [] }))).toMatchObject([{ accessPointId: null }]);
});

test("a volume without IAM makes nobody of its tasks, whatever their role", () => {
  expect(among(web({ anonymousFileSystemIds: [FS] }))).toMatchObject([{ roleArn: null }]);
  expect(among(web({ anonymousFileSystemIds: ["fs-00000000"] }))).not.toMatchObject([{ roleArn: null }]);
});

test("what mounts another file system is no client", () => {
  expect(among(web({ fileSystemIds: ["fs-00000000"] }))).toEqual([]);
});

test("nobody is known as long as one of the lists is not", () => {
  const failed = { known: false as const, why: { code: "AccessDenied", message: "no", transient: false }, readAtMs: 7 };
  expect(clientsAmong({ functions: none, ecs: failed }, FS, accessPoints)).toBe(failed);
  expect(clientsAmong({ functions: failed, ecs: read([web()]) }, FS, accessPoints)).toBe(failed);
});
