import { once } from "node:events";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";

/** A DynamoDB in a process of its own, in memory: prints its address, and lives until it is killed. */
const server = dynalite({ createTableMs: 0 });
server.listen(0, "127.0.0.1");
await once(server, "listening");
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
