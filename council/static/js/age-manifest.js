/* age-manifest.js: what a package says about itself, outside (signed) and inside, for comparison. Pure.
   Refuses what council/sealing/manifest.py refuses. Codes: manifest, contents, inside. */

import { check, decodeUtf8, Refusal } from './age-refusal.js';

export const LARGEST_MANIFEST = 64 * 1024;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const ORIGIN = /^[^\x00-\x20\x7f]+( [^\x00-\x20\x7f]+)*$/u;
// A printable line: no control, format, private or unassigned characters, and of the spaces only U+0020.
const LINE = /^(?:[^\p{C}\p{Z}]| )+$/u;

const isText = (pattern) => (value) => typeof value === 'string' && pattern.test(value);
const isId = isText(ID);
const isDigest = isText(SHA256);
const isCount = (value) => Number.isSafeInteger(value) && value >= 1;
const isListOf = (holds) => (value) => Array.isArray(value) && value.every(holds);
const isSortedSet = (ids) => ids.every((id, place) => place === 0 || ids[place - 1] < id);

/* Exactly 2027-03-31T15:00:00Z, and a day that exists. */
function isTime(value) {
  if (typeof value !== 'string' || !/^\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z$/.test(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value.replace('Z', '.000Z');
}

const SHARED = {
  bulletin: isId,
  revision: isCount,
  subcommittees: (value) => isListOf(isId)(value) && isSortedSet(value),
  tier: (value) => [1, 2, 3].includes(value),
  v: (value) => value === 1,
};
const MANIFEST = {
  ...SHARED,
  format: (value) => value === 'council-package',
  header: isDigest,
  log_origin: isText(ORIGIN),
  not_after: (value) => value === null || isTime(value),
  organisation: isId,
  package: isId,
  payload: isDigest,
  recipient: isDigest,
  version: isCount,
};
const CONTENTS = {
  ...SHARED,
  caveats: isListOf(isText(LINE)),
  format: (value) => value === 'council-package-contents',
};

/* RFC 8785 for texts, whole numbers, null, lists and objects; anything it cannot spell is refused by the comparison. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.keys(value).sort().map((name) => `${canonical(name)}:${canonical(value[name])}`);
    return `{${members.join(',')}}`;
  }
  // A lone surrogate has an escape in JSON, but no bytes in UTF-8.
  if (typeof value === 'string' && /\p{Cs}/u.test(value)) throw new RangeError();
  return JSON.stringify(value);
}

function parse(bytes, members, code) {
  check(bytes.length <= LARGEST_MANIFEST, code);
  const text = decodeUtf8(bytes, code);
  let document;
  try {
    document = JSON.parse(text);
    if (canonical(document) !== text) throw new RangeError();
  } catch {
    throw new Refusal(code);
  }
  check(document !== null && typeof document === 'object' && !Array.isArray(document), code);
  check(Object.keys(document).join() === Object.keys(members).sort().join(), code);
  for (const [name, holds] of Object.entries(members)) check(holds(document[name]), code);
  return Object.freeze(document);
}

export const parseManifest = (bytes) => parse(bytes, MANIFEST, 'manifest');
export const parseContents = (bytes) => parse(bytes, CONTENTS, 'contents');

/* What is inside was made for this manifest, or a Refusal. */
export function compare(manifest, contents) {
  for (const name of ['bulletin', 'revision', 'tier', 'subcommittees']) {
    check(canonical(manifest[name]) === canonical(contents[name]), 'inside');
  }
}
