/* age-archive.js: the plaintext of a package, a POSIX ustar archive with one spelling for each content. Pure.
   Refuses what council/sealing/container.py refuses. Codes: contents, cut. */

import { check, decodeUtf8, joined } from './age-refusal.js';

export const FIRST = 'package.json';
export const ATTACHMENTS = 'attachments/';
const BLOCK = 512;
const LONGEST_NAME = 100; // bytes of UTF-8: the name field of ustar; its prefix field is not used
const MOST_MEMBERS = 1000;
const LARGEST_MEMBER = 2 ** 30;
const LARGEST_ARCHIVE = 4 * 2 ** 30;
const RESERVED = 'package.tlog-proof';

const COMPONENT = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[0-9])$/;

const caseFolded = (text) => text.toLowerCase().toUpperCase().toLowerCase();
/* Two names that some file system takes for one give the same text. */
const folded = (name) => caseFolded(name.normalize('NFKC'));
const isZero = (pieces) => pieces.every((piece) => piece.every((byte) => byte === 0));

/* Hands out exact numbers of bytes of a stream of chunks, as a list of pieces that are not copied. */
class ByteReader {
  constructor(chunks) {
    this.chunks = chunks[Symbol.asyncIterator]();
    this.rest = new Uint8Array();
  }

  async more() {
    while (!this.rest.length) {
      const { done, value } = await this.chunks.next();
      if (done) return false;
      this.rest = value;
    }
    return true;
  }

  async take(size) {
    const pieces = [];
    for (let left = size; left > 0; ) {
      check(await this.more(), 'cut');
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      pieces.push(piece);
      left -= piece.length;
    }
    return pieces;
  }
}

function header(name, size) {
  const block = new Uint8Array(BLOCK);
  const write = (text, place) => block.set(new TextEncoder().encode(text), place);
  write(name, 0);
  write('0000644\x000000000\x000000000\x00', 100);
  write(`${size.toString(8).padStart(11, '0')}\x0000000000000\x00`, 124);
  write('        0', 148);
  write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148);
  return block;
}

/* A plain name, or one in `attachments/`; nothing a file system of any kind could read otherwise. */
function isSafe(name) {
  const plain = name.startsWith(ATTACHMENTS) ? name.slice(ATTACHMENTS.length) : name;
  if (!COMPONENT.test(plain) || plain.endsWith('.') || name.normalize('NFC') !== name) return false;
  if (new TextEncoder().encode(name).length > LONGEST_NAME) return false;
  return !DEVICE.test(caseFolded(plain.split('.')[0])) && folded(name) !== ATTACHMENTS.slice(0, -1);
}

/* Name and size; every other byte must be what `header` writes, so links, devices and extensions can't appear. */
function parseHeader(block) {
  const field = block.subarray(0, LONGEST_NAME);
  const name = decodeUtf8(field.subarray(0, field.findLastIndex((byte) => byte !== 0) + 1), 'contents');
  const size = String.fromCharCode(...block.subarray(124, 135));
  check(/^[0-7]{11}$/.test(size) && isSafe(name), 'contents');
  const expected = header(name, parseInt(size, 8));
  check(expected.every((byte, place) => byte === block[place]), 'contents');
  return { name, size: parseInt(size, 8) };
}

/* Adds the name to those taken. `package.json` comes first and only then. */
function checkMember(name, size, taken) {
  check(taken.has(FIRST) !== (name === FIRST), 'contents');
  check(!taken.has(folded(name)), 'contents');
  check(size <= LARGEST_MEMBER && taken.size < MOST_MEMBERS, 'contents');
  taken.add(folded(name));
}

/* { name, size, pieces } of each file, in order, up to the very end of `chunks` (an async iterable of bytes). */
export async function* entries(chunks) {
  const reader = new ByteReader(chunks);
  const taken = new Set([folded(RESERVED)]);
  let total = 0;
  for (let block = joined(await reader.take(BLOCK)); !isZero([block]); block = joined(await reader.take(BLOCK))) {
    const { name, size } = parseHeader(block);
    total += size;
    check(total <= LARGEST_ARCHIVE, 'contents');
    checkMember(name, size, taken);
    const pieces = await reader.take(size);
    check(isZero(await reader.take((BLOCK - (size % BLOCK)) % BLOCK)), 'contents');
    yield { name, size, pieces };
  }
  check(isZero(await reader.take(BLOCK)) && !(await reader.more()), 'contents');
}
