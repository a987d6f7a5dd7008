// Who works for the server: what each lane does, how fast, and who is lost or leaving.

import { poll } from './api.js';
import { el, empty, facts, pill, render, table } from './dom.js';
import { ago, duration, int, percent, plural, rate } from './format.js';
import { laneLine, stages, workerState } from './progress.js';

const PERIOD_MS = 2000;

export function showWorkers(page, _, signal) {
  let workers = null;
  draw(page, null, null);
  poll('/workers', PERIOD_MS, (found, error) => {
    workers = found ?? workers;
    draw(page, workers, error);
  }, signal);
}

function draw(page, workers, error) {
  const alive = workers?.filter(worker => !worker.isLost) ?? [];
  const lanes = alive.reduce((sum, worker) => sum + worker.announcement.lanes.length, 0);
  const speed = alive.reduce((sum, worker) => sum + worker.framesPerSecond, 0);
  render(page,
    el('div', { class: 'title', key: 'title' }, el('div', null, el('h1', null, 'Workers'),
      el('p', { class: 'lead' }, workers === null ? 'Processes that label for this server.'
        : workers.length === 0 ? 'No worker is connected: what is submitted waits.'
          : alive.length === 0 ? `No worker is connected: what is submitted waits. ${int(workers.length)} lost.` : [`${plural(alive.length, 'worker')} with ${plural(lanes, 'lane')}`, speed > 0 && `, ${rate(speed)}`, workers.length > alive.length && `; ${int(workers.length - alive.length)} lost`, '.']))),
    workers === null && error && error.status !== 0 && el('p', { class: 'callout bad', key: 'error', role: 'alert' }, error.message),
    workers === null && el('div', { class: 'loading', key: 'loading' }, 'Loading the workers …'),
    workers?.length === 0 && empty(el('p', null, 'Start one on any machine that sees the corpus and the workspace:'),
      el('pre', null, `affect worker --server ${location.origin}`)),
    workers?.length > 0 && el('ul', { class: 'workers', key: 'workers' }, workers.map(card)));
}

export function card(worker) {
  const a = worker.announcement;
  const shares = stages([worker]);
  return el('li', { key: a.name, class: `card${worker.isLost ? ' lost' : ''}` },
    el('div', { class: 'run-head' }, el('h2', null, a.name), pill(...workerState(worker)),
      el('span', { class: 'run-when' }, worker.isLost ? `heard of ${ago(worker.lastSeen)}` : rate(worker.framesPerSecond))),
    worker.isLost && el('p', { class: 'sub bad' }, 'It fell silent. What it had in hand goes to others when its leases run out.'),
    a.isDraining && !worker.isLost && el('p', { class: 'sub' }, 'It takes nothing new and leaves when its chunks are finished.'),
    el('p', { class: 'run-facts' }, el('span', null, `device ${a.device}`), el('span', null, `decoder ${a.decoder}`), el('span', null, `version ${a.version}`),
      el('span', null, `came ${ago(worker.firstSeen)}`)),
    el('ol', { class: 'lanes', 'aria-label': `Lanes of ${a.name}` }, a.lanes.map((lane, i) => laneLine(lane, i, worker.isLost))),
    el('p', { class: 'run-facts' }, el('span', null, plural(a.chunks, 'chunk')), el('span', null, plural(a.frames, 'frame')), el('span', null, plural(a.faces, 'face')), 'since it started'),
    el('details', null, el('summary', null, 'Where its time goes, what it offers'),
      shares.length === 0 ? el('p', { class: 'sub' }, 'No chunk was done yet.')
        : table(['Stage', '#Busy time of all lanes', '#Share'], shares.map(([name, s, share]) => [name, duration(s), percent(share)])),
      facts([['Host', a.host], ['Offers', el('code', null, a.offers.join(' '))]])));
}
