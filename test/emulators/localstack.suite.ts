import { describeWorld } from "../worlds/suite.ts";
import { openLocalStackWorld } from "./localstack-world.ts";
import { readSettings } from "./settings.ts";

describeWorld(readSettings().localstackToken === null ? "LocalStack" : "LocalStack with a token", openLocalStackWorld);
