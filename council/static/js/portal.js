/* portal.js: comforts for the keyboard, and one press for one deed. Nothing needs it; every page works without it. No words here: they stand
   in the page.

   /        focuses the element with data-key-focus="/"
   ?        follows the link with data-key-follow="?"
   j, k     next and previous entry of the list with data-key-list; Enter then follows its link by itself
   Escape   closes an open <details class="user"> or <details class="more">; so does a click elsewhere

   A button of a form that changes something sends it once: a second press while the first is on its way would do the same thing again.

   The single keys can be turned off (WCAG 2.1.4) with a button[data-key-switch], which is hidden until this script shows it. */

(() => {
  const STORE = 'portal.keys';
  const switchButton = document.querySelector('[data-key-switch]');

  const stored = () => { try { return localStorage.getItem(STORE); } catch { return null; } };
  const keysAreOn = () => stored() !== 'off';

  function showSwitch() {
    if (!switchButton) return;
    switchButton.hidden = false;
    switchButton.textContent = keysAreOn() ? switchButton.dataset.turnOff : switchButton.dataset.turnOn;
  }

  function toggleKeys() {
    try { localStorage.setItem(STORE, keysAreOn() ? 'off' : 'on'); } catch { return; }
    showSwitch();
  }

  const isTyping = (element) => element.closest('input, select, textarea, [contenteditable], [role="textbox"]') !== null;

  function move(step) {
    const entries = [...document.querySelectorAll('[data-key-list] > *')].filter((entry) => entry.querySelector('a'));
    if (!entries.length) return false;
    const now = entries.findIndex((entry) => entry.hasAttribute('data-selected'));
    const next = Math.min(Math.max(now + step, 0), entries.length - 1);
    if (now >= 0) entries[now].removeAttribute('data-selected');
    entries[next].setAttribute('data-selected', '');
    entries[next].querySelector('.record-title a, a').focus();
    return true;
  }

  const actions = {
    '/': () => { const field = document.querySelector('[data-key-focus="/"]'); field?.focus(); return Boolean(field); },
    '?': () => { const link = document.querySelector('[data-key-follow="?"]'); link?.click(); return Boolean(link); },
    j: () => move(1),
    k: () => move(-1),
  };

  function closeMenus(except) {
    for (const menu of document.querySelectorAll('details.user[open], details.more[open]')) {
      if (menu.contains(except)) continue;
      menu.open = false;
    }
  }

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      const menu = event.target.closest('details.user[open], details.more[open]');
      closeMenus(null);
      menu?.querySelector('summary').focus();
    } else if (Object.hasOwn(actions, event.key) && keysAreOn() && !isTyping(event.target) && actions[event.key]()) {
      event.preventDefault();
    }
  });
  document.addEventListener('click', (event) => closeMenus(event.target));

  /* What answers with a file leaves the page where it is, and may be asked for again. */
  const ON_ITS_WAY = 5000;
  const pressed = new WeakMap();
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.method !== 'post') return;
    const by = event.submitter ?? event.target;
    if (Date.now() - (pressed.get(by) ?? -ON_ITS_WAY) < ON_ITS_WAY) event.preventDefault();
    else pressed.set(by, Date.now());
  });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) for (const form of document.forms) for (const each of [form, ...form.elements]) pressed.delete(each);
  });

  switchButton?.addEventListener('click', toggleKeys);
  showSwitch();
})();
