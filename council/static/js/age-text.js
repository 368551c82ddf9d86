/* age-text.js: the Markdown of an opened bulletin as elements. Only text nodes come from the package: no links, no pictures, no HTML.
   Headings, lists, paragraphs and blocks of code become elements; tables keep their spelling in a <pre>; marks within a line stay as they are. */

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^\s*([-*+]|\d{1,9}[.)])\s+(.*)$/;
const FENCE = /^\s*(```|~~~)/;
const TABLE = /^\s*\|/;
const SHIFT = 2; // the page and the region have headings of their own

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function preformatted(lines) {
  const made = element('pre', lines.join('\n'));
  made.tabIndex = 0; // it may scroll sideways
  return made;
}

function paragraph(lines) {
  const made = document.createElement('p');
  lines.forEach((line, place) => made.append(...(place ? [document.createElement('br')] : []), line.trim()));
  return made;
}

function list(items) {
  const [, mark] = items[0];
  const made = document.createElement(/\d/.test(mark) ? 'ol' : 'ul');
  if (made.tagName === 'OL') made.start = parseInt(mark, 10);
  made.append(...items.map(([, , text]) => element('li', text)));
  return made;
}

const isOrdered = (mark) => /\d/.test(mark);
const isPlain = (line) => line.trim() && ![HEADING, ITEM, FENCE, TABLE].some((pattern) => pattern.test(line));

/* Takes lines off the front of `lines` as long as `holds`; at least one. */
function takeWhile(lines, holds) {
  const end = lines.findIndex((line, place) => place > 0 && !holds(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function code(lines) {
  const [, fence] = FENCE.exec(lines.shift());
  const end = lines.findIndex((line) => line.trim().startsWith(fence));
  const inside = lines.splice(0, end < 0 ? lines.length : end);
  lines.shift();
  return preformatted(inside);
}

function items(lines) {
  const ordered = isOrdered(ITEM.exec(lines[0])[1]);
  const holds = (line) => ITEM.test(line) && isOrdered(ITEM.exec(line)[1]) === ordered;
  return list(takeWhile(lines, holds).map((line) => ITEM.exec(line)));
}

function block(lines) {
  const heading = HEADING.exec(lines[0]);
  if (heading) {
    lines.shift();
    return element(`h${Math.min(heading[1].length + SHIFT, 6)}`, heading[2]);
  }
  if (FENCE.test(lines[0])) return code(lines);
  if (TABLE.test(lines[0])) return preformatted(takeWhile(lines, (line) => TABLE.test(line)));
  if (ITEM.test(lines[0])) return items(lines);
  return paragraph(takeWhile(lines, isPlain));
}

/* A DocumentFragment of the text. */
export function rendered(markdown) {
  const made = document.createDocumentFragment();
  const lines = markdown.split(/\r\n|\r|\n/);
  for (;;) {
    while (lines.length && !lines[0].trim()) lines.shift();
    if (!lines.length) return made;
    made.append(block(lines));
  }
}
