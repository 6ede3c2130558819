import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Manifest } from "../../integration/world.ts";
import { until } from "../until.ts";
import { type Scene, volumesOf } from "../scene.ts";
import type { Stage } from "../suite.ts";

export function describeEcs({ scene: open, behaviour }: Stage): void {
  describe("a service's Bindings", () => {
    let scene: Scene;
    let data: Manifest;
    let logs: Manifest;
    const now = () => scene.deployed("prod", scene.named("web"));
    const onService = (name: string, mounts: object[]): Manifest =>
      scene.binding(name, { workload: { ecs: { cluster: "prod", service: scene.named("web"), mounts } } });

    beforeAll(async () => {
      scene = await open("ecs");
      await scene.team.makeService("prod", scene.named("web"));
      await scene.mooring.create(scene.fileSystem());
      data = onService("data", [{ container: "app", containerPath: "/data" }]);
      logs = onService("logs", [
        { container: "app", containerPath: "/var/log/app" },
        { container: "log", containerPath: "/in", readOnly: true },
      ]);
    });
    afterAll(() => scene?.close());

    behaviour("becomes a volume of a new revision, which the service runs", [], async () => {
      await scene.mooring.create(data);
      await scene.mooring.ready(data);
      const [made] = await scene.ourAccessPoints();
      const revision = await now();
      expect(volumesOf(revision)).toEqual({ "app:/data": made!.AccessPointId });
      expect(revision.revision).toBe(2);
    });

    behaviour("is mounted with TLS and IAM", [], async () => {
      const [volume] = (await now()).volumes!;
      expect(volume!.efsVolumeConfiguration).toMatchObject({
        fileSystemId: scene.fileSystemId,
        transitEncryption: "ENABLED",
        authorizationConfig: { iam: "ENABLED" },
      });
    });

    behaviour("leaves the rest of the revision as it was", [], async () => {
      const { containerDefinitions, cpu, memory, taskRoleArn } = await now();
      expect(containerDefinitions!.map(({ name, image }) => [name, image])).toEqual([
        ["app", "example/app:1"],
        ["log", "example/log:1"],
      ]);
      expect(containerDefinitions![0]!.environment).toEqual([{ name: "STAGE", value: "prod" }]);
      expect([cpu, memory, taskRoleArn?.endsWith(scene.named("web"))]).toEqual(["256", "512", true]);
    });

    behaviour("joins those that are there, for several containers", [], async () => {
      await scene.mooring.create(logs);
      await scene.mooring.ready(data, logs);
      const revision = await now();
      expect(Object.keys(volumesOf(revision)).toSorted()).toEqual(["app:/data", "app:/var/log/app", "log:/in"]);
      const log = revision.containerDefinitions!.find(({ name }) => name === "log");
      expect(log!.mountPoints).toMatchObject([{ containerPath: "/in", readOnly: true }]);
    });

    behaviour("is put back onto the revision of a pipeline that deploys without it", [], async () => {
      const { family, taskRoleArn, networkMode, requiresCompatibilities, containerDefinitions } = await now();
      await scene.somebody("web-pipeline").deploy("prod", scene.named("web"), {
        family,
        taskRoleArn,
        networkMode,
        requiresCompatibilities,
        memory: "512",
        cpu: "256",
        containerDefinitions: containerDefinitions!.map(({ name, image, essential }) => ({
          name,
          image: image!.replace(":1", ":2"),
          essential,
        })),
      });
      await until("the mounts are back, on the pipeline's images", async () => {
        const revision = await now();
        const images = revision.containerDefinitions!.map(({ image }) => image);
        const mounts = Object.keys(volumesOf(revision));
        return images[0] === "example/app:2" && mounts.length === 3 ? { is: true } : { not: { images, mounts } };
      });
      await scene.mooring.ready(data, logs);
    });

    behaviour("goes out of the revision when it is deleted, alone", [], async () => {
      await scene.mooring.delete(logs);
      await scene.mooring.gone(logs);
      expect(Object.keys(volumesOf(await now()))).toEqual(["app:/data"]);
      expect((await scene.ourAccessPoints()).map(({ RootDirectory }) => RootDirectory?.Path)).toEqual(["/data"]);
    });
  });

  describe("a task family's Binding", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await open("family");
      await scene.team.makeFamily(scene.named("report"));
      await scene.mooring.create(scene.fileSystem());
    });
    afterAll(() => scene?.close());
    const report = () =>
      scene.binding("report", {
        workload: { ecs: { family: scene.named("report"), mounts: [{ container: "app", containerPath: "/out" }] } },
      });

    behaviour("gets a revision of which the next task is made", [], async () => {
      await scene.mooring.create(report());
      await scene.mooring.ready(report());
      expect(Object.keys(volumesOf(await scene.revision(scene.named("report"))))).toEqual(["app:/out"]);
    });

    behaviour("gets one without the volume when it is deleted", [], async () => {
      await scene.mooring.delete(report());
      await scene.mooring.gone(report());
      expect(volumesOf(await scene.revision(scene.named("report")))).toEqual({});
    });

    behaviour("of a service that is not there says so", [], async () => {
      const lost = scene.binding("lost", {
        workload: {
          ecs: { cluster: "prod", service: scene.named("none"), mounts: [{ container: "app", containerPath: "/d" }] },
        },
      });
      await scene.mooring.create(lost);
      await scene.mooring.condition(lost, "MountConfigured", { status: "False", reason: "ServiceNotFound" });
    });
  });
}
