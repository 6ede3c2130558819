import type { Chance } from "../model/clock.ts";
import type { Settings } from "../model/settings.ts";

/** ms until try `failures + 1`: doubles from the base to the cap, with half of it drawn by chance. */
export function backoffMs(failures: number, settings: Settings, chance: Chance): number {
  const full = Math.min(settings.backoffCapMs, settings.backoffBaseMs * 2 ** Math.min(failures, 20));
  return Math.round(full / 2 + (chance.random() * full) / 2);
}
