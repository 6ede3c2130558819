/** awsQuery and ec2Query: parameters in, XML out. */
import type { ErrorForm } from "../model/error-form.ts";
import { encodeXmlMembers, escapeXml } from "./xml-output.ts";
import { decodeQuery } from "./query-input.ts";
import type { Wire, WireAnswer, WireRequest } from "./wire.ts";

/** The body's parameters, or the URL's for a GET. */
function parametersOf({ body, query }: WireRequest): URLSearchParams {
  return body.length > 0 ? new URLSearchParams(body.toString("utf8")) : query;
}

const operationName = (_: unknown, request: WireRequest) => parametersOf(request).get("Action") ?? undefined;

export const awsQuery: Wire = {
  operationName,
  readInput: (_, operation, request) => decodeQuery(operation.input, parametersOf(request), false),
  writeOutput(model, { name, output }, value, requestId) {
    // Written even when empty, as IAM does: botocore fails on UpdateRole without it.
    const result = `<${name}Result>${output.members.size > 0 ? encodeXmlMembers(output, value) : ""}</${name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const xml = `<${name}Response xmlns="${model.address.xmlNamespace}">${result}${metadata}</${name}Response>`;
    return xmlAnswer(200, xml, requestId);
  },
  writeError(model, form, requestId) {
    const type = form.fault === "client" ? "Sender" : "Receiver";
    const error =
      `<Error><Type>${type}</Type><Code>${escapeXml(form.queryCode)}</Code>` +
      `<Message>${escapeXml(form.message)}</Message>${furtherMembers(form)}</Error>`;
    const xml = `<ErrorResponse xmlns="${model.address.xmlNamespace}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>`;
    return xmlAnswer(form.status, xml, requestId);
  },
};

export const ec2Query: Wire = {
  operationName,
  readInput: (_, operation, request) => decodeQuery(operation.input, parametersOf(request), true),
  writeOutput(model, { name, output }, value, requestId) {
    const inner = output.members.size > 0 ? encodeXmlMembers(output, value) : "<return>true</return>";
    const xml = `<${name}Response xmlns="${model.address.xmlNamespace}"><requestId>${requestId}</requestId>${inner}</${name}Response>`;
    return xmlAnswer(200, xml, requestId);
  },
  writeError(_, form, requestId) {
    const error = `<Error><Code>${escapeXml(form.queryCode)}</Code><Message>${escapeXml(form.message)}</Message></Error>`;
    return xmlAnswer(
      form.status,
      `<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`,
      requestId,
    );
  },
};

function furtherMembers({ shape, members }: ErrorForm): string {
  if (!shape) return "";
  const further = Object.fromEntries(Object.entries(members).filter(([name]) => name.toLowerCase() !== "message"));
  return encodeXmlMembers(shape, further);
}

function xmlAnswer(status: number, xml: string, requestId: string): WireAnswer {
  const headers = { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId };
  return { status, headers, body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml}` };
}
