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

const isDown = state => state === 'lost' || state === 'away';

function showConnection({ state, words, since }) {
  const [kind, text] = { live: ['complete', 'Connected'], lost: ['failed', 'Not connected'], away: ['failed', 'No answer'], pending: ['pending', 'Connecting'] }[state];
  const mark = document.getElementById('connection');
  mark.className = `pill ${kind}`;
  mark.textContent = text;
  document.getElementById('forget').hidden = !hasToken();
  const banner = document.getElementById('banner');
  const wasDown = !banner.hidden;
  banner.hidden = !isDown(state);
  main.classList.toggle('stale', isDown(state));
  const trouble = state === 'away' ? 'The server answers, but what it depends on does not.' : 'The server does not answer.';
  render(banner, isDown(state) && el('p', null, el('b', null, `${trouble} `), words && `${words.replace(/\.?$/, '.')} `,
    `What is shown is from ${ago(since)}. This page tries again by itself; runs go on when ${state === 'away' ? 'that' : 'the server'} is back.`));
  if (wasDown !== isDown(state)) announce(wasDown ? 'The server answers again.' : `${trouble} This page tries again by itself.`);
}

useTokenPrompt(askToken);
onConnection(showConnection);
setInterval(() => showConnection(connectionState()), 5000);
document.getElementById('forget').onclick = () => { forgetToken(); location.reload(); };
addEventListener('hashchange', () => show());
show(true);
