import { describe, expect, test } from "vitest";
import type { Workload } from "../model/records.ts";
import { RegisterInput } from "../model/register-input.ts";
import { editRevision } from "../plan/ecs-revision.ts";
import type { Client } from "./client.ts";
import { readMountSource, type MountSource } from "./mount-source.ts";
import { renderMount } from "./render.ts";

const ARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0";

const FUNCTION: Workload = { lambda: { functionName: "thumbnailer", localMountPath: "/mnt/data" } };
const SERVICE: Workload = {
  ecs: {
    cluster: "prod",
    service: "web",
    mounts: [
      { container: "app", containerPath: "/data", readOnly: false },
      { container: "logs", containerPath: "/in", readOnly: true },
      { container: "app", containerPath: "/srv/${x}", readOnly: true },
    ],
  },
};

function source(workload: Workload): MountSource {
  return {
    binding: "media/thumbnailer",
    workload,
    fileSystemId: "fs-0123456789abcdef0",
    accessPointId: "fsap-0123456789abcdef0",
    accessPointArn: ARN,
    volumeName: "mooring-0b8f0a8b1c2d",
  };
}

describe("the JSON of a task definition", () => {
  const part = JSON.parse(renderMount(source(SERVICE), "taskdef")) as Record<string, unknown>;

  test("holds the volume, and each container once with its mounts", () => {
    expect(part).toEqual({
      volumes: [
        {
          name: "mooring-0b8f0a8b1c2d",
          efsVolumeConfiguration: {
            fileSystemId: "fs-0123456789abcdef0",
            rootDirectory: "/",
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: "fsap-0123456789abcdef0", iam: "ENABLED" },
          },
        },
      ],
      containerDefinitions: [
        {
          name: "app",
          mountPoints: [
            { sourceVolume: "mooring-0b8f0a8b1c2d", containerPath: "/data", readOnly: false },
            { sourceVolume: "mooring-0b8f0a8b1c2d", containerPath: "/srv/${x}", readOnly: true },
          ],
        },
        {
          name: "logs",
          mountPoints: [{ sourceVolume: "mooring-0b8f0a8b1c2d", containerPath: "/in", readOnly: true }],
        },
      ],
    });
  });

  test("is what Mooring itself would make: a revision with it needs no other", () => {
    const { fileSystemId, accessPointId, volumeName } = source(SERVICE);
    const edit = {
      name: volumeName,
      present: [volumeName],
      put: { fileSystemId, accessPointId, mounts: SERVICE.ecs!.mounts },
    };
    expect(editRevision(new RegisterInput({ family: "web", ...part }), [edit])).toMatchObject({ changed: false });
  });

  test("is refused for a function, with what to write instead", () => {
    expect(() => renderMount(source(FUNCTION), "taskdef")).toThrow(/Lambda function.*-o terraform or -o cdk/);
  });
});

describe("Terraform", () => {
  test("gets the function's mount, and is told to leave it alone afterwards", () => {
    expect(renderMount(source(FUNCTION), "terraform"))
      .toBe(`# function thumbnailer: the mount of the Binding media/thumbnailer.
# Add this to the resource that exists; its own name and everything else in it stay as they are.
resource "aws_lambda_function" "thumbnailer" {
  file_system_config {
    arn              = "${ARN}"
    local_mount_path = "/mnt/data"
  }

  # Mooring names another access point here when it replaces this one. Without these lines, the next
  # apply would put the old one back; with them, the block above only serves a function made anew.
  lifecycle {
    ignore_changes = [file_system_config]
  }
}`);
  });

  test("gets volume and mount points, its templates escaped", () => {
    const text = renderMount(source(SERVICE), "terraform");
    expect(text).toContain('access_point_id = "fsap-0123456789abcdef0"\n        iam             = "ENABLED"');
    expect(text).toContain('{ sourceVolume = "mooring-0b8f0a8b1c2d", containerPath = "/srv/$${x}", readOnly = true },');
    expect(text).toContain("ignore_changes = [task_definition]");
    expect(opened(text)).toBe(0);
  });

  test("is told nothing of a service where a family has none, and is given a name that it takes", () => {
    const text = renderMount(source({ ecs: { family: "7-nightly", mounts: SERVICE.ecs!.mounts } }), "terraform");
    expect(text).toContain('resource "aws_ecs_task_definition" "_7-nightly" {');
    expect(text).not.toContain("aws_ecs_service");
  });
});

describe("the CDK", () => {
  test("sets the function's one property", () => {
    expect(renderMount(source(FUNCTION), "cdk")).toContain(
      `.fileSystemConfigs = [\n  { arn: "${ARN}", localMountPath: "/mnt/data" },\n];`,
    );
  });

  test("adds volume and mount points, container by container", () => {
    const text = renderMount(source(SERVICE), "cdk");
    expect(text).toContain('authorizationConfig: { accessPointId: "fsap-0123456789abcdef0", iam: "ENABLED" }');
    expect(text.match(/findContainer\("\w+"\)/g)).toEqual(['findContainer("app")', 'findContainer("logs")']);
    expect(opened(text)).toBe(0);
  });
});

/** Brackets that are opened and not closed. */
function opened(text: string): number {
  return (text.match(/[([{]/g) ?? []).length - (text.match(/[)\]}]/g) ?? []).length;
}

describe("what is rendered", () => {
  const name = { kind: "Binding", namespace: "media", name: "thumbnailer" } as const;
  const binding = (status: object) => ({
    metadata: { uid: "0b8f0a8b-1c2d-4e5f-8000-000000000000" },
    spec: { fileSystemRef: { name: "shared" }, workload: FUNCTION },
    status,
  });
  const serving = (status: object): Client => ({
    url: "http://127.0.0.1",
    request: async <T>(_method: string, path: string) =>
      (path.endsWith("/filesystems/shared")
        ? { spec: { fileSystemId: "fs-0123456789abcdef0" } }
        : binding(status)) as T,
  });

  test("is the live record's access point, under the name that Mooring gives the volume", async () => {
    const live = serving({ accessPointId: "fsap-0123456789abcdef0", accessPointArn: ARN, conditions: [] });
    expect(await readMountSource(live, name)).toEqual(source(FUNCTION));
  });

  test("is nothing while there is no access point, with the reason", async () => {
    const conditions = [{ type: "AccessPointReady", status: "False", message: "The function is not there yet." }];
    await expect(readMountSource(serving({ conditions }), name)).rejects.toThrow(
      "Binding media/thumbnailer has no access point yet, so there is nothing to name. The function is not there yet.",
    );
  });
});
