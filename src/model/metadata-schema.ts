import { z } from "zod";

const strings = z.record(z.string(), z.string());

/**
 * ObjectMeta as clients send it. The server's own fields are accepted and ignored, since kubectl sends back
 * what it has read.
 */
export const metadataSchema = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: strings.nullish(),
  annotations: strings.nullish(),
  finalizers: z.array(z.string()).nullish(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.unknown().optional(),
  creationTimestamp: z.unknown().optional(),
  deletionTimestamp: z.unknown().optional(),
  deletionGracePeriodSeconds: z.unknown().optional(),
  managedFields: z.unknown().optional(),
  selfLink: z.unknown().optional(),
});
