// Puts the page together: which view is shown, how the server is reached, what the title says.

import { connectionState, forgetToken, hasToken, onConnection, useTokenPrompt } from './api.js';
import { askToken } from './dialogs.js';
import { announce, el, render } from './dom.js';
import { ago } from './format.js';
import { showRun } from './run.js';
import { showRuns } from './runs.js';
import { showSubmit } from './submit.js';
import { showWorkers } from './workers.js';

const main = document.getElementById('main');
const views = [
  [/^#\/runs\/([0-9a-z]+)$/, showRun],
  [/^#\/workers$/, showWorkers],
  [/^#\/submit$/, showSubmit],
  [/^#\/runs$/, showRuns],
];
let leaving = new AbortController();

function show(isFirst = false) {
  const [view, part] = views.map(([pattern, view]) => [view, pattern.exec(location.hash)]).find(([, found]) => found) ?? [];
  if (!view) {
    // The skip link names the content; any other address that is none leads home.
    if (location.hash !== '#main') location.replace('#/runs');
    return;
  }
  leaving.abort();
  leaving = new AbortController();
  const page = el('div', { class: 'view' });
  main.replaceChildren(page);
  for (const link of document.querySelectorAll('nav a:not(.brand)')) {
    const here = location.hash.startsWith(link.getAttribute('href'));
    link.classList.toggle('here', here);
    if (here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  view(page, part[1], leaving.signal);
  document.title = `${page.querySelector('h1')?.textContent ?? 'Runs'} · Affect`;
  if (!isFirst) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

function showConnection({ state, since }) {
  const words = { live: ['complete', 'Connected'], lost: ['failed', 'Not connected'], pending: ['pending', 'Connecting'] }[state];
  const mark = document.getElementById('connection');
  mark.className = `pill ${words[0]}`;
  mark.textContent = words[1];
  document.getElementById('forget').hidden = !hasToken();
  const banner = document.getElementById('banner');
  const wasLost = !banner.hidden;
  banner.hidden = state !== 'lost';
  main.classList.toggle('stale', state === 'lost');
  render(banner, state === 'lost' && el('p', null, el('b', null, 'The server does not answer. '),
    `What is shown is from ${ago(since)}. This page tries again by itself; runs go on when the server is back.`));
  if (wasLost !== (state === 'lost')) announce(wasLost ? 'The server answers again.' : 'The server does not answer. This page tries again by itself.');
}

useTokenPrompt(askToken);
onConnection(showConnection);
setInterval(() => showConnection(connectionState()), 5000);
document.getElementById('forget').onclick = () => { forgetToken(); location.reload(); };
addEventListener('hashchange', () => show());
show(true);
