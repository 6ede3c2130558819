import {
  ABSENT,
  answers,
  behavioursOf,
  callsOf,
  docs,
  fails,
  length,
  PRESENT,
  reference,
  type Call,
} from "../behaviour.ts";

const dynamodb = callsOf("dynamodb");
const api = reference("dynamodb");
const GUIDE = "amazondynamodb/latest/developerguide/";

const KEY = { pk: { S: "$own" }, sk: { S: "1" } };
const put = (more: Record<string, unknown> = {}): Call =>
  dynamodb("PutItem", { TableName: "$table", Item: { ...KEY, n: { N: "1" } }, ...more });
const get = dynamodb("GetItem", { TableName: "$table", Key: KEY, ConsistentRead: true });
const update = (more: Record<string, unknown>): Call =>
  dynamodb("UpdateItem", { TableName: "$table", Key: KEY, ...more });
const query = (more: Record<string, unknown> = {}): Call =>
  dynamodb("Query", {
    TableName: "$table",
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": { S: "$own" } },
    ...more,
  });
const second = put({ Item: { pk: { S: "$own" }, sk: { S: "2" }, n: { N: "2" } } });
const NEW = { ConditionExpression: "attribute_not_exists(pk)" };
const invalid = (message?: RegExp) => fails("ValidationException", 400, message === undefined ? {} : { message });
const transact = (TransactItems: object[], more: Record<string, unknown> = {}): Call =>
  dynamodb("TransactWriteItems", { TransactItems, ...more });
const putOf = (sk: string, more: object = {}): object => ({
  Put: { TableName: "$table", Item: { pk: { S: "$own" }, sk: { S: sk } }, ...more },
});

const CONDITIONS = behavioursOf("dynamodb", {
  "put-if-absent": {
    states: "A put on condition of absence fails for an item that is there.",
    sources: [api("PutItem"), docs(`${GUIDE}Expressions.ConditionExpressions.html`)],
    given: [put(NEW)],
    when: put(NEW),
    expects: fails("ConditionalCheckFailedException", 400, { message: /conditional request failed/i }),
  },
  "failed-condition-keeps": {
    states: "A failed condition changes nothing.",
    sources: docs(`${GUIDE}Expressions.ConditionExpressions.html`),
    given: [
      put(),
      {
        ...update({
          UpdateExpression: "SET n = :n",
          ConditionExpression: "n = :other",
          ExpressionAttributeValues: { ":n": { N: "9" }, ":other": { N: "7" } },
        }),
        until: fails("ConditionalCheckFailedException", 400),
      },
    ],
    when: get,
    expects: answers({ "Item.n.N": "1" }),
  },
  "failed-condition-shows-item": {
    states: "ReturnValuesOnConditionCheckFailure ALL_OLD: the error carries the item.",
    sources: api("PutItem"),
    given: [put()],
    when: put({ ...NEW, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
    expects: fails("ConditionalCheckFailedException", 400, { carries: { "Item.n.N": "1" } }),
  },
  "update-makes-item": {
    states: "An update of an item that is not there makes it.",
    sources: api("UpdateItem"),
    when: update({
      UpdateExpression: "SET a = :a ADD n :one",
      ExpressionAttributeValues: { ":a": { S: "x" }, ":one": { N: "1" } },
      ReturnValues: "ALL_NEW",
    }),
    expects: answers({ "Attributes.a.S": "x", "Attributes.n.N": "1" }),
  },
  "update-if-there": {
    states: "An update on condition of existence fails for an item that is not there, and makes none.",
    sources: api("UpdateItem"),
    when: update({
      UpdateExpression: "SET a = :a",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":a": { S: "x" } },
    }),
    expects: fails("ConditionalCheckFailedException", 400),
  },
  "delete-on-condition": {
    states: "A delete on a condition that does not hold fails.",
    sources: api("DeleteItem"),
    given: [put()],
    when: dynamodb("DeleteItem", {
      TableName: "$table",
      Key: KEY,
      ConditionExpression: "n = :n",
      ExpressionAttributeValues: { ":n": { N: "7" } },
    }),
    expects: fails("ConditionalCheckFailedException", 400),
  },
  "delete-twice": {
    states: "Deleting an item that is not there succeeds.",
    sources: api("DeleteItem"),
    when: dynamodb("DeleteItem", { TableName: "$table", Key: KEY }),
    expects: answers({}),
  },
  "removed-attribute": {
    states: "REMOVE takes an attribute away.",
    sources: docs(`${GUIDE}Expressions.UpdateExpressions.html`),
    given: [put(), update({ UpdateExpression: "REMOVE n" })],
    when: get,
    expects: answers({ "Item.n": ABSENT, "Item.pk.S": "$own" }),
  },
  "reserved-word": {
    states: "A reserved word in an expression is refused by name.",
    sources: docs(`${GUIDE}ReservedWords.html`),
    when: update({ UpdateExpression: "SET owner = :o", ExpressionAttributeValues: { ":o": { S: "x" } } }),
    expects: invalid(/reserved keyword: owner/),
  },
  "value-unused": {
    states: "A value that no expression uses is refused.",
    sources: docs(`${GUIDE}Expressions.ExpressionAttributeValues.html`),
    evidence: "reported",
    when: update({ UpdateExpression: "SET a = :a", ExpressionAttributeValues: { ":a": { S: "x" }, ":b": { S: "y" } } }),
    expects: invalid(/unused in expressions/),
  },
  "empty-key": {
    states: "An empty text as key is refused.",
    sources: docs(`${GUIDE}HowItWorks.NamingRulesDataTypes.html`),
    when: put({ Item: { pk: { S: "" }, sk: { S: "1" } } }),
    expects: invalid(),
  },
  "key-incomplete": {
    states: "A key without its sort key is refused.",
    sources: api("GetItem"),
    when: dynamodb("GetItem", { TableName: "$table", Key: { pk: { S: "a" } } }),
    expects: invalid(),
  },
  "item-too-large": {
    states: "An item above 400 KB is refused.",
    sources: docs(`${GUIDE}Constraints.html`),
    when: put({ Item: { ...KEY, body: { S: "x".repeat(409_600) } } }),
    expects: invalid(/size has exceeded/i),
  },
});

const READS = behavioursOf("dynamodb", {
  "query-page": {
    states: "Limit ends a page, and LastEvaluatedKey leads on.",
    sources: api("Query"),
    given: [put(), second],
    when: query({ Limit: 1 }),
    expects: answers({ Items: length(1), "LastEvaluatedKey.sk.S": "1" }),
  },
  "query-order": {
    states: "Items of a partition come in the order of the sort key.",
    sources: api("Query"),
    given: [second, put()],
    when: query({ ConsistentRead: true }),
    expects: answers({ "Items.0.sk.S": "1", "Items.1.sk.S": "2", LastEvaluatedKey: ABSENT }),
  },
  "filtered-page": {
    states: "A filter works after the limit: a page may be empty and have a successor.",
    sources: docs(`${GUIDE}Query.FilterExpression.html`),
    given: [put(), second],
    when: query({
      Limit: 1,
      FilterExpression: "n = :two",
      ExpressionAttributeValues: { ":pk": { S: "$own" }, ":two": { N: "2" } },
    }),
    expects: answers({ Items: length(0), ScannedCount: 1, LastEvaluatedKey: PRESENT }),
  },
  "consistent-index": {
    states: "A global index cannot be read consistently.",
    sources: docs(`${GUIDE}GSI.html`),
    when: query({ IndexName: "due", ConsistentRead: true }),
    expects: invalid(),
  },
  "sparse-index": {
    states: "An item without the index's key is not in the index.",
    sources: docs(`${GUIDE}GSI.html`),
    given: [put(), put({ Item: { pk: { S: "$own" }, sk: { S: "2" }, due: { N: "5" } } })],
    when: query({ IndexName: "due" }),
    eventually: true,
    expects: answers({ Items: length(1), "Items.0.sk.S": "2" }),
  },
  "unknown-table": {
    states: "A table that does not exist: ResourceNotFoundException.",
    sources: api("GetItem"),
    when: dynamodb("GetItem", { TableName: "mooring-probe-nothing", Key: KEY }),
    expects: fails("ResourceNotFoundException", 400),
  },
  "table-exists": {
    states: "A table that is there cannot be made again: ResourceInUseException.",
    sources: api("CreateTable"),
    when: dynamodb("CreateTable", {
      TableName: "$table",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    }),
    expects: fails("ResourceInUseException", 400),
  },
  "batch-of-26": {
    states: "A batch of more than 25 writes is refused.",
    sources: api("BatchWriteItem"),
    when: dynamodb("BatchWriteItem", {
      RequestItems: {
        $table: Array.from({ length: 26 }, (_, n) => ({
          PutRequest: { Item: { pk: { S: "$own" }, sk: { S: `b${n}` } } },
        })),
      },
    }),
    expects: invalid(),
  },
});

const TRANSACTIONS = behavioursOf("dynamodb", {
  "transaction-cancelled": {
    states: "A failed condition cancels the transaction; the reasons come in the order of the actions.",
    sources: api("TransactWriteItems"),
    given: [put()],
    when: transact([putOf("2"), putOf("1", NEW)]),
    expects: fails("TransactionCanceledException", 400, {
      carries: {
        CancellationReasons: length(2),
        "CancellationReasons.0.Code": "None",
        "CancellationReasons.1.Code": "ConditionalCheckFailed",
      },
    }),
  },
  "transaction-all-or-nothing": {
    states: "A cancelled transaction has written nothing.",
    sources: api("TransactWriteItems"),
    given: [put(), { ...transact([putOf("2"), putOf("1", NEW)]), until: fails("TransactionCanceledException", 400) }],
    when: dynamodb("GetItem", {
      TableName: "$table",
      Key: { pk: { S: "$own" }, sk: { S: "2" } },
      ConsistentRead: true,
    }),
    expects: answers({ Item: ABSENT }),
  },
  "transaction-token-again": {
    states: "The same token and actions succeed again, without writing twice.",
    sources: api("TransactWriteItems"),
    given: [transact([putOf("1", NEW)], { ClientRequestToken: "$own" })],
    when: transact([putOf("1", NEW)], { ClientRequestToken: "$own" }),
    expects: answers({}),
  },
  "transaction-token-other-actions": {
    states: "The same token with other actions: IdempotentParameterMismatchException.",
    sources: api("TransactWriteItems"),
    given: [transact([putOf("1")], { ClientRequestToken: "$own" })],
    when: transact([putOf("2")], { ClientRequestToken: "$own" }),
    expects: fails("IdempotentParameterMismatchException", 400),
  },
  "transaction-one-item-twice": {
    states: "One item cannot be the object of two actions.",
    sources: api("TransactWriteItems"),
    when: transact([putOf("1"), putOf("1")]),
    expects: invalid(/multiple operations on one item/i),
  },
  "transaction-of-101": {
    states: "More than 100 actions are refused.",
    sources: api("TransactWriteItems"),
    when: transact(Array.from({ length: 101 }, (_, n) => putOf(String(n)))),
    expects: invalid(),
  },
});

export const DYNAMODB = [...CONDITIONS, ...READS, ...TRANSACTIONS];
