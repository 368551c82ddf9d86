/* age-proof.js: whether a package's release stands in the audit log (C2SP tlog-proof; council/sealing/PACKAGE.md §6). Pure.
   Refuses what council/audit/release.py refuses. Codes: no-proof, proof, release, log, vkey, unsupported. */

import { canonical } from './age-manifest.js';
import { accepts, fromBase64, parseLine, parseVkey, split, verifyNote } from './age-note.js';
import { check, decodeUtf8, joined, Refusal } from './age-refusal.js';
import { sha256 } from './vendor/age-encryption.js';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const LARGEST_PROOF = 64 * 1024;
const LONGEST_PATH = 63;
const HASH_BYTES = 32;
const NUMBER = /^(?:0|[1-9][0-9]{0,18})$/;
const LARGEST = 2n ** 63n - 1n;
const COSIGNED = 4; // the type of an Ed25519 cosignature: 8 bytes of time, 64 of signature
const ML_DSA = 6; // another type of cosignature, which browsers can't check
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

const encode = (text) => new TextEncoder().encode(text);
const hashed = (...pieces) => sha256(joined(pieces.map((each) => (typeof each === 'number' ? Uint8Array.of(each) : each))));
const equal = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);
const text = (pattern) => (value) => typeof value === 'string' && new RegExp(`^(?:${pattern})$`).test(value);

/* The members of a leaf, council/audit/FORMAT.md §1. */
const LEAF = {
  v: (value) => value === 1,
  id: text('[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'),
  time: text('\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z'),
  actor: text('|[0-9a-f]{64}'),
  org: text(`|${UUID}`),
  action: text('[a-z_]{1,20}\\.[a-z_]{1,19}'),
  object: text('[A-Za-z0-9._:/-]{0,120}'),
  revision: (value) => Number.isSafeInteger(value) && value >= 0,
  tier: (value) => [1, 2, 3].includes(value),
  outcome: text('allow|deny'),
  reason: text('[a-z0-9_]{1,40}'),
  policy: text('\\d{4}-\\d\\d-\\d\\d'),
  request: text(UUID),
  detail: text('sha256:[0-9a-f]{64}'),
};

function decoded(line) {
  const data = fromBase64(line);
  check(data.length, 'proof');
  return data;
}

function number(word) {
  check(NUMBER.test(word) && BigInt(word) <= LARGEST, 'proof');
  return BigInt(word);
}

/* { entry, index, path, note } of the file. */
function parseProof(bytes) {
  check(bytes.length <= LARGEST_PROOF, 'proof');
  const whole = decodeUtf8(bytes, 'proof');
  const blank = whole.indexOf('\n\n');
  check(blank >= 0, 'proof');
  const [first, extra, index, ...lines] = whole.slice(0, blank).split('\n');
  check(first === FIRST_LINE && extra?.startsWith('extra ') && index?.startsWith('index '), 'proof');
  const path = lines.map(decoded);
  check(path.length <= LONGEST_PATH && path.every((each) => each.length === HASH_BYTES), 'proof');
  return { entry: decoded(extra.slice(6)), index: number(index.slice(6)), path, note: encode(whole.slice(blank + 2)) };
}

/* { origin, size, root } of a checkpoint's text: exactly three lines. */
function parseCheckpoint(bytes) {
  const [origin, size, root, end, ...more] = decodeUtf8(bytes, 'proof').split('\n');
  check(origin && end === '' && !more.length, 'proof');
  const data = decoded(root);
  check(data.length === HASH_BYTES, 'proof');
  return { origin, size: number(size), root: data };
}

/* The text of a note that the log's key signed. */
async function signedText(note, log) {
  try {
    return (await verifyNote(note, [log])).text;
  } catch (refusal) {
    throw refusal.code === 'unsupported' ? refusal : new Refusal('proof');
  }
}

/* RFC 9162 §2.1.3.2: the path leads from the entry at `index` to the root over `size` leaves. */
function checkInclusion({ entry, index, path }, { size, root }) {
  check(index < size, 'proof');
  let [place, last, found] = [index, size - 1n, hashed(0, entry)];
  for (const each of path) {
    check(last > 0n, 'proof');
    if (place & 1n || place === last) {
      found = hashed(1, each, found);
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else {
      found = hashed(1, found, each);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  check(last === 0n && equal(found, root), 'proof');
}

/* The leaf, when the bytes are the one spelling of one. Its time is the one in the first 48 bits of its id. */
function parseLeaf(bytes) {
  const whole = decodeUtf8(bytes, 'release');
  let leaf;
  try {
    leaf = JSON.parse(whole);
    if (canonical(leaf) !== whole) throw new RangeError();
  } catch {
    throw new Refusal('release');
  }
  check(leaf !== null && typeof leaf === 'object' && !Array.isArray(leaf), 'release');
  check(Object.keys(leaf).join() === Object.keys(LEAF).sort().join(), 'release');
  for (const [name, holds] of Object.entries(LEAF)) check(holds(leaf[name]), 'release');
  const moment = new Date(parseInt(leaf.id.slice(0, 8) + leaf.id.slice(9, 13), 16));
  check(leaf.time === moment.toISOString(), 'release');
  return leaf;
}

/* The names of the witnesses whose cosignatures on the checkpoint hold; one of a known key that does not hold refuses the proof. */
async function witnessesOf(note, vkeys) {
  const { text: signed, lines } = split(note);
  const names = [];
  for (const { name, id, signature } of lines.map(parseLine)) {
    const verifier = vkeys.find((each) => each.name === name && each.id === id);
    if (!verifier || names.includes(name)) continue;
    check(signature.length === 8 + 64, 'proof');
    const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    const message = joined([encode(`cosignature/v1\ntime ${time}\n`), signed]);
    check(time <= LARGEST && (await accepts(verifier, signature.subarray(8), message)), 'proof');
    names.push(name);
  }
  return names;
}

const canCheck = (vkey) => fromBase64(vkey.split('+').slice(2).join('+'))[0] !== ML_DSA;

/* { origin, index, size, witnesses } of the proof (bytes, or null where there is none): the release of the package stands in the log
   that its manifest names. `logVkeys` and `witnessVkeys` are texts. */
export async function checkRelease(bytes, manifest, logVkeys, witnessVkeys = []) {
  check(bytes, 'no-proof');
  const log = logVkeys.map((each) => parseVkey(each)).find((each) => each.name === manifest.log_origin);
  check(log, 'log');
  const witnesses = witnessVkeys.filter(canCheck).map((each) => parseVkey(each, COSIGNED));
  const proof = parseProof(bytes);
  const covering = parseCheckpoint(await signedText(proof.note, log));
  check(covering.origin === log.name, 'proof');
  checkInclusion(proof, covering);
  const leaf = parseLeaf(proof.entry);
  const { package: object, revision, tier, organisation: org } = manifest;
  const wanted = { action: 'package.release', outcome: 'allow', object, revision, tier, org };
  for (const [name, value] of Object.entries(wanted)) check(leaf[name] === value, 'release');
  const names = await witnessesOf(proof.note, witnesses);
  return { origin: covering.origin, index: String(proof.index), size: String(covering.size), witnesses: names };
}
