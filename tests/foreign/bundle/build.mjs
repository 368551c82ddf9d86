// Builds council/static/js/vendor/age-encryption.js, its SHA-256 and LICENSES.md from exactly the packages that package.json pins:
//   npm install --no-package-lock --ignore-scripts && node build.mjs      (writes)
//   node build.mjs --check                                                (compares; exit code 1 when a file differs)
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const HERE = new URL("./", import.meta.url);
const OUT = new URL("../../../council/static/js/vendor/", HERE);
const NAME = "age-encryption.js";
// What the pages use, and nothing else: what is not here is left out of the bundle as far as esbuild can tell.
const ENTRY = `
  export { Decrypter, armor, generateHybridIdentity, identityToRecipient } from "age-encryption";
  export { sha256 } from "@noble/hashes/sha2.js";
  export { bech32 } from "@scure/base";
`;

const json = (path) => JSON.parse(readFileSync(new URL(path, HERE), "utf8"));
const pins = json("package.json").dependencies;

function packageOf(input) {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input) ?? [];
  return name;
}

function checkPins(names) {
  for (const name of names) {
    const { version } = json(`node_modules/${name}/package.json`);
    if (version !== pins[name]) throw Error(`${name} is ${version}, package.json pins ${pins[name] ?? "nothing"}`);
  }
}

function licences(names) {
  const each = names.map((name) => {
    const { license } = json(`node_modules/${name}/package.json`);
    const text = readFileSync(new URL(`node_modules/${name}/LICENSE`, HERE), "utf8").trim();
    return `## ${name} ${pins[name]} (${license})\n\n\`\`\`text\n${text}\n\`\`\`\n`;
  });
  return `# Licences of what \`${NAME}\` is built from\n\n${each.join("\n")}`;
}

async function bundle() {
  const made = await build({
    stdin: { contents: ENTRY, resolveDir: HERE.pathname, sourcefile: "entry.mjs" },
    absWorkingDir: HERE.pathname,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    metafile: true,
    write: false,
  });
  const { inputs } = Object.values(made.metafile.outputs)[0];
  const used = Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0);
  const names = [...new Set(used.map(packageOf).filter(Boolean))].sort();
  checkPins(names);
  const banner = `/*! ${names.map((name) => `${name} ${pins[name]}`).join(", ")}. Licences: LICENSES.md. */\n`;
  const version = `export const version=${JSON.stringify(pins["age-encryption"])};\n`;
  return { names, code: banner + made.outputFiles[0].text + version };
}

const { names, code } = await bundle();
const digest = createHash("sha256").update(code).digest("hex");
const files = { [NAME]: code, [`${NAME}.sha256`]: `${digest}  ${NAME}\n`, "LICENSES.md": licences(names) };

for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, OUT);
  if (!process.argv.includes("--check")) {
    mkdirSync(OUT, { recursive: true });
    writeFileSync(file, text);
  } else if (readFileSync(file, "utf8") !== text) {
    console.error(`${name} is not what these packages give.`);
    process.exitCode = 1;
  }
}
