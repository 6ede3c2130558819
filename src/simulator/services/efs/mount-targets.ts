import type {
  CreateMountTargetRequest,
  DescribeMountTargetsRequest,
  MountTargetDescription,
} from "@aws-sdk/client-efs";
import type { Handler } from "../../core.ts";
import type { SubnetRecord } from "../ec2/state.ts";
import { pageOf } from "../ordered-index.ts";
import {
  accessPointOf,
  availableFileSystem,
  badRequest,
  checkedPage,
  type EfsContext,
  efsError,
  type FileSystemRecord,
  fileSystemOf,
  type MountTargetRecord,
  mountTargetOf,
} from "./state.ts";
import { endState } from "./transitions.ts";

/** Quota of EFS: security groups of one mount target. */
const GROUPS_MAX = 5;
const PAGE_MAX = 100;

export function mountTargetOperations(context: EfsContext): Record<string, Handler> {
  const { world } = context;
  const settled = (id: string): MountTargetRecord => {
    const record = mountTargetOf(context, id);
    if (record.state === "available") return record;
    const text = `Mount target '${id}' is in state '${record.state}'.`;
    throw efsError("IncorrectMountTargetState", 409, text);
  };
  return {
    CreateMountTarget: (input: CreateMountTargetRequest) => shown(context, createMountTarget(context, input)),
    DescribeMountTargets: (input: DescribeMountTargetsRequest) => describe(context, input),
    DeleteMountTarget({ MountTargetId }: { MountTargetId: string }) {
      const record = mountTargetOf(context, MountTargetId);
      record.state = "deleting";
      endState(context, record, world.timings.mountTargetDeleteMs, () => forgetMountTarget(context, record));
      return {};
    },
    ModifyMountTargetSecurityGroups(input: { MountTargetId: string; SecurityGroups?: string[] }) {
      const record = settled(input.MountTargetId);
      const groups = checkedGroups(context, record.vpcId, input.SecurityGroups);
      const networkInterface = world.service("ec2").interface(record.interfaceId);
      if (networkInterface) networkInterface.groups = groups;
      return {};
    },
    DescribeMountTargetSecurityGroups({ MountTargetId }: { MountTargetId: string }) {
      const { interfaceId } = settled(MountTargetId);
      return { SecurityGroups: [...(world.service("ec2").interface(interfaceId)?.groups ?? [])] };
    },
  };
}

function createMountTarget(context: EfsContext, input: CreateMountTargetRequest): MountTargetRecord {
  const { world } = context;
  const ec2 = world.service("ec2");
  const fileSystem = availableFileSystem(context, input.FileSystemId ?? "");
  const subnet = ec2.subnet(input.SubnetId ?? "");
  if (!subnet) throw efsError("SubnetNotFound", 400, `The subnet ID '${input.SubnetId}' does not exist`);
  checkPlace(context, fileSystem, subnet);
  checkAddressType(input);
  const groups = checkedGroups(context, subnet.vpcId, input.SecurityGroups);
  const id = `fsmt-${world.clock.hex(17)}`;
  const networkInterface = ec2.createInterface(subnet, {
    address: input.IpAddress ?? null,
    groups,
    description: `EFS mount target for ${fileSystem.id} (${id})`,
    requesterId: world.account,
  });
  if (typeof networkInterface === "string") throw REFUSALS[networkInterface](input, subnet);
  const record: MountTargetRecord = {
    id,
    fileSystemId: fileSystem.id,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    zone: { name: subnet.zone, id: subnet.zoneId },
    address: networkInterface.address,
    interfaceId: networkInterface.id,
    state: "creating",
    dueMs: null,
  };
  addMountTarget(context, record);
  endState(context, record, world.timings.mountTargetCreateMs, () => (record.state = "available"));
  return record;
}

const REFUSALS = {
  NoFreeAddress: (_input: CreateMountTargetRequest, subnet: SubnetRecord) =>
    efsError("NoFreeAddressesInSubnet", 409, `The subnet '${subnet.id}' has no free addresses.`),
  AddressInUse: (input: CreateMountTargetRequest) =>
    efsError("IpAddressInUse", 409, `Address ${input.IpAddress} is already in use.`),
  AddressOutside: (input: CreateMountTargetRequest, subnet: SubnetRecord) =>
    badRequest(`Address ${input.IpAddress} does not fall within the subnet's address range (${subnet.cidr}).`),
};

/** No simulated subnet has IPv6 addresses. The text is not verified. */
function checkAddressType({ IpAddressType: type = "IPV4_ONLY", SubnetId }: CreateMountTargetRequest): void {
  if (type === "IPV4_ONLY") return;
  throw badRequest(`IpAddressType ${type} is not supported: the subnet '${SubnetId}' has no IPv6 CIDR block.`);
}

/** One VPC for all mount targets of a file system, one of them in each zone. */
function checkPlace({ state }: EfsContext, fileSystem: FileSystemRecord, subnet: SubnetRecord): void {
  if (fileSystem.zone && fileSystem.zone.name !== subnet.zone) {
    const text = `The file system is in Availability Zone ${fileSystem.zone.name}, the subnet is in ${subnet.zone}.`;
    throw efsError("AvailabilityZonesMismatch", 400, text);
  }
  for (const sibling of state.mountTargetsOf.get(fileSystem.id)?.values() ?? []) {
    if (sibling.vpcId !== subnet.vpcId) {
      const text = "requested subnet for new mount target is not in the same VPC as existing mount targets";
      throw efsError("MountTargetConflict", 409, text);
    }
    if (sibling.zone.id === subnet.zoneId)
      throw efsError("MountTargetConflict", 409, "mount target already exists in this AZ");
  }
}

/** Without groups, the VPC's default one. */
function checkedGroups({ world }: EfsContext, vpcId: string, given: readonly string[] | undefined): string[] {
  const ec2 = world.service("ec2");
  if (!given?.length) return [ec2.defaultGroup(vpcId)].filter((id) => id !== undefined);
  if (given.length > GROUPS_MAX) {
    const text = `The maximum number of security groups per mount target (${GROUPS_MAX}) has been exceeded.`;
    throw efsError("SecurityGroupLimitExceeded", 400, text);
  }
  for (const id of given) {
    if (ec2.securityGroup(id)?.vpcId === vpcId) continue;
    throw efsError("SecurityGroupNotFound", 400, `The security group ID '${id}' does not exist in VPC '${vpcId}'`);
  }
  return [...given];
}

export function addMountTarget({ state }: EfsContext, record: MountTargetRecord): void {
  const siblings = state.mountTargetsOf.get(record.fileSystemId) ?? new Map<string, MountTargetRecord>();
  siblings.set(record.id, record);
  state.mountTargetsOf.set(record.fileSystemId, siblings);
  state.mountTargets.set(record.id, record);
}

export function forgetMountTarget({ state, world }: EfsContext, record: MountTargetRecord): void {
  state.mountTargets.delete(record.id);
  state.mountTargetsOf.get(record.fileSystemId)?.delete(record.id);
  world.service("ec2").deleteInterface(record.interfaceId);
}

function describe(context: EfsContext, input: DescribeMountTargetsRequest): unknown {
  const { MaxItems = PAGE_MAX, Marker } = input;
  const page = checkedPage(pageOf(selected(context, input), Math.min(MaxItems, PAGE_MAX), Marker));
  return { Marker, MountTargets: page.items.map((record) => shown(context, record)), NextMarker: page.next };
}

function selected(context: EfsContext, input: DescribeMountTargetsRequest): MountTargetRecord[] {
  const { FileSystemId, MountTargetId, AccessPointId } = input;
  const given = [FileSystemId, MountTargetId, AccessPointId].filter((id) => id !== undefined);
  if (given.length !== 1) throw badRequest("Specify exactly one of FileSystemId, MountTargetId and AccessPointId.");
  if (MountTargetId !== undefined) return [mountTargetOf(context, MountTargetId)];
  const fileSystemId =
    AccessPointId === undefined ? (FileSystemId ?? "") : accessPointOf(context, AccessPointId).fileSystemId;
  const { id } = fileSystemOf(context, fileSystemId);
  return [...(context.state.mountTargetsOf.get(id)?.values() ?? [])];
}

function shown({ world }: EfsContext, record: MountTargetRecord): MountTargetDescription {
  return {
    OwnerId: world.account,
    MountTargetId: record.id,
    FileSystemId: record.fileSystemId,
    SubnetId: record.subnetId,
    LifeCycleState: record.state,
    IpAddress: record.address,
    NetworkInterfaceId: record.interfaceId,
    AvailabilityZoneId: record.zone.id,
    AvailabilityZoneName: record.zone.name,
    VpcId: record.vpcId,
  };
}

export const MOUNT_TARGET_MEMBERS = {
  CreateMountTarget: ["FileSystemId", "SubnetId", "IpAddress", "IpAddressType", "SecurityGroups"],
  DescribeMountTargets: ["MaxItems", "Marker", "FileSystemId", "MountTargetId", "AccessPointId"],
  DeleteMountTarget: ["MountTargetId"],
  ModifyMountTargetSecurityGroups: ["MountTargetId", "SecurityGroups"],
  DescribeMountTargetSecurityGroups: ["MountTargetId"],
} as const;
