// Asks an MCP server at the URL named, with the official client: reads calls as JSON from stdin, each { token?, name, arguments },
// and prints the tools that are listed and what each call came to.
import { readFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const url = new URL(process.argv[2]);

async function session(token, use) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
  const client = new Client({ name: "onramp-test", version: "1.0.0" });
  await client.connect(transport);
  try {
    return await use(client, transport);
  } finally {
    await transport.terminateSession();
    await client.close();
  }
}

const { server, tools } = await session(undefined, async (client) => ({
  server: client.getServerVersion(),
  tools: (await client.listTools()).tools,
}));
const results = [];
for (const { token, ...call } of JSON.parse(readFileSync(0, "utf8"))) {
  results.push(await session(token, (client) => client.callTool(call)).catch((error) => ({ code: error.code })));
}
console.log(JSON.stringify({ server, tools, results }));
