/* age-identity.js: age keys in the page. An identity (AGE-SECRET-KEY-…) is read from a file of this machine and stays a local value:
   it is never put into the document, a store, a request or an error. Pure but for `readIdentityFile`, which reads the given File.
   Strings can't be wiped in a browser: bytes are overwritten, references are dropped as soon as they are not needed any more.
   Code: identity. */

import { check, decodeUtf8, Refusal, toHex } from './age-refusal.js';
import { bech32, Decrypter, generateHybridIdentity, identityToRecipient, sha256 } from './vendor/age-encryption.js';

const LARGEST_KEY_FILE = 1 << 20;
const PUBLIC_BYTES = { age1pq: 1184 + 32, age: 32 };
const COMMENT = /^#[# ]*(vkey|log-vkey|witness-vkey|organisation)\s*:(.*)$/;
// A header with exactly one stanza and one spelling (FORMAT.md §8): 1120 or 32 bytes, then a body and a MAC of 32 bytes each.
const BYTES_32 = '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]';
const STANZAS = [
  ['AGE-SECRET-KEY-PQ-1', 'mlkem768x25519 [A-Za-z0-9+/]{1493}[AQgw]'],
  ['AGE-SECRET-KEY-1', `X25519 ${BYTES_32}`],
];

/* SHA-256 of a recipient's text, 64 hexadecimal digits. */
export const fingerprint = (recipient) => toHex(sha256(new TextEncoder().encode(recipient)));

/* The first 128 bits in eight groups of four digits, to read out over the telephone. */
export const spokenFingerprint = (recipient) => fingerprint(recipient).slice(0, 32).match(/.{4}/g).join(' ');

/* Whether the text is a whole recipient key, age1pq1… or age1…; its checksum is checked. */
export function isRecipient(text) {
  try {
    const { prefix, words } = bech32.decode(text, false);
    return text === text.toLowerCase() && bech32.fromWords(words).length === PUBLIC_BYTES[prefix];
  } catch {
    return false;
  }
}

/* A fresh hybrid pair { identity, recipient }. */
export async function makePair() {
  const identity = await generateHybridIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

async function parseIdentity(text) {
  try {
    return { identity: text, recipient: await identityToRecipient(text) };
  } catch {
    throw new Refusal('identity');
  }
}

/* { keys: [{ identity, recipient }], vkeys, logVkeys, witnessVkeys, organisation } of an age identity file. As in council/sealing/open.py,
   the comments `# vkey: …`, `# log-vkey: …`, `# witness-vkey: …` and `# organisation: …` mean something; any other line that is no
   identity refuses the file. */
export async function parseIdentityFile(text) {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  const comments = lines.map((line) => COMMENT.exec(line)).filter(Boolean);
  const values = (name) => comments.filter((each) => each[1] === name).map((each) => each[2].trim());
  const given = lines.filter((line) => line && !line.startsWith('#'));
  check(given.length, 'identity');
  const keys = await Promise.all(given.map(parseIdentity));
  const vkeys = { vkeys: values('vkey'), logVkeys: values('log-vkey'), witnessVkeys: values('witness-vkey') };
  return { keys, ...vkeys, organisation: values('organisation')[0] ?? null };
}

export async function readIdentityFile(file) {
  check(file.size <= LARGEST_KEY_FILE, 'identity');
  const bytes = new Uint8Array(await file.arrayBuffer().catch(() => check(false, 'identity')));
  try {
    return await parseIdentityFile(decodeUtf8(bytes, 'identity'));
  } finally {
    bytes.fill(0);
  }
}

/* Whether the header (bytes) has the one form that is sealed here, for the kind of this identity. */
export function isHeaderFor(header, identity) {
  const [, stanza] = STANZAS.find(([prefix]) => identity.startsWith(prefix)) ?? [];
  const text = String.fromCharCode(...header);
  return new RegExp(`^age-encryption\\.org/v1\\n-> ${stanza}\\n${BYTES_32}\\n--- ${BYTES_32}\\n$`).test(text);
}

/* What `file` (bytes, or a stream of them) holds, as the same. Rejects when the identity doesn't open it or it was altered. */
export function decrypt(file, identity) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(file);
}
