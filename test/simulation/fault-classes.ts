/** Everything that goes wrong on purpose. Each is switched on or off by name, counted, and must be reached in CI. */
export const FAULT_CLASSES = {
  crash: "A process dies between any two side effects; its successor must go on from what is written down.",
  "lost-reply": "A call takes effect and its answer is lost; doing it again must not do it twice.",
  "failure-before-effect": "A connection breaks before any effect; it looks just like a lost answer.",
  "store-failure": "A write to the store fails, or succeeds although its answer is lost, conditional ones too.",
  "stale-reads": "EFS, Lambda and ECS answer as of some seconds ago; what is not in them may exist all the same.",
  "event-lost": "An event never arrives; the sweep must find what it told of.",
  "event-doubled": "An event arrives twice; nothing may be done or told twice.",
  "event-late": "An event arrives long after it happened, when everything is different.",
  "event-reordered": "Events overtake one another; only what is read may be believed.",
  redelivery: "SQS delivers a message twice.",
  "late-commit": "A process stops just before it commits what it found, and commits it long after others found more.",
  "paused-holder": "A process stops in the middle of a call for longer than its lease, and then goes on.",
  "clock-jump": "A process's clock jumps, so that it believes leases to be over that are not, or the other way round.",
  "foreign-writer": "Somebody changes an object between Mooring's last look at it and its write.",
  throttling: "AWS refuses most calls of a service for a while.",
  "partial-pages": "Lists come in small pages, and some page fails; half a list must not look like a whole one.",
  "unreadable-function": "One function cannot be read for longer than any second look takes; it exists all the same.",
  "access-denied": "Mooring is refused what it needs, and is granted it again later.",
  "expired-credentials": "Mooring's credentials expire, and are renewed later.",
  "spec-changed": "A user changes a record while its object is being worked on.",
  "spec-deleted": "A user deletes a record while its object is being worked on.",
  "deleted-in-creation": "A user deletes a record while its access point is being made, and the answer is lost.",
  "mode-changed": "A user changes what Mooring may do to the policy, and later changes it back.",
  "all-deleted": "A user deletes most records at once.",
  recreated: "A user makes a record anew, under the same name, while its predecessor goes.",
  "workload-deleted": "Somebody deletes a bound function, and makes it anew later.",
  "access-point-deleted": "Somebody deletes an access point of Mooring's.",
  "mount-removed": "Somebody takes a function's mount away, or mounts something else there.",
  "policy-edited": "Somebody changes, adds or takes away statements of the file system policy, Mooring's own included.",
  "policy-deleted": "Somebody deletes the whole file system policy.",
  "role-changed": "A function gets another role, or a version of it is published that keeps the old configuration.",
  "version-kept": "A version is published, and then its function gets another role, or its record goes.",
  "late-consumer": "Something begins to name an access point between the two reads before its deletion.",
  "mass-removal": "All functions get other roles at once, so that most of the policy seems to be wanted no more.",
  "update-in-progress": "Somebody else's update of a function is under way.",
  "rollout-fails": "The tasks of a new revision do not start, and ECS rolls back to the one before.",
  pipeline: "A pipeline deploys a service or a function from its own source, which knows no mount.",
  orphan: "An access point bears Mooring's tags, and no record knows of it.",
  "token-taken": "Somebody makes an access point under the client token that Mooring is about to use.",
  "crowded-policy": "Others' statements leave hardly any room in the policy.",
  "silent-drift": "Once all is calm, somebody undoes what Mooring made, and no event tells of it.",
  "own-events": "Mooring hears of its own calls as if others had made them.",
  "store-restored": "The store is put back to an older state, while AWS is as new as ever.",
} as const;

export type FaultClass = keyof typeof FAULT_CLASSES;

export const ALL_FAULTS = Object.keys(FAULT_CLASSES) as FaultClass[];

/**
 * Reads `--faults`: names, `all`, and `-name` for all but that.
 *
 * @throws {Error} on an unknown name, with those that there are.
 */
export function readFaults(text: string): FaultClass[] {
  const chosen = new Set<FaultClass>();
  const words = text.split(",").map((word) => word.trim());
  if (words[0]?.startsWith("-")) for (const name of ALL_FAULTS) chosen.add(name);
  for (const word of words) {
    const name = word.replace(/^-/, "");
    if (name === "all") for (const each of ALL_FAULTS) chosen.add(each);
    else if (name === "none" || name === "") chosen.clear();
    else if (!isFaultClass(name))
      throw new Error(`There is no fault "${name}"; there are ${ALL_FAULTS.join(", ")}, all and none`);
    else if (word.startsWith("-")) chosen.delete(name);
    else chosen.add(name);
  }
  return ALL_FAULTS.filter((name) => chosen.has(name));
}

function isFaultClass(name: string): name is FaultClass {
  return Object.hasOwn(FAULT_CLASSES, name);
}
