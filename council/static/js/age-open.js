/* age-open.js: opens a sealed package in the page. What is checked stands in age-package.js; here are the page, the requests and the memory.
   components/package_opener.html is the markup; all words come from there. Loaded with <script type="module">.

   [data-package=ID]           the region. data-manifest, data-signature, data-proof, data-age: addresses of the four files, asked for with
                               the session and only when it is their turn. data-vkey: the signer's key, or several with spaces between;
                               data-log-vkey, data-witness-vkey: those of the logs and of the witnesses. Keys that the identity file names
                               (`# vkey:`, `# log-vkey:`, `# witness-vkey:`) take their place. data-organisation: the reader's organisation.
   Within it:
   [data-open-form]            hidden until this script shows it: an input[type=file][data-identity] without a name, button[data-open]
   [data-status]               role=status; data-working and data-done are its words
   progress[data-progress]     how far it is
   [data-failure]              role=alert, hidden; [data-failure-text] gets one sentence out of
   template[data-error=CODE]   a sentence for each code below; CODE "other" for all that has none
   [data-opened]               hidden until a package is open; gets the focus. In it, each optional:
     [data-frame]              gets the class `critical` at tier 3, [data-frame-inside] `wrap`; [data-critical-only] are shown then
     [data-grade-of]           gets data-grade 1, 2 or critical
     [data-tier-of], [data-mark-of]  get a copy of template[data-tier=1|2|3], template[data-mark=1|2|3]
     [data-fact=NAME]          revision, version, bulletin, organisation, by (who signed), not_after (in Japan's time; data-none when there is none),
                               caveats (a list item each; data-none), release (the log and the place in it, data-words with %(origin)s,
                               %(index)s and %(size)s; data-none when it was not checked), witnesses (data-none)
     [data-text]               the text of bulletin.md as elements with text nodes
     [data-files]              a copy of template[data-file] for each file: [data-name], [data-size], a[data-save]
     button[data-close]        takes everything off the page again; leaving the page does the same

   Codes: no-file, identity, fetch, and those of age-package.js, older and memory among them.

   localStorage holds `council.opened.<organisation> <bulletin>` = `<revision> <version>` of the newest package that was opened here, ids and
   numbers alone. Nothing else is stored: no identity, no title, no text. */

import { readIdentityFile } from './age-identity.js';
import { ATTACHMENTS, openPackage, Refusal } from './age-package.js';
import { check, joined } from './age-refusal.js';
import { rendered } from './age-text.js';

const STORE = 'council.opened.';
const TEXT = 'bulletin.md';
const NUMBERS = /^([1-9]\d{0,15}) ([1-9]\d{0,15})$/;
const language = document.documentElement.lang || 'ja';

const keyOf = (manifest) => `${STORE}${manifest.organisation} ${manifest.bulletin}`;

/* A memory that can't be read or written stops the opener: without it an older package would pass for the newest. */
const memory = {
  check(manifest) {
    const [, revision, version] = NUMBERS.exec(this.stored(manifest) ?? '1 1') ?? [];
    check(revision, 'memory');
    const older = manifest.revision < Number(revision) || (manifest.revision === Number(revision) && manifest.version < Number(version));
    check(!older, 'older');
  },
  add(manifest) {
    this.check(manifest); // another tab may have opened a newer one meanwhile
    try {
      localStorage.setItem(keyOf(manifest), `${manifest.revision} ${manifest.version}`);
    } catch {
      throw new Refusal('memory');
    }
  },
  stored(manifest) {
    try {
      return localStorage.getItem(keyOf(manifest));
    } catch {
      throw new Refusal('memory');
    }
  },
};

async function fetched(address) {
  const options = { credentials: 'same-origin', cache: 'no-store', redirect: 'error' };
  const answer = await fetch(address, options).catch(() => check(false, 'fetch'));
  check(answer.ok, 'fetch');
  return answer;
}

async function bytesOf(address) {
  const answer = await fetched(address);
  return new Uint8Array(await answer.arrayBuffer().catch(() => check(false, 'fetch')));
}

async function streamOf(address) {
  const answer = await fetched(address);
  return { stream: answer.body, size: Number(answer.headers.get('Content-Length')) || null };
}

const sourceOf = ({ dataset }) => ({
  id: dataset.package,
  manifest: () => bytesOf(dataset.manifest),
  signature: () => bytesOf(dataset.signature),
  proof: () => bytesOf(dataset.proof),
  age: () => streamOf(dataset.age),
});

/* What the file names takes the place of what the page says. */
function holderOf({ dataset }, file) {
  const of = (named, said) => (named.length ? named : (said ?? '').split(/\s+/).filter(Boolean));
  const organisations = [dataset.organisation, file.organisation].filter(Boolean);
  const [vkeys, logVkeys] = [of(file.vkeys, dataset.vkey), of(file.logVkeys, dataset.logVkey)];
  return { keys: file.keys, vkeys, logVkeys, witnessVkeys: of(file.witnessVkeys, dataset.witnessVkey), organisations };
}

function moment(text) {
  const made = document.createElement('time');
  made.dateTime = text;
  made.textContent = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' }).format(new Date(text));
  return [made];
}

function item(text) {
  const made = document.createElement('li');
  made.textContent = text;
  return made;
}

function bytesInWords(size) {
  const [unit, per] = size < 2 ** 20 ? ['kilobyte', 2 ** 10] : ['megabyte', 2 ** 20];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(Math.max(size / per, 0.1));
}

class Region {
  constructor(element) {
    this.element = element;
    this.addresses = [];
    this.busy = false;
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  all(selector) {
    return [...this.element.querySelectorAll(selector)];
  }

  start() {
    this.find('[data-open]').addEventListener('click', () => this.open());
    this.find('[data-close]')?.addEventListener('click', () => {
      this.close();
      this.find('[data-identity]').focus();
    });
    addEventListener('pagehide', () => this.close());
    if (globalThis.crypto?.subtle) this.find('[data-open-form]').hidden = false;
    else this.fail('unsupported');
  }

  async open() {
    if (this.busy) return;
    this.clear();
    this.work(true);
    try {
      const opened = await this.opened();
      this.show(opened);
      this.work(false, 'done');
    } catch (error) {
      this.clear();
      this.work(false);
      this.fail(error instanceof Refusal ? error.code : 'other');
    }
  }

  /* The identity is held by this call alone, and the field forgets the file as soon as it was read. */
  async opened() {
    const field = this.find('[data-identity]');
    const [file] = field.files;
    check(file, 'no-file');
    try {
      const holder = holderOf(this.element, await readIdentityFile(file));
      return await openPackage(sourceOf(this.element), holder, memory, (done) => this.report(done));
    } finally {
      field.value = '';
    }
  }

  work(busy, words) {
    this.busy = busy;
    this.find('[data-open]').setAttribute('aria-disabled', busy);
    this.element.setAttribute('aria-busy', busy);
    this.find('[data-progress]').hidden = !busy;
    this.report(null);
    const status = this.find('[data-status]');
    status.textContent = (busy ? status.dataset.working : status.dataset[words]) ?? '';
  }

  report(done) {
    const progress = this.find('[data-progress]');
    if (done === null) progress.removeAttribute('value');
    else progress.value = done;
  }

  fail(code) {
    const words = this.find(`template[data-error="${code}"]`) ?? this.find('template[data-error="other"]');
    this.find('[data-failure-text]').textContent = words.content.textContent.trim();
    this.find('[data-failure]').hidden = false;
  }

  show({ manifest, by, contents, members, released }) {
    const proof = { release: released, witnesses: released?.witnesses.join(', ') || null };
    this.showFacts({ ...manifest, by: by.join(', '), caveats: contents.caveats, ...proof });
    this.showTier(manifest.tier);
    const text = members.find(({ name }) => name === TEXT);
    if (text) this.find('[data-text]')?.replaceChildren(rendered(new TextDecoder().decode(joined(text.pieces))));
    this.find('[data-files]')?.replaceChildren(...members.map((member) => this.file(member)));
    this.find('[data-opened]').hidden = false;
    this.find('[data-opened]').focus();
  }

  showFacts(facts) {
    for (const place of this.all('[data-fact]')) {
      const value = facts[place.dataset.fact];
      const none = value === null || value?.length === 0;
      if (none) place.textContent = place.dataset.none ?? '';
      else if (place.dataset.fact === 'not_after') place.replaceChildren(...moment(value));
      else if (place.dataset.fact === 'release') place.textContent = place.dataset.words.replace(/%\((\w+)\)s/g, (_, name) => value[name]);
      else if (Array.isArray(value)) place.replaceChildren(...value.map(item));
      else place.textContent = value;
    }
  }

  showTier(tier) {
    for (const kind of ['tier', 'mark']) {
      const words = this.find(`template[data-${kind}="${tier}"]`);
      for (const place of this.all(`[data-${kind}-of]`)) place.replaceChildren(words.content.cloneNode(true));
    }
    for (const place of this.all('[data-grade-of]')) place.dataset.grade = tier === 3 ? 'critical' : tier;
    for (const place of this.all('[data-critical-only]')) place.hidden = tier !== 3;
    this.find('[data-frame]')?.classList.toggle('critical', tier === 3);
    this.find('[data-frame-inside]')?.classList.toggle('wrap', tier === 3);
  }

  /* Whatever is inside, the browser saves it and never shows it as a page of the portal. */
  file({ name, size, pieces }) {
    const made = this.find('template[data-file]').content.cloneNode(true);
    const plain = name.startsWith(ATTACHMENTS) ? name.slice(ATTACHMENTS.length) : name;
    const address = URL.createObjectURL(new Blob(pieces, { type: 'application/octet-stream' }));
    this.addresses.push(address);
    for (const place of made.querySelectorAll('[data-name]')) place.textContent = plain;
    made.querySelector('[data-size]').textContent = bytesInWords(size);
    Object.assign(made.querySelector('[data-save]'), { href: address, download: plain });
    return made;
  }

  close() {
    this.clear();
    this.find('[data-identity]').value = '';
  }

  clear() {
    for (const address of this.addresses.splice(0)) URL.revokeObjectURL(address);
    for (const place of this.all('[data-fact], [data-text], [data-files], [data-tier-of], [data-mark-of], [data-status]')) place.replaceChildren();
    this.find('[data-opened]').hidden = true;
    this.find('[data-failure]').hidden = true;
  }
}

for (const element of document.querySelectorAll('[data-package]')) new Region(element).start();
