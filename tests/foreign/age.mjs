// age-encryption for the tests: `node age.mjs decrypt IDENTITY`, `encrypt RECIPIENT`, `recipient IDENTITY`, `identity`.
import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.env.AGE_NPM ?? new URL("node_modules", import.meta.url).pathname;
const entry = pathToFileURL(`${folder}/age-encryption/dist/index.js`).href;
const age = await import(entry);
const [command, key] = process.argv.slice(2);

async function decrypt() {
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(key);
  return decrypter.decrypt(readFileSync(0));
}

async function encrypt() {
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(key);
  return encrypter.encrypt(readFileSync(0));
}

const commands = {
  decrypt,
  encrypt,
  recipient: async () => Buffer.from(await age.identityToRecipient(key)),
  identity: async () => Buffer.from(await age.generateHybridIdentity()),
};
const result = await commands[command]();
for (let written = 0; written < result.length; ) written += writeSync(1, result, written);
