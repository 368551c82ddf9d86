/* age-package.js: opens a sealed package in the order of council/sealing/PACKAGE.md §4, and refuses what council/sealing/opening.py
   refuses. Pure: bytes, keys and the memory of what was opened come from the caller, and nothing is shown here.

   Codes of a Refusal, in the order of the checks: vkey, unsigned, signature, unsupported, manifest, name, organisation, key, expired,
   older (and what the memory itself says), those of age-proof.js, fetch, large, header, payload, seal, cut, contents, inside. */

import { ATTACHMENTS, entries, FIRST } from './age-archive.js';
import { decrypt, fingerprint, isHeaderFor } from './age-identity.js';
import { compare, LARGEST_MANIFEST, parseContents, parseManifest } from './age-manifest.js';
import { parseVkey, verifyNote } from './age-note.js';
import { checkRelease } from './age-proof.js';
import { check, joined, Refusal, toHex } from './age-refusal.js';
import { sha256 } from './vendor/age-encryption.js';

export { ATTACHMENTS, Refusal };
/* Bytes of an .age file. It is held in memory, and so is what is inside; what is larger needs the opener of the command line. */
export const LARGEST_HERE = 512 * 2 ** 20;
const LARGEST_HEADER = 16 * 1024;
const SMALLEST_PAYLOAD = 16 + 16; // a nonce, and the tag of an empty chunk
const BREATH = 2 * 2 ** 20; // bytes between two pauses, in which the page can draw

const pause = () => new Promise((resolve) => setTimeout(resolve));

/* The manifest and who signed it. Nothing of it is looked at before its signature holds. */
async function signedManifest(source, vkeys) {
  check(vkeys.length, 'vkey');
  const [data, signature] = await Promise.all([source.manifest(), source.signature()]);
  check(data.length <= LARGEST_MANIFEST && signature.length <= LARGEST_MANIFEST, 'large');
  const { text, by } = await verifyNote(joined([data, signature]), vkeys.map((each) => parseVkey(each)));
  check(text.length === data.length + 1 && data.every((byte, place) => byte === text[place]), 'signature');
  const manifest = parseManifest(data);
  check(manifest.package === source.id, 'name');
  return { manifest, by };
}

function identityFor(manifest, holder) {
  for (const organisation of holder.organisations) check(organisation === manifest.organisation, 'organisation');
  const key = holder.keys.find((each) => fingerprint(each.recipient) === manifest.recipient);
  check(key, 'key');
  return key.identity;
}

/* All chunks of a stream, at most LARGEST_HERE together. */
async function collect(stream, report) {
  const chunks = [];
  let size = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read().catch(() => check(false, 'fetch'));
    if (done) return { chunks, size };
    size += value.length;
    if (size > LARGEST_HERE) {
      await reader.cancel();
      throw new Refusal('large');
    }
    chunks.push(value);
    report(size);
  }
}

/* Cuts the header off `chunks`, which then begin with the payload: lines up to and with the one that starts with three hyphens. */
function takeHeader(chunks) {
  const start = [];
  for (let size = 0; chunks.length && size < LARGEST_HEADER; size += start.at(-1).length) start.push(chunks.shift());
  const bytes = joined(start);
  const text = String.fromCharCode(...bytes.subarray(0, LARGEST_HEADER));
  const [header] = /^age-encryption\.org\/v1\n(?:(?!---)[^\n]*\n)*---[^\n]*\n/.exec(text) ?? [''];
  check(header, 'header');
  chunks.unshift(bytes.subarray(header.length));
  return bytes.slice(0, header.length);
}

async function digest(chunks) {
  const hash = sha256.create();
  let since = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    since += chunk.length;
    if (since < BREATH) continue;
    await pause();
    since = 0;
  }
  return toHex(hash.digest());
}

/* A stream that lets go of each chunk as it hands it out. */
function streamOf(chunks) {
  return new ReadableStream({
    pull(controller) {
      if (chunks.length) controller.enqueue(chunks.shift());
      else controller.close();
    },
  });
}

/* The plaintext, chunk by chunk, each authenticated; whole only when it ends without a Refusal. */
async function* decrypted(header, chunks, identity, report) {
  check(isHeaderFor(header, identity), 'seal');
  check(chunks.reduce((sum, chunk) => sum + chunk.length, 0) >= SMALLEST_PAYLOAD, 'cut');
  const plain = await decrypt(streamOf([header, ...chunks.splice(0)]), identity).catch(() => check(false, 'seal'));
  let size = 0;
  for (const reader = plain.getReader(); ; ) {
    const { done, value } = await reader.read().catch(() => check(false, 'cut'));
    if (done) return;
    yield value;
    if (Math.floor((size + value.length) / BREATH) > Math.floor(size / BREATH)) await pause();
    size += value.length;
    report(size);
  }
}

/* The members, with the first compared before a second one is read. */
async function extract(plain, manifest) {
  const members = [];
  let contents = null;
  for await (const member of entries(plain)) {
    if (member.name === FIRST) {
      check(member.size <= LARGEST_MANIFEST, 'contents');
      contents = parseContents(joined(member.pieces));
      compare(manifest, contents);
    } else {
      members.push(member);
    }
  }
  check(contents, 'contents');
  return { contents, members };
}

/* { manifest, by, contents, members, released }: members are { name, size, pieces }, without package.json; released is what the proof
   shows (age-proof.js), null where no key of a log was given to check it with.

   source: id, and the functions manifest(), signature() and proof() to bytes (proof also to null), age() to { stream, size or null }, each
   called when it is its turn, proof() only with a key of a log.
   holder: keys [{ identity, recipient }], vkeys, organisations (each that is named has to be the package's), logVkeys and witnessVkeys.
   memory: check(manifest) throws for an older package, add(manifest) remembers this one; called before anything is handed back.
   report: told how much is done, from 0 to 1, or null when it can't be known. */
export async function openPackage(source, holder, memory, report = () => {}) {
  const { manifest, by } = await signedManifest(source, holder.vkeys);
  const identity = identityFor(manifest, holder);
  check(manifest.not_after === null || Date.now() <= Date.parse(manifest.not_after), 'expired');
  memory.check(manifest);
  const { logVkeys = [], witnessVkeys = [] } = holder;
  const released = logVkeys.length ? await checkRelease(await source.proof(), manifest, logVkeys, witnessVkeys) : null;
  const { stream, size: expected } = await source.age();
  check((expected ?? 0) <= LARGEST_HERE, 'large');
  const { chunks, size } = await collect(stream, (done) => report(expected ? Math.min(done / expected, 1) / 2 : null));
  const header = takeHeader(chunks);
  check(toHex(sha256(header)) === manifest.header, 'header');
  check((await digest(chunks)) === manifest.payload, 'payload');
  const plain = decrypted(header, chunks, identity, (done) => report(0.5 + Math.min(done / size, 1) / 2));
  const { contents, members } = await extract(plain, manifest);
  memory.add(manifest);
  return { manifest, by, contents, members, released };
}
