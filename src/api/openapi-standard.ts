const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

export const OBJECT_META = `${META}.ObjectMeta`;
export const LIST_META = `${META}.ListMeta`;
export const STATUS = `${META}.Status`;
export const PATCH = `${META}.Patch`;
export const DELETE_OPTIONS = `${META}.DeleteOptions`;

const text = (description: string) => ({ type: "string", description });
const time = (description: string) => ({ type: "string", format: "date-time", description });
const whole = (description: string) => ({ type: "integer", format: "int64", description });
const texts = (description: string) => ({ type: "array", description, items: { type: "string" } });
const textMap = (description: string) => ({ type: "object", description, additionalProperties: { type: "string" } });
const object = (description: string, properties: object) => ({ type: "object", description, properties });

/** Kubernetes' own types, as far as Mooring speaks them, under the names by which clients know them. */
export const STANDARD_SCHEMAS: Record<string, object> = {
  [OBJECT_META]: object("Standard object metadata.", {
    name: text("Name, unique in its namespace (a FileSystem's: everywhere). Immutable."),
    generateName: text("Prefix of a name that the server completes, if name is empty."),
    namespace: text("Namespace of the object; Bindings only. Immutable."),
    uid: text("Identity of this incarnation. Set by the server."),
    resourceVersion: text(
      "Slot of the last commit that changed the object. Sent back, it makes a write fail if somebody else was faster.",
    ),
    generation: whole("Raised with every change of spec. Set by the server."),
    creationTimestamp: time("When it was created. Set by the server."),
    deletionTimestamp: time(
      "When its deletion was asked for; it goes once its finalizers are released. Set by the server.",
    ),
    deletionGracePeriodSeconds: whole("Always 0. Set by the server."),
    finalizers: texts("What must be cleaned up in AWS before the object goes. Mooring sets and releases them."),
    labels: textMap("For selecting objects."),
    annotations: textMap("Free notes. Those that begin with mooring.dev/ are instructions to Mooring."),
  }),
  [LIST_META]: object("Metadata of a list.", {
    resourceVersion: text("Slot as of which the list is complete: watch from here."),
    continue: text("Token for the next part; empty = this is the last one."),
    remainingItemCount: whole("How many follow."),
    selfLink: text("Never set."),
  }),
  [STATUS]: object("What became of a request that did not answer with an object.", {
    apiVersion: text("Always v1."),
    kind: text("Always Status."),
    status: text("Success or Failure."),
    message: text("For people."),
    reason: text("For machines, e.g. NotFound."),
    code: { type: "integer", format: "int32", description: "HTTP status code." },
    details: { type: "object", description: "What it is about; causes lists every fault at once." },
  }),
  [PATCH]: { type: "object", description: "A patch, in the form that the Content-Type names." },
  [DELETE_OPTIONS]: object("Options of a deletion.", {
    apiVersion: text("v1 or meta.k8s.io/v1."),
    kind: text("DeleteOptions."),
    dryRun: texts('["All"]: plan it, delete nothing.'),
    gracePeriodSeconds: whole("Accepted; deletion takes as long as the clean-up in AWS."),
    orphanDependents: { type: "boolean", description: "Accepted; nothing depends on these objects." },
    propagationPolicy: text("Accepted; nothing depends on these objects."),
    preconditions: object("What must hold, else 409.", {
      uid: text("The uid that the object must have."),
      resourceVersion: text("The resourceVersion that it must have."),
    }),
  }),
};
