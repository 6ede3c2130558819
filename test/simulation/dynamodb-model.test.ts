import { describeStore } from "../../src/store/contract.ts";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import { tableDefinitions } from "../../src/store/dynamodb-tables.ts";
import { DynamoDbModel } from "./dynamodb-model.ts";

/** The same suite that holds dynalite (and SQLite) to what the store needs. */
describeStore({
  name: "the simulation's model of DynamoDB",
  open: async () => {
    const { documents } = new DynamoDbModel(tableDefinitions("t-"));
    return openDynamoDbEngine({ client: null as never, tablePrefix: "t-", documents });
  },
  runs: 4,
});
