// An MCP client of another house: makes the calls that it is given, and prints what it was answered as JSON.
// node client.mjs FOLDER-OF-node_modules COMMAND CALLS
import { createRequire } from "node:module";

const [folder, command, calls] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = require("@modelcontextprotocol/sdk/client/stdio.js");
const { ResourceUpdatedNotificationSchema } = require("@modelcontextprotocol/sdk/types.js");

const client = new Client({ name: "second", version: "1" });
const transport = new StdioClientTransport({ command, args: ["mcp"], env: process.env });
await client.connect(transport);

const answers = { server: client.getServerVersion(), capabilities: client.getServerCapabilities(), calls: [], progress: 0 };
answers.tools = (await client.listTools()).tools; // from now on it holds answers against their schemas
let news;
const heard = new Promise((resolve) => (news = resolve));
client.setNotificationHandler(ResourceUpdatedNotificationSchema, (message) => news(message.params.uri));
await client.subscribeResource({ uri: "viewsync://sessions" });
for (const call of JSON.parse(calls)) {
  const options = { onprogress: () => (answers.progress += 1) };
  answers.calls.push(await client.callTool(call, undefined, options));
}
answers.heard = await heard;
answers.resources = (await client.listResources()).resources.map((resource) => resource.uri);
answers.read = await client.readResource({ uri: "viewsync://events" });
answers.prompts = (await client.listPrompts()).prompts;
const cancel = new AbortController();
const waiting = client.callTool(
  { name: "wait", arguments: { session: "shell", patterns: ["never"], timeout: 600 } },
  undefined,
  { signal: cancel.signal, onprogress: () => cancel.abort("enough") },
);
answers.cancelled = await waiting.then(() => "", (error) => String(error));
answers.after = await client.callTool({ name: "kill", arguments: { session: "shell" } });
await client.close();
console.log(JSON.stringify(answers));
