import { describe, expect, test } from "vitest";
import { ALL_SERVICES } from "./aws-simulator.ts";
import { createVirtualClock } from "./clocks.ts";
import type { Service, ServiceName } from "./core.ts";
import type { Member, Shape } from "./model/shape.ts";
import { ADDRESSES, serviceModel } from "./model/service-model.ts";
import type { Simulator } from "./simulator.ts";
import { createSimulator } from "./simulator.ts";
import { createWorld } from "./world.ts";

const world = createWorld({ clock: createVirtualClock() });
const simulator: Simulator = createSimulator({ world, services: ALL_SERVICES });
const caller = simulator.callerOf("tester");

const call = (service: ServiceName, operation: string, input: unknown) =>
  simulator.call(service, operation, input, caller).then(
    () => "answered",
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

/** Some value of the right type, as small as can be. */
function sample(shape: Shape): unknown {
  switch (shape.kind) {
    case "structure":
      return {};
    case "list":
      return [];
    case "map":
    case "document":
      return {};
    case "timestamp":
      return new Date(0);
    case "blob":
      return new Uint8Array();
    case "number":
      return 1;
    case "bigint":
      return 1n;
    case "boolean":
      return false;
    default:
      return "x";
  }
}

describe.each(Object.keys(ADDRESSES) as ServiceName[])("%s", (name) => {
  const model = serviceModel(name);
  const service = world.find(name) as Service | undefined;
  const supported = Object.keys(service?.operations ?? {});

  test("every operation of the SDK is either built or answers NotSimulated by its name", async () => {
    const unbuilt = [...model.operations.keys()].filter((operation) => !supported.includes(operation));
    for (const operation of unbuilt) {
      expect(await call(name, operation, {})).toBe(
        `NotSimulated: The simulator does not implement ${name} ${operation}`,
      );
    }
  });

  test("only operations of the SDK are built", () => {
    expect(supported.filter((operation) => !model.operations.has(operation))).toEqual([]);
    expect(Object.keys(service?.inputMembers ?? {}).filter((operation) => !supported.includes(operation))).toEqual([]);
    expect([...(service?.readOnly ?? [])].filter((operation) => !supported.includes(operation))).toEqual([]);
  });

  test("only input members of the SDK are listed as understood", () => {
    const strangers = supported.flatMap((operation) =>
      (service?.inputMembers[operation] ?? [])
        .filter((path) => !exists(model.operations.get(operation)?.input, path))
        .map((path) => `${operation} ${path}`),
    );
    expect(strangers).toEqual([]);
  });

  test("every input member that is not understood answers NotSimulated by its name", async () => {
    for (const operation of supported) {
      const understood = new Set((service?.inputMembers[operation] ?? []).map((path) => path.split(".")[0]));
      for (const member of model.operations.get(operation)?.input.members.values() ?? []) {
        if (understood.has(member.name)) continue;
        const answer = await call(name, operation, { [member.name]: sample(member.shape) });
        expect(answer, `${operation} ${member.name}`).toBe(
          `NotSimulated: The simulator does not implement ${name} ${operation}: input member ${member.name}`,
        );
      }
    }
  });

  test("required members are understood, or the operation could never succeed", () => {
    const missing = supported.flatMap((operation) => {
      const understood = new Set((service?.inputMembers[operation] ?? []).map((path) => path.split(".")[0]));
      const required = [...(model.operations.get(operation)?.input.members.values() ?? [])].filter(
        (member) => member.required,
      );
      return required.filter((member) => !understood.has(member.name)).map((member) => `${operation} ${member.name}`);
    });
    expect(missing).toEqual([]);
  });
});

/** Whether a dotted path of `inputMembers` leads to a member of the model, through lists as if they were not there. */
function exists(shape: Shape | undefined, path: string): boolean {
  let at = shape;
  for (const step of path.split(".")) {
    let member: Member | undefined = at?.members.get(step);
    if (!member) return false;
    while (member && (member.shape.kind === "list" || member.shape.kind === "map")) member = member.shape.item;
    at = member?.shape;
  }
  return true;
}
