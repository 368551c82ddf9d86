// @transmute/rfc9162 for the tests: JSON cases on stdin, an array of true and false on stdout. Hashes and entries are hexadecimal.
//   {"entry", "index", "size", "path", "root"}              an inclusion proof
//   {"old", "old_root", "size", "path", "root"}             a consistency proof
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = new URL("node_modules", import.meta.url).pathname;
const { RFC9162 } = (await import(pathToFileURL(`${folder}/@transmute/rfc9162/dist/index.js`).href)).default;
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

async function included(each) {
  const leaf = await RFC9162.leaf(bytes(each.entry));
  const proof = { log_id: "", tree_size: each.size, leaf_index: each.index, inclusion_path: each.path.map(bytes) };
  return RFC9162.verifyInclusionProof(bytes(each.root), leaf, proof);
}

async function consistent(each) {
  // Step 2 of RFC 9162 §2.1.4.2, which this version of the package leaves to its caller.
  const first = Number.isInteger(Math.log2(each.old)) ? [each.old_root] : [];
  const path = [...first, ...each.path].map(bytes);
  const proof = { log_id: "", tree_size_1: each.old, tree_size_2: each.size, consistency_path: path };
  return RFC9162.verifyConsistencyProof(bytes(each.old_root), bytes(each.root), proof);
}

const answers = [];
for (const each of JSON.parse(readFileSync(0, "utf8"))) {
  answers.push(await ("entry" in each ? included(each) : consistent(each)));
}
process.stdout.write(JSON.stringify(answers));
