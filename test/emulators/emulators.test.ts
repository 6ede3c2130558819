import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { assertEngine, type Docker } from "./engine.ts";
import { findImage } from "./images.ts";
import { readSettings } from "./settings.ts";
import { notHealthy, notStarted } from "./start-emulator.ts";
import { assertAnswers } from "./world-answers.ts";

/** A docker client that fails as the real one does; what it knows of, it answers. */
function dockerThat(
  fails: Partial<Error & { stderr: string; code: string; killed: boolean }>,
  known: string[] = [],
): Docker {
  return async (args) => {
    if (known.some((name) => args.includes(name))) return "sha256:0";
    throw Object.assign(new Error("failed"), fails);
  };
}

const { ministack } = readSettings({}).emulators;
const messageOf = (failing: Promise<unknown>) =>
  failing.then(
    () => "nothing failed",
    (error: Error) => error.message,
  );

test("an engine that is not running is told in one line, with how to start one", async () => {
  const message = await messageOf(assertEngine(dockerThat({ stderr: "x\nCannot connect to the Docker daemon\n" })));
  expect(message).toBe(
    "No Docker engine answers (Cannot connect to the Docker daemon). Start one, e.g. as root on Debian: apt-get install docker.io && dockerd &; or set DOCKER_HOST.",
  );
});

test.each([
  [{ code: "ENOENT" }, "the docker command is not installed"],
  [{ killed: true }, "it did not answer within 10 s"],
])("an engine that is missing or hangs is told apart (%o)", async (fails, why) => {
  expect(await messageOf(assertEngine(dockerThat(fails)))).toContain(`(${why})`);
});

test("an image that can neither be pulled nor is built is told in one line, with both ways out", async () => {
  const message = await messageOf(findImage(ministack, 1_000, dockerThat({ stderr: "no such host" })));
  expect(message.split("\n")).toHaveLength(1);
  expect(message).toContain(`Image ${ministack.image} cannot be pulled (no such host)`);
  expect(message).toContain("test/emulators/images/build ministack");
  expect(message).toContain("EMULATOR_MINISTACK_IMAGE");
});

test("a pull that hangs ends, and says so", async () => {
  expect(await messageOf(findImage(ministack, 1_000, dockerThat({ killed: true })))).toContain("not within 1 s");
});

test("an image that is here is not pulled: the published one first, else the built one", async () => {
  const { image, builtImage } = ministack;
  expect(await findImage(ministack, 1_000, dockerThat({}, [image, builtImage!]))).toBe(image);
  expect(await findImage(ministack, 1_000, dockerThat({}, [builtImage!]))).toBe(builtImage);
});

test("an image that was named is never replaced by another one", async () => {
  const named = readSettings({ EMULATOR_MINISTACK_IMAGE: "mine:1" }).emulators.ministack;
  const docker = dockerThat({ stderr: "no such host" }, [ministack.builtImage!]);
  expect(await messageOf(findImage(named, 1_000, docker))).toBe(
    "Image mine:1 cannot be pulled (no such host). Correct EMULATOR_MINISTACK_IMAGE, or leave it out.",
  );
});

test("an emulator that starts but answers 500 is told with its answer and how to look into it", () => {
  const message = notHealthy(ministack, "ministack:1", 500, 90_000);
  expect(message).toContain("GET /_localstack/health on its port 4566 was answered with 500 for 90 s");
  expect(message).toContain("docker run --rm ministack:1");
  expect(notHealthy(ministack, "ministack:1", null, 90_000)).toContain("was not answered");
});

test("a container that ends at once is told with Docker's own words", () => {
  expect(notStarted(ministack, "mine:1", new Error("No command specified\nmore"))).toBe(
    "ministack (mine:1) does not start: No command specified. See what it says: docker run --rm mine:1; is it the right image?",
  );
});

test("a wrong address is told before the first test, with the services that need it", async () => {
  const endpoints = { efs: "http://127.0.0.1:9", ecs: "http://127.0.0.1:9" };
  const message = await messageOf(assertAnswers({ name: "free world", endpoints }));
  expect(message).toContain("free world: http://127.0.0.1:9, which is to serve efs, ecs, does not answer (");
  expect(message).toContain("EMULATOR_…_PORT");
});

test("an address that answers 500 is told, one that answers anything else is taken", async () => {
  let status = 500;
  const server = createServer((_, reply) => reply.writeHead(status).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoints = { efs: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  expect(await messageOf(assertAnswers({ name: "free world", endpoints }))).toContain("answers 500");
  status = 404;
  expect(await messageOf(assertAnswers({ name: "free world", endpoints }))).toBe("nothing failed");
  server.close();
});

test("an address that never answers does not hang the run", async () => {
  const server = createServer(() => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoints = { efs: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const message = await messageOf(assertAnswers({ name: "free world", endpoints }, 200));
  expect(message).toContain("did not answer within 0.2 s");
  server.closeAllConnections();
  server.close();
});

test("without settings the published images are meant, in the versions that are built here", () => {
  const { emulators } = readSettings({});
  expect(Object.values(emulators).map(({ image }) => image)).toEqual([
    `ministackorg/ministack:${emulators.ministack.builtImage!.split(":")[1]}`,
    `motoserver/moto:${emulators.moto.builtImage!.split(":")[1]}`,
    "localstack/localstack:4.14.0",
    `amazon/dynamodb-local:${emulators["dynamodb-local"].builtImage!.split(":")[1]}`,
  ]);
  expect(readSettings({ LOCALSTACK_AUTH_TOKEN: "ls-x" }).emulators.localstack.image).toBe(
    "localstack/localstack:latest",
  );
});

test("all settings that are wrong are told at once", () => {
  const wrong = { EMULATOR_MOTO_PORT: "abc", EMULATOR_MINISTACK_HEALTH: "health", EMULATOR_START_SECONDS: "0" };
  expect(() => readSettings(wrong)).toThrow(
    /MINISTACK_HEALTH is "health"[^]*MOTO_PORT is "abc"[^]*START_SECONDS is "0"/,
  );
});
