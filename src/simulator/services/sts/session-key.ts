/** The credentials of a session. Nothing checks the secret; the key alone says who calls. */
import type { SimClock } from "../../core.ts";
import type { Principal } from "../../world.ts";

export interface Session {
  principal: Principal;
  expiresAtMs: number;
}

export function createSessionKey(clock: SimClock): {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
} {
  // Sixteen characters of AWS's alphabet after the prefix of temporary keys.
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const pick = () => letters[Math.floor(clock.random() * letters.length)] ?? "A";
  const accessKeyId = `ASIA${Array.from({ length: 16 }, pick).join("")}`;
  return { accessKeyId, secretAccessKey: clock.hex(40), sessionToken: `simulated-${clock.hex(64)}` };
}
