import { describe, expect, test } from "vitest";
import type { Action } from "../model/actions.ts";
import type { NotedEvent } from "../model/audit.ts";
import { Contention } from "./contention.ts";
import { type ContentionMemory, NO_CONTENTION } from "./quarrels.ts";

const MINUTE = 60_000;
const SETTINGS = {
  installation: "test",
  contendedWindowMs: 60 * MINUTE,
  contendedBackoffBaseMs: 1 * MINUTE,
  contendedBackoffCapMs: 30 * MINUTE,
};
const BINDING = "media/thumbnailer";

const mount: Action = {
  type: "UpdateFunctionConfiguration",
  target: "arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer",
  why: "the mount was taken out",
  bindings: [BINDING],
  before: {},
  after: { fileSystemConfigs: [{ arn: "fsap-1", localMountPath: "/mnt/data" }] },
  removes: 0,
  functionName: "thumbnailer",
  revisionId: "r",
  fileSystemConfigs: [{ arn: "fsap-1", localMountPath: "/mnt/data" }],
};

/** One key over many runs: each `undone` is a run that sees the drift and its event, and one that sees it repaired. */
class Story {
  nowMs = 1_700_000_000_000;
  memory: ContentionMemory = NO_CONTENTION;
  #events = 0;

  run(actions: Action[], foreign: NotedEvent[] = [], drifted = actions.length > 0 ? [BINDING] : []): Contention {
    const contention = new Contention(this.memory, foreign, SETTINGS);
    contention.consider(actions, drifted, () => undefined, this.nowMs);
    this.memory = contention.memory();
    return contention;
  }

  call(actor: string, name = "UpdateFunctionConfiguration20150331v2"): NotedEvent {
    const id = `event-${++this.#events}`;
    return {
      id,
      name,
      actor: `${actor}/session-${id}`,
      actorArn: `arn:aws:iam::111122223333:role/${actor}`,
      atMs: this.nowMs,
      receivedAtMs: this.nowMs,
      requestId: null,
      sourceIp: null,
      userAgent: null,
      subject: {},
    };
  }

  /** Somebody undoes it, and it is corrected at once if it may be. @returns how long the correction waits, ms. */
  undone(actor: string, action: Action = mount): number {
    const contention = this.run([action], [this.call(actor)]);
    const ending = contention.endingWith({ kind: "converged" }, [action]);
    if (contention.isHeld(action)) return ending.kind === "waiting" ? ending.afterMs : Number.NaN;
    contention.corrected([action], this.nowMs);
    this.memory = contention.memory();
    this.run([]);
    return 0;
  }

  /** The hold ends, and the correction is made. */
  sitOut(waitMs: number): void {
    this.nowMs += waitMs;
    const contention = this.run([mount]);
    expect(contention.isHeld(mount)).toBe(false);
    contention.corrected([mount], this.nowMs);
    this.memory = contention.memory();
    this.run([]);
  }
}

function contended(): Story {
  const story = new Story();
  expect([story.undone("ci"), story.undone("ci")]).toEqual([0, 0]);
  expect(story.undone("ci")).toBe(1 * MINUTE);
  return story;
}

describe("contention", () => {
  test("the third undoing by the same actor, whatever its session, waits; each further one twice as long, up to the cap", () => {
    const story = contended();
    const waits = [1 * MINUTE];
    for (let n = 0; n < 6; n++) {
      story.sitOut(waits.at(-1)!);
      waits.push(story.undone("ci"));
    }
    expect(waits.map((ms) => ms / MINUTE)).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  test("several actors who each undo it twice are not contended with", () => {
    const story = new Story();
    expect(["a", "b", "c", "a", "b", "c"].map((actor) => story.undone(actor))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("undoings that lie further apart than the window are not counted together", () => {
    const story = new Story();
    for (let n = 0; n < 6; n++) {
      expect(story.undone("ci")).toBe(0);
      story.nowMs += 31 * MINUTE;
    }
  });

  test("somebody else's change of the same thing is corrected at once", () => {
    const story = contended();
    expect(story.undone("alice")).toBe(0);
  });

  test("another thing of the same key is corrected at once", () => {
    const story = contended();
    const other: Action = { ...mount, target: `${mount.target}-2` };
    expect(story.run([mount, other]).isHeld(other)).toBe(false);
  });

  test("a changed spec waits for nobody", () => {
    const story = contended();
    expect(story.run([mount], [], []).isHeld(mount)).toBe(false);
  });

  test("the same thing to another state waits for nobody", () => {
    const story = contended();
    expect(story.run([{ ...mount, after: { fileSystemConfigs: [] } }]).isHeld({ ...mount, after: {} })).toBe(false);
  });

  test("calls that cannot have undone it count for nothing", () => {
    const story = new Story();
    for (let n = 0; n < 5; n++) {
      const contention = story.run([mount], [story.call("ci", "PublishVersion20150331")]);
      expect(contention.isHeld(mount)).toBe(false);
      contention.corrected([mount], story.nowMs);
      story.run([]);
    }
  });

  test("one event that several runs see is one undoing", () => {
    const story = new Story();
    const event = story.call("ci");
    for (let n = 0; n < 5; n++) {
      const contention = story.run([mount], [event]);
      expect(contention.isHeld(mount)).toBe(false);
      contention.corrected([mount], story.nowMs);
    }
  });

  test("each correction that waits is told once, and shown as long as the quarrel lasts", () => {
    const story = contended();
    expect(story.run([mount]).untold()).toMatchObject([{ undoings: 3, binding: BINDING }]);
    const again = story.run([mount]);
    expect(again.untold()).toEqual([]);
    expect(again.shown()).toMatchObject([{ heldUntilMs: story.nowMs + MINUTE, shownAs: "MountConfigured" }]);
    story.sitOut(MINUTE);
    expect(story.run([]).shown()).toMatchObject([{ heldUntilMs: null }]);
  });

  test("it ends after an hour of quiet, and counts from one again", () => {
    const story = contended();
    story.sitOut(MINUTE);
    story.nowMs += 60 * MINUTE;
    expect(story.run([]).shown()).toEqual([]);
    expect([story.undone("ci"), story.undone("ci")]).toEqual([0, 0]);
    expect(story.undone("ci")).toBe(1 * MINUTE);
  });

  describe("whose event comes after the repair", () => {
    /** The drift is seen and corrected (or held), and only then told whose it was. */
    function undoneUnseen(story: Story, actor: string): number {
      const event = story.call(actor);
      const contention = story.run([mount]);
      const ending = contention.endingWith({ kind: "converged" }, [mount]);
      const waitMs = contention.isHeld(mount) && ending.kind === "waiting" ? ending.afterMs : 0;
      if (waitMs === 0) {
        contention.corrected([mount], story.nowMs);
        story.memory = contention.memory();
        story.run([], [event]);
      } else story.run([mount], [event]);
      return waitMs;
    }

    test("is counted all the same, and the third drift is taken for theirs until it is known", () => {
      const story = new Story();
      expect([1, 2].map(() => undoneUnseen(story, "ci"))).toEqual([0, 0]);
      expect(story.run([]).shown()).toEqual([]);
      expect(undoneUnseen(story, "ci")).toBe(MINUTE);
      expect(story.run([mount]).shown()).toMatchObject([{ undoings: 3 }]);
      story.sitOut(MINUTE);
      expect(undoneUnseen(story, "ci")).toBe(2 * MINUTE);
      expect(story.run([mount]).shown()).toMatchObject([{ undoings: 4 }]);
    });

    test("and turns out to be somebody else's: it waits no longer, and is not counted", () => {
      const story = new Story();
      for (let n = 0; n < 2; n++) undoneUnseen(story, "ci");
      expect(undoneUnseen(story, "alice")).toBe(MINUTE);
      const contention = story.run([mount]);
      expect(contention.isHeld(mount)).toBe(false);
      expect(contention.shown()).toEqual([]);
      contention.corrected([mount], story.nowMs);
      story.memory = contention.memory();
      story.run([]);
      expect(undoneUnseen(story, "ci")).toBe(MINUTE);
      expect(story.run([mount]).shown()).toMatchObject([{ actor: expect.stringMatching(/^ci/), undoings: 3 }]);
      story.sitOut(MINUTE);
      expect(undoneUnseen(story, "alice")).toBe(2 * MINUTE);
      expect(story.run([mount]).shown()).toMatchObject([{ undoings: 3 }]);
    });

    test("and lies more than an hour after the first two, it is taken for nobody's", () => {
      const story = new Story();
      for (let n = 0; n < 2; n++) undoneUnseen(story, "ci");
      story.nowMs += 61 * MINUTE;
      expect(undoneUnseen(story, "ci")).toBe(0);
    });
  });

  test("a shorter wait of the plan goes first", () => {
    const contention = contended().run([mount]);
    const waiting = { kind: "waiting" as const, afterMs: 5, why: "settling" };
    expect(contention.endingWith(waiting, [mount])).toEqual(waiting);
  });
});

test("an event is not spent on a correction of before while what it did stands undone now, though both fell into one second", () => {
  const story = new Story();
  // Once by bob; then once by nobody known, corrected later in the second of bob's next call.
  expect(story.undone("bob")).toBe(0);
  const unexplained = story.run([mount]);
  unexplained.corrected([mount], story.nowMs + 500);
  story.memory = unexplained.memory();
  story.run([]);
  expect(story.undone("bob")).toBe(0);
});

test("a policy that is changed only because an access point was made anew was undone by nobody, and does not wait", () => {
  const story = new Story();
  const put = (policy: string, isOursIntact?: true): Action => ({
    type: "PutFileSystemPolicy",
    target: "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1",
    why: "",
    bindings: [BINDING],
    before: null,
    after: null,
    removes: 0,
    fileSystemId: "fs-1",
    policy,
    basedOn: null,
    statements: { ours: 1, foreign: 0 },
    ...(isOursIntact && { isOursIntact }),
  });
  const undone = () => {
    const action = put("ours");
    const contention = story.run([action], [story.call("bob", "PutFileSystemPolicy")]);
    const isHeld = contention.isHeld(action);
    if (!isHeld) contention.corrected([action], story.nowMs);
    story.memory = contention.memory();
    story.run([]);
    return isHeld;
  };
  expect([undone(), undone()]).toEqual([false, false]);
  const repair = put("ours, with another access point", true);
  const contention = story.run([repair], [story.call("eve", "DeleteAccessPoint")]);
  expect(contention.isHeld(repair)).toBe(false);
  contention.corrected([repair], story.nowMs);
  story.memory = contention.memory();
  story.run([]);
  expect(undone()).toBe(true);
});
