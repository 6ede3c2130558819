import { describeWorld } from "../worlds/suite.ts";
import { openLocalStackWorld } from "./localstack-world.ts";

describeWorld("LocalStack", openLocalStackWorld);
