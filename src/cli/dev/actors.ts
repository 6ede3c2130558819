import { ECSClient } from "@aws-sdk/client-ecs";
import { EFSClient } from "@aws-sdk/client-efs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { assertLoopback } from "../loopback.ts";

/** Somebody with an access key of their own, who calls AWS over the socket as anybody would. */
export interface Actor {
  name: string;
  efs: EFSClient;
  lambda: LambdaClient;
  ecs: ECSClient;
  destroy(): void;
}

/**
 * @param name becomes the access key: the simulator takes an unknown key for a user named after it, and so
 *   CloudTrail's event, and Mooring's history, name this actor.
 */
export function createActor(name: string, awsUrl: string, region: string): Actor {
  const config = {
    endpoint: assertLoopback(awsUrl),
    region,
    credentials: { accessKeyId: name, secretAccessKey: "not-a-secret" },
  };
  const [efs, lambda, ecs] = [new EFSClient(config), new LambdaClient(config), new ECSClient(config)];
  return {
    name,
    efs,
    lambda,
    ecs,
    destroy: () => {
      efs.destroy();
      lambda.destroy();
      ecs.destroy();
    },
  };
}
