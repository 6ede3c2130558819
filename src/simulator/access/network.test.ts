import { beforeEach, expect, test } from "vitest";
import { makeFileSystem, makeNetwork, type TestNetwork } from "../services/test-network.ts";
import { createTestWorld, type TestWorld } from "../services/test-world.ts";
import { evaluateNetwork } from "./network.ts";

let world: TestWorld;
let network: TestNetwork;
async function setUp(timings = {}): Promise<void> {
  world = createTestWorld(timings);
  network = await makeNetwork(world);
}
beforeEach(() => setUp());

function reach(fileSystemId: string, over = {}): unknown {
  const place = { subnetIds: network.subnets, securityGroupIds: [network.clientGroup], ...over };
  return evaluateNetwork(world.world, fileSystemId, place);
}

test("with a mount target in every zone and rules for 2049 on both sides, it is reached", async () => {
  const id = await makeFileSystem(world, network.subnets, network.storageGroup);
  expect(reach(id)).toEqual({ reachable: true });
});

test("one zone without a mount target is one too many", async () => {
  const id = await makeFileSystem(world, network.subnets.slice(0, 2), network.storageGroup);
  expect(reach(id)).toMatchObject({
    kind: "connectivity",
    why: expect.stringContaining("no mount target in eu-west-1c") as string,
  });
  expect(reach(id, { subnetIds: network.subnets.slice(0, 2) })).toEqual({ reachable: true });
});

test("a mount target in the same zone of another VPC does not count", async () => {
  const id = await makeFileSystem(world, network.subnets, network.storageGroup);
  const other = await makeNetwork(world);
  expect(reach(id, { subnetIds: other.subnets, securityGroupIds: [other.clientGroup] })).toMatchObject({
    kind: "connectivity",
  });
});

test("the client's groups must let NFS out, the mount target's groups in", async () => {
  const id = await makeFileSystem(world, network.subnets, network.storageGroup);
  expect(reach(id, { securityGroupIds: [network.storageGroup] })).toMatchObject({
    why: expect.stringContaining("in from the client") as string,
  });
  const anywhere = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await world.call("ec2", "RevokeSecurityGroupEgress", { GroupId: network.clientGroup, IpPermissions: [anywhere] });
  expect(reach(id)).toMatchObject({ why: expect.stringContaining("lets port 2049 out") as string });
  const toStorage = {
    IpProtocol: "tcp",
    FromPort: 2000,
    ToPort: 3000,
    UserIdGroupPairs: [{ GroupId: network.storageGroup }],
  };
  await world.call("ec2", "AuthorizeSecurityGroupEgress", { GroupId: network.clientGroup, IpPermissions: [toStorage] });
  expect(reach(id)).toEqual({ reachable: true });
});

test("a mount target that is still being made answers too late", async () => {
  await setUp({ mountTargetCreateMs: 1_000 });
  const id = await makeFileSystem(world, network.subnets, network.storageGroup);
  expect(reach(id)).toMatchObject({ kind: "timeout" });
  world.clock.advance(1_000);
  expect(reach(id)).toEqual({ reachable: true });
});
