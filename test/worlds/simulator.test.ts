import { openSimulatedWorld } from "./simulated-world.ts";
import { describeWorld } from "./suite.ts";

describeWorld("simulator", openSimulatedWorld);
