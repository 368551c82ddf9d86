/* desk.js: keeps what an author types before it is saved, says when the session is about to end, and sends dropped files at once.
   Without it the form works as it stands: buttons, a field for files, and one button that saves. No words here: they stand in the page.

   form[data-writing]     the editor; data-keep: where its words are kept; data-attach: where a file goes in at once (a saved draft has it)
                          data-anew: a page of the same author with a fresh token
   [data-kept]            says how that went; {at} is when; data-offline, data-lapsed: what it says when it did not
   [data-session]         data-seconds-1, -2, -3: for how long the session reaches each tier; holds [data-session-end]: -soon, -over, -else
                          and the form that takes a passkey (passkey.js) without leaving the page
   [data-drop]            around a field for a file: data-sending ({percent}), data-done ({name}), data-later ({name}), data-failed, data-one */

(() => {
  const PAUSE = 3000;
  const AGAIN = 15000;
  const WARNING = 120;
  const TIERS = [1, 2, 3];
  // What browsers let a page send while it goes away.
  const LAST_BYTES = 60000;

  const form = document.querySelector('form[data-writing]');
  if (!form) return;
  const status = form.querySelector('[data-kept]');
  const session = document.querySelector('[data-session]');
  let loaded = Date.now();
  let changes = 0;
  let keptChanges = 0;
  let failing = false;
  let lapsed = false;
  let leaving = false;
  let letGo = false;
  let timer = 0;
  let running = Promise.resolve('kept');

  const say = (place, words) => { if (place && place.textContent !== words) place.textContent = words; };
  const fill = (words, name, value) => (words || '').replace(`{${name}}`, value);

  // --- keeping ---------------------------------------------------------------------------------------------------------
  function words() {
    const data = new FormData(form);
    let size = 0;
    for (const [name, value] of [...data]) {
      if (value instanceof File) data.delete(name);
      else size += 150 + 3 * (name.length + value.length);
    }
    return { data, size };
  }

  /* The token and the time of whoever has signed in again in another window. */
  async function pageAnew() {
    const answer = await fetch(form.dataset.anew, { headers: { Accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const token = page.querySelector('input[name="csrfmiddlewaretoken"]');
    const told = page.querySelector('[data-session]');
    for (const field of document.getElementsByName('csrfmiddlewaretoken')) if (token) field.value = token.value;
    if (told) reach(Object.fromEntries(TIERS.map((tier) => [tier, told.getAttribute(`data-seconds-${tier}`)])));
    return token !== null;
  }

  /* For how many seconds the session reaches each tier from now on. */
  function reach(seconds) {
    for (const tier of TIERS) {
      if (seconds[tier] == null) session.removeAttribute(`data-seconds-${tier}`);
      else session.setAttribute(`data-seconds-${tier}`, seconds[tier]);
    }
    loaded = Date.now();
  }

  function post(last) {
    const { data, size } = words();
    const options = { method: 'POST', body: data, redirect: 'manual', headers: { Accept: 'application/json' } };
    return fetch(form.dataset.keep, { ...options, keepalive: last && size < LAST_BYTES });
  }

  /* kept, refused (the portal said why), lapsed (nobody is signed in any more, not strongly enough, or somebody else), offline */
  async function send(last) {
    const upTo = changes;
    try {
      let answer = await post(last);
      if (answer.status === 403 && await pageAnew()) answer = await post(last);
      if (answer.type === 'opaqueredirect' || answer.status === 403 || answer.status === 404) return lapse();
      if (answer.status >= 500) return 'offline';
      const told = await answer.json();
      if (told.stay) return lapse(told.words);
      if (!answer.ok) {
        say(status, told.words);
        return 'refused';
      }
      form.elements.scratch_at.value = told.version;
      keptChanges = upTo;
      say(status, fill(status.dataset.kept, 'at', told.at));
      return 'kept';
    } catch {
      return 'offline';
    }
  }

  function lapse(words) {
    say(status, words || status.dataset.lapsed);
    return 'lapsed';
  }

  /* One at a time: each names the moment at which the one before it was kept. While nobody may keep it there is no point in asking again
     and again, and each time would be a refusal in the log: it waits for the passkey, or for the author to come back from another window. */
  function keep(last = false) {
    clearTimeout(timer);
    timer = 0;
    running = running.then(() => send(last)).then((outcome) => {
      failing = outcome !== 'kept';
      lapsed = outcome === 'lapsed';
      if (outcome === 'offline') say(status, status.dataset.offline);
      if (keptChanges < changes) later(failing ? AGAIN : PAUSE);
      look();
      return outcome;
    });
    return running;
  }

  function later(pause) {
    if (!timer && !leaving && !lapsed) timer = setTimeout(keep, pause);
  }

  function changed(event) {
    if (event.target.type === 'file') return;
    changes += 1;
    later(PAUSE);
  }

  async function comeBack() {
    if (lapsed && await keep() === 'kept') {
      await pageAnew();
      look();
    }
  }

  const keepWhatIsLeft = () => { if (!leaving && keptChanges < changes) keep(true); };

  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  window.addEventListener('pagehide', keepWhatIsLeft);
  document.addEventListener('visibilitychange', () => { if (document.hidden) keepWhatIsLeft(); else comeBack(); });
  window.addEventListener('focus', comeBack);
  window.addEventListener('pageshow', () => { leaving = false; });
  window.addEventListener('beforeunload', (event) => {
    if (!leaving && failing && keptChanges < changes) event.preventDefault();
  });

  /* What could not be kept is not sent to a portal that would ask who is there: the answer would take the place of this page. */
  form.addEventListener('submit', async (event) => {
    if (event.defaultPrevented || letGo) {
      letGo = false;
      return;
    }
    event.preventDefault();
    // A second press on the way: the first one's save would look like somebody else's.
    if (leaving) return;
    const outcome = keptChanges < changes || secondsLeft() <= 0 ? await keep() : await running;
    if (outcome === 'lapsed') {
      passkey.querySelector('button').focus();
      return;
    }
    if (outcome === 'offline') {
      status.scrollIntoView({ block: 'nearest' });
      return;
    }
    leaving = true;
    clearTimeout(timer);
    setTimeout(() => { leaving = false; }, AGAIN);
    // Not before this event is over: until then a form doesn't let itself be sent again.
    setTimeout(() => {
      letGo = true;
      form.requestSubmit(event.submitter);
    });
  });

  // --- the end of the session ------------------------------------------------------------------------------------------
  const passkey = session.querySelector('form[data-passkey-here]');
  let writingIn = null;

  function highestTier() {
    const chosen = [...form.querySelectorAll('select[name="tier"], select[name$="-tier"]')].map((each) => Number(each.value));
    return Math.max(1, ...chosen);
  }

  function secondsLeft() {
    const gone = (Date.now() - loaded) / 1000;
    const ends = TIERS.filter((tier) => tier <= highestTier() && session.getAttribute(`data-seconds-${tier}`) !== null);
    return Math.min(...ends.map((tier) => Number(session.getAttribute(`data-seconds-${tier}`)))) - gone;
  }

  function look() {
    const left = secondsLeft();
    const over = lapsed || left <= 0;
    session.querySelector('[data-session-end]').hidden = !over && left > WARNING;
    session.querySelector('[data-session-soon]').hidden = over;
    session.querySelector('[data-session-over]').hidden = !over;
  }

  form.addEventListener('focusin', (event) => { writingIn = event.target; });
  passkey.addEventListener('passkey', async (event) => {
    reach(event.detail.seconds);
    lapsed = false;
    if (failing || keptChanges < changes) await keep();
    look();
    (writingIn || form.elements.title).focus();
  });
  passkey.addEventListener('passkey-failed', () => { session.querySelector('[data-session-else]').hidden = false; });
  setInterval(look, 5000);
  look();

  // --- files -----------------------------------------------------------------------------------------------------------
  let sending = Promise.resolve();

  function labelled(zone, file) {
    const data = new FormData();
    for (const name of ['csrfmiddlewaretoken', 'base']) data.append(name, form.elements[name].value);
    const prefix = zone.dataset.drop;
    data.append('tier', form.elements[`${prefix}-tier`].value);
    for (const name of ['subcommittees', 'caveats']) {
      for (const box of form.querySelectorAll(`input[name="${prefix}-${name}"]:checked`)) data.append(name, box.value);
    }
    for (const name of ['only_for', 'until', 'kept_until', 'restored_within', 'kept_at']) data.append(name, form.elements[`${prefix}-${name}`].value);
    data.append('file', file);
    return data;
  }

  function upload(zone, file) {
    const bar = zone.querySelector('progress');
    const line = zone.querySelector('[data-line]');
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open('POST', form.dataset.attach);
      request.setRequestHeader('Accept', 'application/json');
      request.responseType = 'json';
      request.upload.addEventListener('progress', (event) => {
        const percent = event.lengthComputable ? Math.floor(100 * event.loaded / event.total) : 0;
        bar.hidden = false;
        bar.value = percent;
        say(line, fill(zone.dataset.sending, 'percent', percent));
      });
      request.addEventListener('loadend', () => {
        bar.hidden = true;
        const told = request.response;
        if (request.status === 200 && told && told.part) settled(zone, told);
        else say(line, told && told.words ? told.words : zone.dataset.failed);
        zone.toggleAttribute('data-refused', request.status !== 200 || !told);
        done();
      });
      request.send(labelled(zone, file));
    });
  }

  function settled(zone, told) {
    form.elements[`${zone.dataset.drop}-keep`].value = told.part;
    form.elements.base.value = told.base;
    zone.querySelector('input[type="file"]').value = '';
    say(zone.querySelector('[data-line]'), fill(fill(zone.dataset.done, 'name', told.name), 'size', told.size));
    changes += 1;
    later(PAUSE);
  }

  function take(zone, files) {
    const line = zone.querySelector('[data-line]');
    if (files.length !== 1) return say(line, zone.dataset.one);
    if (form.dataset.attach) {
      sending = sending.then(() => upload(zone, files[0]));
      return undefined;
    }
    zone.querySelector('input[type="file"]').files = files;
    return say(line, fill(zone.dataset.later, 'name', files[0].name));
  }

  for (const zone of document.querySelectorAll('[data-drop]')) {
    const over = (event) => { event.preventDefault(); zone.setAttribute('data-over', ''); };
    zone.addEventListener('dragenter', over);
    zone.addEventListener('dragover', over);
    zone.addEventListener('dragleave', () => zone.removeAttribute('data-over'));
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      zone.removeAttribute('data-over');
      if (event.dataTransfer.files.length) take(zone, event.dataTransfer.files);
    });
    zone.querySelector('input[type="file"]').addEventListener('change', (event) => {
      if (form.dataset.attach && event.target.files.length) take(zone, event.target.files);
    });
  }
})();
