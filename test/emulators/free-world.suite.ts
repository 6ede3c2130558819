import { describeWorld } from "../worlds/suite.ts";
import { openFreeWorld } from "./free-world.ts";

describeWorld("free world", openFreeWorld);
