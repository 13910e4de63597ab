// Reads mermaid texts from the files named and says for each whether mermaid's own parser takes it.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");
for (const file of process.argv.slice(2)) {
  const { diagramType } = await mermaid.parse(readFileSync(file, "utf8"));
  console.log(`${diagramType} ${file}`);
}
