/* age-note.js: signed notes (C2SP signed-note) with Ed25519, type 0x01, checked with WebCrypto. Pure.
   Refuses what council/sealing/note.py refuses. Codes: vkey, unsigned, signature, unsupported. */

import { check, decodeUtf8, joined, Refusal, toHex } from './age-refusal.js';
import { sha256 } from './vendor/age-encryption.js';

const ED25519 = 1;
const KEY_ID_BYTES = 4;
const PUBLIC_BYTES = 32;
const MOST_SIGNATURES = 100;
const LARGEST_NOTE = 1 << 20;
const DASH = '\u2014 ';
const NOT_A_NAME = /[\s\x00-\x1f\x85+]/u;

const isName = (name) => name !== '' && !NOT_A_NAME.test(name);
const encode = (text) => new TextEncoder().encode(text);

/* Padded standard base64 in its one canonical spelling; empty for anything else. */
export function fromBase64(text) {
  try {
    const binary = atob(text);
    return btoa(binary) === text ? Uint8Array.from(binary, (each) => each.charCodeAt(0)) : new Uint8Array();
  } catch {
    return new Uint8Array();
  }
}

/* A verifier { name, id, key } from `name+hex(key id)+base64(type || key)`. The key id has to belong to name and key; the key is one of
   Ed25519, of the type that is asked for (1 signs notes, 4 cosigns checkpoints). */
export function parseVkey(vkey, type = ED25519) {
  const [name, id, ...rest] = vkey.split('+');
  const data = fromBase64(rest.join('+'));
  check(isName(name) && data.length === 1 + PUBLIC_BYTES && data[0] === type, 'vkey');
  const expected = toHex(sha256(joined([encode(`${name}\n`), data])).subarray(0, KEY_ID_BYTES));
  check(id === expected, 'vkey');
  return { name, id, key: data.subarray(1) };
}

/* { text, lines }: where the text ends and the signatures begin, at the last blank line. Nothing is checked. */
export function split(note) {
  const whole = decodeUtf8(note, 'unsigned');
  const place = whole.lastIndexOf('\n\n');
  check(note.length <= LARGEST_NOTE && place >= 0 && whole.endsWith('\n'), 'unsigned');
  check(place + 2 < whole.length && !/[\x00-\x09\x0b-\x1f]/.test(whole), 'unsigned');
  const lines = whole.slice(place + 2, -1).split('\n');
  check(lines.length <= MOST_SIGNATURES, 'unsigned');
  return { text: encode(`${whole.slice(0, place)}\n`), lines };
}

/* { name, id, signature } of a signature line; what the signature says is the business of its type. */
export function parseLine(line) {
  check(line.startsWith(DASH), 'unsigned');
  const rest = line.slice(DASH.length);
  const gap = rest.indexOf(' ');
  const name = gap < 0 ? rest : rest.slice(0, gap);
  const data = fromBase64(gap < 0 ? '' : rest.slice(gap + 1));
  check(isName(name) && data.length > KEY_ID_BYTES, 'unsigned');
  return { name, id: toHex(data.subarray(0, KEY_ID_BYTES)), signature: data.subarray(KEY_ID_BYTES) };
}

/* Whether the Ed25519 signature (64 bytes) of the text holds for the verifier. */
export async function accepts(verifier, signature, text) {
  try {
    const key = await crypto.subtle.importKey('raw', verifier.key, { name: 'Ed25519' }, false, ['verify']);
    return await crypto.subtle.verify({ name: 'Ed25519' }, key, signature, text);
  } catch (error) {
    throw new Refusal(error.name === 'DataError' ? 'vkey' : 'unsupported');
  }
}

/* { text, by }: the text (bytes) of a note that at least one of `verifiers` signed, and the names of those that did.
   Signatures of unknown keys are passed over; one of a known key that does not hold refuses the note. */
export async function verifyNote(note, verifiers) {
  const { text, lines } = split(note);
  const by = [];
  for (const { name, id, signature } of lines.map(parseLine)) {
    const verifier = verifiers.find((each) => each.name === name && each.id === id);
    if (!verifier || by.includes(verifier)) continue;
    check(await accepts(verifier, signature, text), 'signature');
    by.push(verifier);
  }
  check(by.length, 'unsigned');
  return { text, by: by.map((each) => each.name) };
}
