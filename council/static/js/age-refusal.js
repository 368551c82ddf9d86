/* age-refusal.js: why something is not opened. No words here: the page has a sentence for each code. */

export class Refusal extends Error {
  /* `code` names a sentence of the page; never holds key material or plaintext. */
  constructor(code) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
  }
}

export function check(holds, code) {
  if (!holds) throw new Refusal(code);
}

/* UTF-8 to text, or a Refusal: no replacement characters, and a byte order mark stays one. */
export function decodeUtf8(bytes, code) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(code);
  }
}

export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}
