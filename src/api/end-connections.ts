import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Lets `close()` end with the last answer that is under way.
 *
 * Node closes connections that are idle, but takes one that has not sent its first request for busy, and waits for it
 * until its headers are overdue: 60 to 90 s. Clients do open such connections ahead of need (Go's, and so kubectl and
 * controllers; load balancers), and a deployment kills the process long before, leases and all.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  const underWay = new Map<Socket, number>();
  let isClosing = false;
  app.server.on("connection", (socket) => {
    if (isClosing) return void socket.destroy();
    underWay.set(socket, 0);
    socket.once("close", () => underWay.delete(socket));
  });
  app.server.on("request", ({ socket }, response) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.once("close", () => {
      const left = (underWay.get(socket) ?? 1) - 1;
      if (!socket.destroyed) underWay.set(socket, left);
      if (isClosing && left === 0) socket.end();
    });
  });
  app.addHook("preClose", async () => {
    isClosing = true;
    for (const [socket, count] of underWay) if (count === 0) socket.destroy();
  });
}
