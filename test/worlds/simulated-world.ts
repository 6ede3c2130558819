import { startSimulator } from "../../src/simulator/aws-simulator.ts";
import { SERVICES, type WorldUnderTest } from "./world-under-test.ts";

/** The simulator, reached over its socket like any other AWS. Its DynamoDB is not simulated: Mooring keeps its records in SQLite there. */
export async function openSimulatedWorld(): Promise<WorldUnderTest> {
  const simulator = await startSimulator({ port: 0 });
  const served = SERVICES.filter((service) => service !== "dynamodb");
  const { account, region } = simulator.simulator.world;
  return {
    name: "simulator",
    account,
    region,
    endpoints: Object.fromEntries(served.map((service) => [service, simulator.url])),
    players: Object.fromEntries(served.map((service) => [service, { code: "Mooring's simulator" }])),
    // In the simulator the access key id names the caller.
    credentialsOf: (person) => ({ accessKeyId: person, secretAccessKey: "none" }),
    settle: async () => {},
    close: () => simulator.close(),
  };
}
