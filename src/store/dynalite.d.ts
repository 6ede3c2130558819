declare module "dynalite" {
  import type { Server } from "node:http";
  /** DynamoDB in this process, in memory. Times in ms. */
  export default function dynalite(options?: {
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}
