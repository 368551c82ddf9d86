/* passkey.js: asks the browser for a passkey, or for a new one, and sends its answer with the form. No words here: they stand in the page.

   form[data-passkey="get"|"create"]   the form; its action answers a GET by script with the options
   input[name=credential]              takes the answer
   [data-passkey-says=KEY]             sentences, hidden until one is needed: unsupported, cancelled, known, address, gone, failed
   form[data-passkey-here]             the page stays: the form hears "passkey" with what the portal answered, or "passkey-failed"

   [data-passkey-without]              what is said where no script runs

   Without this script the form is sent empty, and the answer says that it needs one. */

(() => {
  const OUTCOMES = { NotAllowedError: 'cancelled', AbortError: 'cancelled', InvalidStateError: 'known', SecurityError: 'address', SignedOut: 'gone' };
  const able = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';

  function say(form, key) {
    for (const sentence of form.querySelectorAll('[data-passkey-says]')) sentence.hidden = sentence.dataset.passkeySays !== key;
  }

  async function options(form) {
    const answer = await fetch(form.action, { headers: { 'X-Requested-With': 'XMLHttpRequest' }, credentials: 'same-origin' });
    if (answer.redirected) throw new DOMException('', 'SignedOut');
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).options.publicKey;
  }

  async function credential(form) {
    const asked = await options(form);
    if (form.dataset.passkey === 'create') {
      return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
    }
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
  }

  async function prove(form) {
    const sent = { method: 'POST', body: new FormData(form), redirect: 'manual', headers: { 'X-Requested-With': 'XMLHttpRequest' } };
    const answer = await fetch(form.action, sent);
    if (!answer.ok) throw new Error(String(answer.status));
    form.removeAttribute('aria-busy');
    form.dispatchEvent(new CustomEvent('passkey', { detail: await answer.json() }));
  }

  function fail(form, key) {
    say(form, key);
    form.removeAttribute('aria-busy');
    form.dispatchEvent(new CustomEvent('passkey-failed'));
  }

  async function run(form) {
    say(form, '');
    if (!able()) { fail(form, 'unsupported'); return; }
    form.setAttribute('aria-busy', 'true');
    try {
      const found = await credential(form);
      form.elements.credential.value = JSON.stringify(found.toJSON());
      if (form.hasAttribute('data-passkey-here')) await prove(form);
      else form.submit();
    } catch (fault) {
      fail(form, OUTCOMES[fault.name] ?? 'failed');
    }
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.querySelector('[data-passkey-without]').hidden = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (form.getAttribute('aria-busy') !== 'true') run(form);
    });
  }
})();
