// The list of all runs of the server.

import { poll } from './api.js';
import { el, empty, render } from './dom.js';
import { ago, int, nameOf, part, plural } from './format.js';
import { bar, doneShare, framesDone, isEnded, rateText, statePill, timeLeft } from './progress.js';

const PERIOD_MS = 2000;

export function showRuns(page, _, signal) {
  draw(page, null, null);
  let jobs = null;
  poll('/runs', PERIOD_MS, (found, error) => {
    jobs = found ?? jobs;
    draw(page, jobs, error);
  }, signal);
}

function draw(page, jobs, error) {
  const running = jobs?.filter(status => !isEnded(status.job)).length;
  render(page,
    el('div', { class: 'title', key: 'title' }, el('div', null, el('h1', null, 'Runs'),
      el('p', { class: 'lead' }, jobs === null ? 'Corpora that were given to this server.' : jobs.length === 0 ? 'Nothing was submitted yet.' : `${plural(jobs.length, 'run')}, ${running === 0 ? 'none' : int(running)} going on.`)),
    el('a', { class: 'button primary', href: '#/submit' }, 'New run')),
    jobs === null && error && error.status !== 0 && el('p', { class: 'callout bad', key: 'error', role: 'alert' }, error.message),
    jobs === null && el('div', { class: 'loading', key: 'loading' }, 'Loading the runs …'),
    jobs?.length === 0 && empty(el('p', null, 'Submit a folder of videos, and every face in it is labelled.'),
      el('p', null, el('a', { href: '#/submit' }, 'Submit one here'), ' or with ', el('code', null, 'affect submit CORPUS'), '.')),
    jobs?.length > 0 && el('ul', { class: 'runs', key: 'runs' }, jobs.map(line)));
}

function line(status) {
  const { job, progress } = status;
  const share = doneShare(status);
  const given = job.phase === 'Done' ? job.outcome?.failures : progress?.quarantined;
  const counts = job.outcome?.counts ?? (progress && { ...progress.counts, frames: framesDone(progress) });
  return el('li', { key: job.id, class: 'card' },
    el('div', { class: 'run-head' },
      el('h2', null, el('a', { href: `#/runs/${job.id}` }, nameOf(job))), statePill(status),
      el('span', { class: 'run-when', title: job.submitted }, ago(job.submitted))),
    el('p', { class: 'sub path' }, job.request.corpus),
    bar(status),
    el('p', { class: 'run-facts' },
      share !== null && el('b', null, part(share, 1)),
      counts && el('span', null, `${int(counts.frames)}${progress ? ` of ${int(progress.totalFrames)}` : ''} frames`),
      counts && counts.faces > 0 && el('span', null, plural(counts.faces, 'face')),
      given > 0 && el('span', { class: 'bad' }, job.phase === 'Done' ? plural(given, 'failure') : `${plural(given, 'chunk')} given up`),
      rateText(status) && el('span', null, rateText(status)), timeLeft(status) && el('span', null, timeLeft(status)),
      status.notes.filter(note => note !== 'paused').map(note => el('span', { class: 'warn' }, note)),
      job.failure && el('span', { class: 'bad' }, job.failure.message)));
}
