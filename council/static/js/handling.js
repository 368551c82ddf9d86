/* handling.js: 複製禁止 and its like, a courtesy to whoever forgets. Nothing is copied, cut or dragged out of what is marked so, and the page says
   why. Not a defence: whoever wants a copy has a camera. The text stays in the page, so whatever reads aloud reads on, and the fields of
   forms are left alone. No words here: they stand in the page ([data-copy-refusal]). */

(() => {
  const GUARDED = [
    '[data-copy="forbidden"] .doc .part', '[data-copy="forbidden"] .doc .files > li', '[data-copy="forbidden"] .change',
    '.part[data-copy="forbidden"]', '.files > li[data-copy="forbidden"]', '.change[data-copy="forbidden"]',
    '[data-copy="forbidden"] .viewer',
  ].join(', ');
  const refusal = document.querySelector('[data-copy-refusal]');

  const isField = (target) => target instanceof Element && target.closest('input, textarea, select') !== null;

  function touchesGuarded(selection) {
    if (!selection || selection.isCollapsed) return false;
    const ranges = Array.from({ length: selection.rangeCount }, (_, place) => selection.getRangeAt(place));
    return [...document.querySelectorAll(GUARDED)].some((part) => ranges.some((range) => range.intersectsNode(part)));
  }

  function refuse(event) {
    event.preventDefault();
    if (refusal) refusal.hidden = false;
  }

  for (const kind of ['copy', 'cut']) {
    document.addEventListener(kind, (event) => {
      if (!isField(event.target) && touchesGuarded(document.getSelection())) refuse(event);
    });
  }
  document.addEventListener('dragstart', (event) => {
    const from = event.target instanceof Element ? event.target : event.target.parentElement;
    if (!isField(from) && (from?.closest(GUARDED) || touchesGuarded(document.getSelection()))) refuse(event);
  });
  // The menu over a picture offers to save it; over text it stays, for it also offers to read aloud.
  document.addEventListener('contextmenu', (event) => {
    if (event.target instanceof Element && event.target.closest('img') && event.target.closest(GUARDED)) refuse(event);
  });
})();
