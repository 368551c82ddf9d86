/* passkey.js: asks the browser for a passkey, or for a new one, and sends its answer with the form. No words here: they stand in the page.

   form[data-passkey="get"|"create"]   the form; its action answers a GET by script with the options
   input[name=credential]              takes the answer
   [data-passkey-says=KEY]             sentences, hidden until one is needed: unsupported, cancelled, known, address, failed

   [data-passkey-without]              what is said where no script runs

   Without this script the form is sent empty, and the answer says that it needs one. */

(() => {
  const OUTCOMES = { NotAllowedError: 'cancelled', AbortError: 'cancelled', InvalidStateError: 'known', SecurityError: 'address' };
  const able = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';

  function say(form, key) {
    for (const sentence of form.querySelectorAll('[data-passkey-says]')) sentence.hidden = sentence.dataset.passkeySays !== key;
  }

  async function options(form) {
    const answer = await fetch(form.action, { headers: { 'X-Requested-With': 'XMLHttpRequest' }, credentials: 'same-origin' });
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

  async function run(form) {
    say(form, '');
    if (!able()) { say(form, 'unsupported'); return; }
    form.setAttribute('aria-busy', 'true');
    try {
      const found = await credential(form);
      form.elements.credential.value = JSON.stringify(found.toJSON());
      form.submit();
    } catch (fault) {
      say(form, OUTCOMES[fault.name] ?? 'failed');
      form.removeAttribute('aria-busy');
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
