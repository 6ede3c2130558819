import { expect, test } from "vitest";
import { bindingBody, bindingsUrl, FILE_SYSTEMS_URL, fileSystemBody, fixture } from "./api-fixture.ts";
import type { ApiObject } from "./render.ts";
import type { Table } from "./table.ts";

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" };
const SERVICE_KEY = "ecs/arn:aws:ecs:eu-west-1:111122223333:service/prod/web";

const web = (name: string, mounts: object[]) =>
  bindingBody(name, { workload: { ecs: { cluster: "prod", service: "web", mounts } } });
const nightly = (mounts: object[]) =>
  bindingBody("nightly", { workload: { ecs: { family: "nightly-report", mounts } } });

const APP = { container: "app", containerPath: "/data" };
const LOGS = { container: "logs", containerPath: "/in", readOnly: true };

async function withBindings(...payloads: object[]) {
  const made = fixture();
  await made.app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
  made.woken.length = 0;
  const answers = [];
  for (const payload of payloads) answers.push(await made.app.inject({ method: "POST", url: bindingsUrl(), payload }));
  return { ...made, answers };
}

test("a service's Binding is stored with readOnly filled in, and wakes the service", async () => {
  const { answers, woken } = await withBindings(web("web", [APP, LOGS]));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([201]);
  expect(answers[0]?.json<ApiObject>().spec).toMatchObject({
    workload: { ecs: { cluster: "prod", service: "web", mounts: [{ ...APP, readOnly: false }, LOGS] } },
  });
  expect(woken).toContain(SERVICE_KEY);
});

test("a family's Binding wakes the family", async () => {
  const { answers, woken } = await withBindings(nightly([APP]));
  expect(answers[0]?.statusCode).toBe(201);
  expect(woken).toContain("ecs/arn:aws:ecs:eu-west-1:111122223333:task-definition/nightly-report");
});

test("a second Binding on the service is welcome, on another path", async () => {
  const { answers } = await withBindings(web("web", [APP]), web("web-logs", [LOGS]), web("web-again", [APP]));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 422]);
  expect(answers[2]?.body).toContain("the Binding media/web mounts there already");
});

test("a service can be given other mounts, but not exchanged", async () => {
  const { app } = await withBindings(web("web", [APP]));
  const patch = (ecs: object) =>
    app.inject({
      method: "PATCH",
      url: `${bindingsUrl()}/web`,
      headers: { "content-type": "application/merge-patch+json" },
      payload: { spec: { workload: { ecs } } },
    });
  expect((await patch({ mounts: [LOGS] })).statusCode).toBe(200);
  const refused = await patch({ service: "api" });
  expect(refused.statusCode).toBe(422);
  expect(refused.body).toContain("cannot be changed");
});

test("kubectl get shows the workload and where its containers see the directory", async () => {
  const { app } = await withBindings(web("web", [APP, LOGS]), nightly([APP]));
  const table = (await app.inject({ url: bindingsUrl(), headers: TABLE })).json<Table>();
  const at = (name: string) => table.columnDefinitions.findIndex((column) => column.name === name);
  expect(table.rows.map(({ cells }) => [cells[at("Workload")], cells[at("Mount Path")]])).toEqual([
    ["ecs-family/nightly-report", "/data"],
    ["ecs/prod/web", "/data, /in"],
  ]);
});
