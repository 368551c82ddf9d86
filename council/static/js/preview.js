/* preview.js: shows beside the form how what is typed will be read. Without it the same button leads to a page of its own.
   No words here: they stand in the page and in what the portal sends.

   button[data-preview="id"]  asks its own formaction with what the form holds, files aside, and puts the answer into the element
   template[data-preview-off]  what is put there when nothing could be had */

(() => {
  const asked = async (button) => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(button.form)) if (typeof value === 'string') body.append(name, value);
    body.append(button.name, button.value);
    const headers = { Accept: 'text/html', 'X-Fragment': '1' };
    const answer = await fetch(button.formAction, { method: 'POST', body, headers, redirect: 'error' });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes;
  };

  async function show(button) {
    const place = document.getElementById(button.dataset.preview);
    button.setAttribute('aria-busy', 'true');
    try {
      place.replaceChildren(...await asked(button));
    } catch {
      place.replaceChildren(document.querySelector('[data-preview-off]').content.cloneNode(true));
    }
    button.removeAttribute('aria-busy');
    place.hidden = false;
    place.focus();
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-preview]');
    if (!button) return;
    event.preventDefault();
    show(button);
  });
})();
