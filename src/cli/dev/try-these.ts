import { join, relative } from "node:path";

export interface Surroundings {
  dataDirectory: string;
  workingDirectory: string;
  apiUrl: string;
  /** null with `--empty`: then there is nothing to look at yet. */
  sampleFileSystemId: string | null;
}

/** The commands to try next, as text to paste. */
export function tryThese({ dataDirectory, workingDirectory, apiUrl, sampleFileSystemId }: Surroundings): string[] {
  const near = relative(workingDirectory, join(dataDirectory, "env"));
  const environment = near.startsWith("..") ? join(dataDirectory, "env") : near;
  const first = [`source ${environment}`, ""];
  if (sampleFileSystemId === null) {
    return [
      ...first,
      "aws efs create-file-system --creation-token mine",
      "kubectl api-resources --api-group mooring.dev",
      `curl -s ${apiUrl}/readyz`,
      "mooring --help",
    ];
  }
  return [
    ...first,
    "kubectl get bindings -A",
    "kubectl describe binding thumbnailer -n media",
    "kubectl get efs shared -o yaml",
    "mooring history media/thumbnailer",
    "mooring plan -f examples/",
    `curl -s ${apiUrl}/apis/mooring.dev/v1/bindings`,
    "",
    "# break something yourself, then look at the history",
    `AWS_ACCESS_KEY_ID=mallory aws efs delete-file-system-policy --file-system-id ${sampleFileSystemId}`,
    "aws lambda get-function-configuration --function-name thumbnailer --query FileSystemConfigs",
    "mooring history --file-system shared --since 1m",
  ];
}
