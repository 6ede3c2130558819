import type { Action } from "../model/actions.ts";
import { ecsFamilyKey } from "../model/keys.ts";
import type { Lease } from "../store/store.ts";
import type { ReconcilerPorts } from "./ports.ts";

const RETRY_MS = 250;
const TRIES_MAX = 8;

/** Gives back what was taken for one call. */
export type HandBack = () => Promise<void>;

/**
 * The lease of a task definition's family, for the one call that registers a revision under another key: services
 * that share a family must not base revisions on one another's. Null = this call needs none; "held" = somebody else
 * works on the family, look again.
 */
export async function takeFamilyLease(
  action: Action,
  lease: Lease,
  { store, home, chance, settings, clock, wake }: ReconcilerPorts,
): Promise<HandBack | "held" | null> {
  if (action.type !== "RegisterTaskDefinition") return null;
  const key = ecsFamilyKey({ ...home, family: action.family });
  if (key === lease.key) return null;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (tries > 0) await clock.sleep(RETRY_MS);
    const taken = await store.keys.acquire(key, chance.uuid(), settings.leaseMs);
    if (taken === "held") continue;
    return async () => {
      // Somebody wanted the family meanwhile: that wish must not get lost with the lease.
      if ((await store.keys.release(taken, {})) !== "dirty") return;
      await store.keys.release(taken, {});
      await wake([key]);
    };
  }
  return "held";
}
