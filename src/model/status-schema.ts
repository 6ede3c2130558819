import { z } from "zod";

/** Kubernetes' conditions, as both kinds show them. */
export const conditionsSchema = z
  .array(
    z.object({
      type: z.string().meta({ description: "Which condition, e.g. Ready." }),
      status: z
        .enum(["True", "False", "Unknown"])
        .meta({ description: "Unknown: not checked (yet), for the reason given." }),
      reason: z.string().meta({ description: "One CamelCase word for machines; docs/conditions.md lists them." }),
      message: z.string().meta({ description: "What is wrong and what to do." }),
      observedGeneration: z
        .number()
        .meta({ type: "integer", format: "int64", description: "The generation that this answers." }),
      lastTransitionTime: z.string().meta({ format: "date-time", description: "When the status last changed." }),
    }),
  )
  .meta({
    description: "What holds and what does not.",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  });
