import { beforeEach, expect, test } from "vitest";
import { answerControl } from "../../control.ts";
import { createTestWorld, type TestWorld } from "../test-world.ts";

let world: TestWorld;
beforeEach(() => (world = createTestWorld()));

const put = (body: object) => {
  const request = { method: "PUT", path: "/_simulator/lambda", body: Buffer.from(JSON.stringify(body)) };
  return answerControl(world.simulator, request as never).status;
};
const list = () => world.call("lambda", "ListFunctions");

test("calls are limited as AWS limits them only if that is wanted", async () => {
  for (let n = 0; n < 40; n++) await list();
  expect(put({ quotaFactor: 1 })).toBe(200);
  for (let n = 0; n < 15; n++) await list();
  await expect(list()).rejects.toMatchObject({ code: "TooManyRequestsException", status: 429 });
  await expect(world.call("lambda", "GetFunction", { FunctionName: "none" })).rejects.toMatchObject({ status: 404 });
  world.clock.advance(200);
  for (let n = 0; n < 3; n++) await list();
  await expect(list()).rejects.toThrow("Rate exceeded");
});

test("an account may have more than the published quotas", async () => {
  put({ quotaFactor: 4 });
  for (let n = 0; n < 60; n++) await list();
  await expect(list()).rejects.toThrow("Rate exceeded");
  put({ quotaFactor: null });
  await list();
});

test.each([{}, { quotaFactor: 0 }, { quotaFactor: "all" }])("%o is refused", (body) => {
  expect(put(body)).toBe(400);
});
