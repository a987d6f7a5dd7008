// What failed, each with the tool's own words and the command that reproduces it.

import { el, empty, pill, section } from './dom.js';
import { int, plural, reasonOf, words } from './format.js';

const PAGE = 50;
let shown = PAGE;

export function failureList(failures, redraw) {
  const more = failures.length - shown;
  return section('failures', `Failures (${int(failures.length)})`, null,
    el('div', { class: 'card w12', key: 'list' },
      failures.length === 0 && empty('Nothing failed.'),
      failures.slice(0, shown).map(failure),
      more > 0 && el('button', { key: 'more', type: 'button', onclick: () => { shown += PAGE; redraw(); } }, `Show more (${int(more)} left)`)));
}

// What to choose from when only a part is retried. Videos that could not be read have no chunk to lease again.
export function reasonsOf(failures) {
  const counts = new Map();
  for (const f of failures) if (f.chunk) counts.set(f.kind, (counts.get(f.kind) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => ({ reason: reasonOf(kind), text: words(kind), count }));
}

export function failure(f) {
  return el('article', { class: 'failure', key: `${f.video ?? ''} ${f.chunk ?? ''} ${f.kind}` },
    el('div', { class: 'head' }, f.video && el('b', null, f.video), f.chunk && el('code', null, f.chunk), pill('failed', words(f.kind)),
      f.attempts && el('span', { class: 'muted' }, plural(f.attempts, 'attempt'))),
    el('p', null, f.message),
    f.command && el('div', { class: 'command' }, el('pre', { tabindex: 0, 'aria-label': 'Command that reproduces it' }, f.command),
      el('button', { type: 'button', 'data-command': f.command, onclick: event => copy(event.currentTarget) }, 'Copy command')),
    f.detail && el('details', null, el('summary', null, 'What the tool said'), el('pre', null, f.detail)));
}

async function copy(button) {
  const text = button.dataset.command;
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed on plain HTTP from another machine: the old way needs a selection.
    const area = el('textarea', { class: 'unseen', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand('copy');
    area.remove();
    button.focus();
  }
  const words = done ? 'Copied' : 'Select it by hand';
  const told = el('span', { class: 'copied', role: 'status' }, words);
  button.after(told);
  setTimeout(() => told.remove(), 2500);
}
