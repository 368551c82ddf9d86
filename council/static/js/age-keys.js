/* age-keys.js: makes an age key pair in the page, shows a fingerprint to compare by telephone, answers a sealed challenge.
   components/key_maker.html and components/key_proof.html are the markup; all words come from there. Loaded with <script type="module">.
   The identity (the secret half) is never put into a form field, a store or a request: it leaves this script as a file to be saved, or not at all.

   [data-age-region]                   everything below is looked for inside it; a page may have several
   [data-age-status]                   role=status; its data-* are the words: data-done, data-failed, data-secret, data-unsaved, data-answered,
                                       data-wrong-file, data-wrong-key, data-odd-challenge

   Making a pair and registering its public half:
   button[data-age-generate]           hidden until this script shows it
   (input|textarea)[data-age-recipient]  gets the recipient age1pq1…; an identity that is pasted there is taken out again at once
   a[data-age-download]                hidden until there is a pair: the identity as a file. data-filename names it, each line of data-comment
                                       becomes a comment in it (`vkey: …`, `organisation: …` are read again by the openers)
   [data-age-fingerprint]              eight groups of four digits for the recipient that stands in the field; empty while it is no whole key
   The form around the region is not sent before the file was asked for once, and never with an identity in one of its fields.

   Proving that one holds the identity:
   [data-age-challenge]                the armored age file as text
   input[type=file][data-age-identity] the identity file; has no name, and forgets the file as soon as it was read
   [data-age-proof]                    hidden until this script shows it (around the file field)
   input[data-age-answer]              gets what was inside: one line of 8 to 256 printable ASCII characters. Anything else is not shown, so that
                                       nobody can have a sealed text opened as a challenge and sent back. */

import { decrypt, isHeaderFor, isRecipient, makePair, readIdentityFile, spokenFingerprint } from './age-identity.js';
import { check, decodeUtf8, Refusal } from './age-refusal.js';
import { armor } from './vendor/age-encryption.js';

const SECRET = /AGE-SECRET-KEY-/i;
const ANSWER = /^[\x21-\x7e]{8,256}$/;
const LARGEST_CHALLENGE = 64 * 1024;

function identityFile({ identity, recipient }, comment) {
  const facts = [`created: ${new Date().toISOString().replace(/\.\d+/, '')}`, `public key: ${recipient}`];
  const lines = [...facts, ...comment.split(/[\r\n]+/).filter(Boolean)].map((line) => `# ${line}\n`);
  return new Blob([...lines, identity, '\n'], { type: 'application/octet-stream' });
}

/* The bytes of an armored age file with a header for one of the keys, and that key's identity. */
function challengeFor(text, keys) {
  let file;
  try {
    check(text.length <= LARGEST_CHALLENGE, 'oddChallenge');
    file = armor.decode(text);
  } catch {
    throw new Refusal('oddChallenge');
  }
  const end = /\n---[^\n]*\n/.exec(String.fromCharCode(...file.subarray(0, 16 * 1024)));
  check(end, 'oddChallenge');
  const header = file.subarray(0, end.index + end[0].length);
  return { file, fitting: keys.filter(({ identity }) => isHeaderFor(header, identity)) };
}

async function answerOf(text, { keys }) {
  const { file, fitting } = challengeFor(text, keys);
  for (const { identity } of fitting) {
    const plain = await decrypt(file, identity).catch(() => null);
    if (!plain) continue;
    const answer = decodeUtf8(plain, 'oddChallenge').replace(/\n$/, '');
    check(ANSWER.test(answer), 'oddChallenge');
    return answer;
  }
  throw new Refusal('wrongKey');
}

class KeyRegion {
  constructor(element) {
    this.element = element;
    this.made = null; // the recipient of the pair that was made here, and whether its file was asked for
    this.address = null;
  }

  find(name) {
    return this.element.querySelector(`[data-age-${name}]`);
  }

  start() {
    this.find('generate')?.addEventListener('click', () => this.generate());
    this.find('recipient')?.addEventListener('input', () => this.recipientChanged());
    this.find('download')?.addEventListener('click', () => { this.made.saved = true; });
    this.find('identity')?.addEventListener('change', () => this.answer());
    (this.element.closest('form') ?? this.element.querySelector('form'))?.addEventListener('submit', (event) => this.submit(event));
    addEventListener('pagehide', () => this.leave());
    for (const name of ['generate', 'proof']) this.find(name)?.removeAttribute('hidden');
    if (this.find('recipient')) this.showFingerprint();
  }

  say(words, bad = false) {
    const status = this.find('status');
    status.textContent = status.dataset[words] ?? '';
    status.classList.toggle('error-text', bad);
  }

  async generate() {
    try {
      const pair = await makePair();
      this.offer(pair);
      this.find('recipient').value = pair.recipient;
      this.made = { recipient: pair.recipient, saved: false };
      this.showFingerprint();
      this.say('done');
    } catch {
      this.say('failed', true);
    }
  }

  offer(pair) {
    this.forget();
    const link = this.find('download');
    this.address = URL.createObjectURL(identityFile(pair, link.dataset.comment ?? ''));
    Object.assign(link, { href: this.address, download: link.dataset.filename || 'age-identity.txt', hidden: false });
  }

  forget() {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = this.made = null;
    const link = this.find('download');
    link?.removeAttribute('href');
    if (link) link.hidden = true;
  }

  /* Nobody comes back to a public half whose identity is gone. */
  leave() {
    if (this.made && !this.made.saved && this.isTheMadeOne()) this.find('recipient').value = '';
    this.forget();
  }

  isTheMadeOne() {
    return this.find('recipient').value.trim() === this.made.recipient;
  }

  recipientChanged() {
    if (this.takeSecretOut(this.find('recipient'))) this.say('secret', true);
    else this.say('');
    this.showFingerprint();
  }

  takeSecretOut(field) {
    if (!SECRET.test(field.value ?? '') || field.type === 'file') return false;
    field.value = '';
    return true;
  }

  showFingerprint() {
    const place = this.find('fingerprint');
    const text = this.find('recipient').value.trim();
    if (place) place.textContent = isRecipient(text) ? spokenFingerprint(text) : '';
  }

  submit(event) {
    const secrets = [...event.target.elements].filter((field) => this.takeSecretOut(field));
    if (secrets.length) {
      event.preventDefault();
      this.say('secret', true);
    } else if (this.made && !this.made.saved && this.isTheMadeOne()) {
      event.preventDefault();
      this.say('unsaved', true);
      this.find('download').focus();
    }
  }

  async answer() {
    const field = this.find('identity');
    const [file] = field.files;
    if (!file) return;
    const place = this.find('answer');
    place.value = '';
    this.say('');
    try {
      place.value = await answerOf(this.find('challenge').textContent, await readIdentityFile(file));
      this.say('answered');
      place.focus();
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'failed';
      this.say(code === 'identity' ? 'wrongFile' : code, true);
    } finally {
      field.value = '';
    }
  }
}

for (const element of document.querySelectorAll('[data-age-region]')) new KeyRegion(element).start();
