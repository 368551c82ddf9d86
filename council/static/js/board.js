/* board.js: keeps what a page says of work in the background up to date while it goes on. Without it a link does the same.
   No words here: they stand in the page and in what the portal sends.

   [data-live="address"]  what is kept up to date; the address gives elements that each replace the one with the same id
   [data-live-seconds]    beside it: how long between two looks, when that is not 2; each look is an event in the record
   [data-live-on]         hidden in the page, shown while this script asks
   [data-live-off]        shown in the page, hidden while this script asks
   [aria-live]            is never replaced: only its words are, and only when they are other words, so that little is announced
   [data-done]            in the fragment: nothing is left to wait for */

(() => {
  const SECONDS = 2;
  const MOST_FAILURES = 5;

  function start(place) {
    const every = 1000 * (Number(place.dataset.liveSeconds) || SECONDS);
    let timer = 0;
    let failures = 0;
    let over = false;

    function show(live) {
      for (const each of place.querySelectorAll('[data-live-on]')) each.hidden = !live;
      for (const each of place.querySelectorAll('[data-live-off]')) each.hidden = live;
    }

    function stop() {
      over = true;
      clearTimeout(timer);
      show(false);
    }

    function put(element) {
      const shown = document.getElementById(element.id);
      if (!shown) return;
      if (!shown.hasAttribute('aria-live')) shown.replaceWith(document.adoptNode(element));
      else if (shown.textContent !== element.textContent) shown.textContent = element.textContent;
    }

    async function ask() {
      const answer = await fetch(place.dataset.live, { redirect: 'error', headers: { Accept: 'text/html' } });
      if (answer.status >= 400 && answer.status < 500) return stop();
      if (!answer.ok) throw new Error(String(answer.status));
      const fragment = new DOMParser().parseFromString(await answer.text(), 'text/html').body;
      // Asked before: putting an element into the page takes it out of the fragment.
      const done = fragment.querySelector('[data-done]') !== null;
      for (const element of [...fragment.children]) put(element);
      failures = 0;
      if (done) stop();
    }

    function later() {
      clearTimeout(timer);
      if (!over && !document.hidden) timer = setTimeout(turn, every);
    }

    async function turn() {
      try {
        await ask();
      } catch {
        failures += 1;
        if (failures >= MOST_FAILURES) stop();
      }
      later();
    }

    document.addEventListener('visibilitychange', later);
    show(true);
    later();
  }

  for (const place of document.querySelectorAll('[data-live]')) start(place);
})();
