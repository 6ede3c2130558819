import type { World } from "../world.ts";

/**
 * Finishes something that AWS does behind a call's back: at once if it takes no time, so that the
 * call's own answer shows it finished, else after `delayMs`.
 */
export function later(world: World, delayMs: number, finish: () => void): void {
  if (delayMs <= 0) return finish();
  world.clock.after(delayMs, () => {
    finish();
    world.changed();
  });
}
