import { realClock } from "../../src/cli/clock.ts";
import { makeFunction } from "../integration/account.ts";
import { aBinding } from "../integration/manifests.ts";
import { type Answer, type ApiRecord, type Manifest, pathOf } from "../integration/world.ts";
import type { Stream } from "../simulation/chance.ts";
import type { Replicas } from "./replicas.ts";

/** Before an unanswered request is made again. */
const RETRY_MS = 100;
/** No request may need longer, whatever happens to the replicas meanwhile. */
const ANSWERED_WITHIN_MS = 40_000;

/** What the service has promised: an answer that says yes. */
export interface Acknowledged {
  what: "created" | "changed" | "deleted";
  name: string;
  uid: string;
  generation: number;
}

/**
 * People who write Bindings, each one function's, and ask again when nobody answers. What was acknowledged is
 * what must be found in the end.
 */
export class Team {
  readonly acknowledged: Acknowledged[] = [];
  /** As acknowledged last; null = deleted, or never made. */
  readonly wanted = new Map<string, Manifest | null>();
  readonly #replicas: Replicas;

  constructor(replicas: Replicas) {
    this.#replicas = replicas;
  }

  /** Functions for the team's Bindings, without any yet. */
  async make(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await makeFunction(this.#replicas.world, name);
      this.wanted.set(name, null);
    }
  }

  /** Bindings that are there now, as they were acknowledged. */
  bindings(): Manifest[] {
    return [...this.wanted.values()].filter((manifest) => manifest !== null);
  }

  /** Creates, changes or deletes one Binding, and resolves once that is acknowledged. */
  async act(name: string, chance: Stream): Promise<void> {
    const now = this.wanted.get(name) ?? null;
    if (now === null) return this.create(name);
    if (chance.happens(0.25)) return this.delete(name);
    return this.change(name, now.spec["access"] === "ReadOnly" ? "ReadWrite" : "ReadOnly");
  }

  async create(name: string): Promise<void> {
    const manifest = aBinding(name);
    let lost = false;
    const { body } = await this.#answered(
      `create ${name}`,
      async () => {
        const answer = await this.#replicas.create(manifest);
        lost ||= answer === null;
        if (answer?.status === 201) return answer;
        // Ours, and its answer was lost; or the one before it is not gone yet.
        const there = answer?.status === 409 && lost ? await this.#replicas.get(manifest) : null;
        return there?.status === 200 && there.body.metadata.deletionTimestamp === undefined ? there : answer;
      },
      [200, 201],
    );
    this.#note("created", name, body, manifest);
  }

  async change(name: string, access: string): Promise<void> {
    const manifest = this.wanted.get(name)!;
    const spec = { ...manifest.spec, access };
    const { body } = await this.#answered(
      `change ${name}`,
      () => this.#replicas.request("PATCH", pathOf(manifest), { spec: { access } }),
      [200],
    );
    this.#note("changed", name, body, { ...manifest, spec });
  }

  async delete(name: string): Promise<void> {
    const manifest = this.wanted.get(name)!;
    const uid = this.acknowledged.findLast((one) => one.name === name)!.uid;
    let lost = false;
    await this.#answered(
      `delete ${name}`,
      async () => {
        const answer = await this.#replicas.request("DELETE", pathOf(manifest));
        lost ||= answer === null;
        return lost && answer?.status === 404 ? { ...answer, status: 200 } : answer;
      },
      [200, 202],
    );
    this.acknowledged.push({ what: "deleted", name, uid, generation: 0 });
    this.wanted.set(name, null);
  }

  #note(what: "created" | "changed", name: string, { metadata }: ApiRecord, manifest: Manifest): void {
    this.acknowledged.push({ what, name, uid: metadata.uid, generation: metadata.generation });
    this.wanted.set(name, manifest);
  }

  async #answered(
    what: string,
    ask: () => Promise<Answer<ApiRecord> | null>,
    accepted: readonly number[],
  ): Promise<Answer<ApiRecord>> {
    return this.#replicas.until(
      what,
      async () => {
        const answer = await ask();
        if (answer !== null && accepted.includes(answer.status)) return { is: answer };
        await realClock.sleep(RETRY_MS);
        return { not: answer };
      },
      { withinMs: ANSWERED_WITHIN_MS },
    );
  }
}
