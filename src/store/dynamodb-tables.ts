import { CreateTableCommand, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import type { CreateTableCommandInput, DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Shards of the due index, so that no single index partition sees every write (1,000 a second is AWS's limit for one). */
export const DUE_SHARDS = 4;
export const DUE_INDEX = "due";

/** The store's tables, on demand capacity. Names: `<prefix>log`, `<prefix>keys`, `<prefix>audit`. */
export function tableDefinitions(prefix: string): CreateTableCommandInput[] {
  return [
    pairTable(`${prefix}log`),
    {
      ...pairTable(`${prefix}keys`),
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "dueShard", AttributeType: "S" },
        { AttributeName: "nextAtMs", AttributeType: "N" },
      ],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      GlobalSecondaryIndexes: [
        {
          IndexName: DUE_INDEX,
          KeySchema: [
            { AttributeName: "dueShard", KeyType: "HASH" },
            { AttributeName: "nextAtMs", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["expiresAtMs"] },
        },
      ],
    },
    pairTable(`${prefix}audit`),
  ];
}

function pairTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
    ],
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
  };
}

/**
 * Creates the tables that are missing and waits until all can be used (at most 2 minutes).
 *
 * @returns the names of those that were missing.
 */
export async function ensureTables(client: DynamoDBClient, prefix: string): Promise<string[]> {
  const definitions = tableDefinitions(prefix);
  const made: string[] = [];
  for (const definition of definitions) {
    try {
      await client.send(new CreateTableCommand(definition));
      made.push(definition.TableName!);
    } catch (error) {
      if ((error as Error).name !== "ResourceInUseException") throw error;
    }
  }
  for (const { TableName } of definitions) {
    await waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 0.02, maxDelay: 5 }, { TableName: TableName! });
  }
  return made;
}
