declare module "dynalite" {
  import type { Server } from "node:http";
  /** DynamoDB in this process, in memory unless `path` names a directory for it. Times in ms. */
  export default function dynalite(options?: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}
