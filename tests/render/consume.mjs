// What Mermaid's parser and Graphviz make of documents: JSON in on standard input, JSON out.
import { readFileSync } from "node:fs";
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import DOMPurify from "dompurify";
import mermaid from "mermaid";

// outside a browser there is nothing to sanitize for; what a browser shows is tested in one
DOMPurify.addHook = () => {};
DOMPurify.sanitize = (text) => text;

const { kind, texts } = JSON.parse(readFileSync(0, "utf-8"));
const graphviz = kind === "mermaid" ? null : await Graphviz.load();
mermaid.initialize({ startOnLoad: false });

async function consumed(text) {
  try {
    if (kind === "mermaid") return await mermaid.parse(text);
    if (kind === "svg") return graphviz.layout(text, "svg", "dot");
    return JSON.parse(graphviz.layout(text, "json0", "dot"));
  } catch (error) {
    return { error: String(error) };
  }
}

const found = [];
for (const text of texts) found.push(await consumed(text));
process.stdout.write(JSON.stringify(found));
