// One run, live: its state, what is left, its workers, its figures, its failures, its log.

import { follow, get, pause } from './api.js';
import { actions, refreshReportAccess } from './actions.js';
import { announce, el, empty, render, section, tile } from './dom.js';
import { failure, failureList } from './failures.js';
import { figures } from './figures.js';
import { ago, clock, duration, int, nameOf, part, plural, rate, seconds } from './format.js';
import { bar, bottleneck, doneShare, framesDone, isEnded, laneLine, statePill, stateOf, timeRange } from './progress.js';

const FIGURES_PERIOD_MS = 3000;
const LOG_SHOWN = 200;

export function showRun(page, id, signal) {
  const state = { id, status: null, workers: [], log: [], report: null, error: null, said: null, saidIn: null, busy: false };
  let waiting = false;
  // Several events make one drawing.
  const draw = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (!signal.aborted) view(page, state, draw, told);
    });
  };
  const told = ({ status, said, error }) => {
    Object.assign(state, { said, saidIn: status && stateOf(status)[1], error, status: status ?? state.status });
    draw();
    wake();
    // Who pressed a button that is gone now, by key, goes on at the ones that came.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) page.querySelector('.actions button, .actions a')?.focus();
    });
  };
  let wake = () => {};
  draw();
  watch(state, draw, signal, () => new Promise(resolve => { wake = resolve; }));
  keepFigures(state, draw, signal);
}

// Follows the run to its end, and again when somebody takes it up again.
async function watch(state, draw, signal, woken) {
  while (!signal.aborted) {
    const change = woken();
    try {
      await follow(`/runs/${state.id}/events`, (name, data) => {
        if (name === 'status') took(state, data);
        else if (name === 'workers') state.workers = data;
        else if (name === 'log') state.log = [...state.log.filter(e => e.number < data[0].number), ...data].slice(-1000);
        draw();
      }, signal);
      state.log = await get(`/runs/${state.id}/log`, signal);
    } catch (error) {
      if (signal.aborted) return;
      Object.assign(state, state.status ? { error: error.message } : { missing: error });
    }
    draw();
    await Promise.race([change, pause(30_000, signal)]);
  }
}

function took(state, status) {
  const before = state.status && stateOf(state.status)[1];
  state.status = status;
  const now = stateOf(status)[1];
  // What a command brought about is said for as long as it holds: 'The run goes on.' not beside 'Done'.
  if (state.saidIn && state.saidIn !== now) Object.assign(state, { said: null, saidIn: null });
  if (before && before !== now) announce(`${nameOf(status.job)}: ${now}.`);
}

// The figures cost the server a look at every chunk: asked for when something was done, and not more often than they take.
async function keepFigures(state, draw, signal) {
  let of = null;
  refreshReportAccess();
  while (!signal.aborted) {
    const { status } = state;
    const mark = status?.job.run && `${status.job.run} ${status.job.phase} ${status.progress?.done} ${status.progress?.quarantined}`;
    const started = Date.now();
    if (mark && mark !== of && !document.hidden) {
      try {
        state.report = await get(`/runs/${state.id}/metrics`, signal);
        // Figures that were computed before the labels were final are asked for once more.
        of = status.job.phase === 'Done' && !state.report.run.finished ? null : mark;
        draw();
      } catch {
        // Said elsewhere: the run's events come from the same server.
      }
    }
    await pause(status === null ? 200 : Math.max(FIGURES_PERIOD_MS, 5 * (Date.now() - started)), signal);
  }
}

function view(page, state, draw, told) {
  const { status, missing } = state;
  if (!status) {
    render(page, el('p', { class: 'back', key: 'back' }, el('a', { href: '#/runs' }, 'All runs')), el('h1', { key: 'h1' }, missing ? 'No such run' : 'Run'),
      missing ? el('p', { class: 'callout bad', key: 'missing', role: 'alert' }, missing.message) : el('div', { class: 'loading', key: 'loading' }, 'Loading the run …'));
    return;
  }
  const { job } = status;
  document.title = `${nameOf(job)} · Affect`;
  const shown = state.report && state.report.accounting.framesIn + state.report.accounting.videosFailed > 0;
  render(page, header(status), actions(state, told),
    state.error && el('p', { class: 'callout bad', key: 'error', role: 'alert' }, state.error),
    state.said && el('p', { class: 'callout good', key: 'said' }, state.said),
    job.failure && el('div', { class: 'card w12 alone', key: 'failure' }, el('h3', null, 'Why the run failed'), failure({ ...job.failure, attempts: null })),
    status.notes.filter(note => note !== 'paused').map(note => el('p', { class: 'callout', key: note }, waitText(note))),
    progress(status, state.workers),
    job.phase === 'Running' || job.phase === 'Finalising' || status.stageWorker ? lanes(state) : null,
    shown && figures(state.report, state.report.run.finished),
    state.report && (state.report.failures.length > 0 || isEnded(job)) && failureList(state.report.failures, draw),
    log(state.log), about(job));
}

const waitText = note => note === 'no worker is connected' ? 'No worker is connected: the run waits until one comes.' : `${note.replace(/^./, c => c.toUpperCase())}.`;

function header({ job, ...status }) {
  return el('header', { key: 'header' }, el('p', { class: 'back' }, el('a', { href: '#/runs' }, 'All runs')),
    el('h1', null, nameOf(job)), el('div', null, statePill({ job, ...status }, 'state')),
    el('div', { class: 'meta' }, el('span', null, 'Job ', el('code', null, job.id)), job.run && el('span', null, 'Run ', el('code', null, job.run)),
      el('span', { class: 'path' }, job.request.corpus), el('span', { title: clock(job.submitted) }, 'submitted ', ago(job.submitted)),
      job.ended && el('span', { title: clock(job.ended) }, `ended ${ago(job.ended)}, after ${duration((Date.parse(job.ended) - Date.parse(job.submitted)) / 1000)}`)));
}

function progress(status, workers) {
  const { job, progress: p, remaining } = status;
  const share = doneShare(status);
  const ended = isEnded(job);
  const slow = job.phase === 'Running' ? bottleneck(workers) : null;
  const frames = job.outcome?.counts.frames ?? (p && framesDone(p));
  return section('progress', 'Progress', null,
    el('div', { class: 'card w12', key: 'bar' }, bar(status),
      el('p', { class: 'sub' }, job.phase === 'Planning' ? 'The corpus is listed, probed and cut into chunks.' : job.phase === 'Finalising' ? 'Tracks, final labels and the report are made.'
        : p ? [`${int(p.done)} of ${plural(p.chunks, 'chunk')} done`, p.leased > 0 && !ended && `, ${int(p.leased)} in work`, p.quarantined > 0 && `, ${int(p.quarantined)} given up`,
          p.failedAttempts > 0 && `; ${plural(p.failedAttempts, 'failed attempt')}`, '.'] : null)),
    (p || job.outcome) && el('div', { class: 'tiles', key: 'tiles' },
      tile(share === null ? '–' : part(share, 1), 'of the frames', null, 'share'),
      tile(int(frames), 'frames done', p ? `of ${int(p.totalFrames)}` : null, 'frames-done'),
      !ended && tile(status.framesPerSecond > 0 ? rate(status.framesPerSecond).replace(' frames/s', '') : '–', 'frames a second', slow ? `most time goes into ${slow}` : null),
      !ended && tile(remaining ? duration(seconds(remaining.expected)) : '–', 'left', remaining ? timeRange(remaining) : job.isPaused ? 'paused' : 'not yet known'),
      ended && job.outcome && tile(int(job.outcome.tracks), 'face tracks'),
      ended && job.outcome && tile(int(job.outcome.failures), job.outcome.failures === 1 ? 'failure' : 'failures')));
}

function lanes({ status, workers, id }) {
  const mine = workers.flatMap(w => w.announcement.lanes.map((lane, i) => ({ w, lane, i })).filter(({ lane }) => lane.job === id && lane.work && !w.isLost));
  const names = [...new Set(mine.map(({ w }) => w.announcement.name))];
  return section('lanes', 'At work on it', null, el('div', { class: 'card w12', key: 'card' },
    names.length === 0 ? empty(status.stageWorker ? `${status.stageWorker} has it in hand.` : 'No lane works on this run at the moment.')
      : names.map(name => el('div', { key: name }, el('h3', null, name), el('ol', { class: 'lanes', 'aria-label': `Lanes of ${name}` },
        mine.filter(({ w }) => w.announcement.name === name).map(({ lane, i }) => laneLine(lane, i))))),
    el('p', { class: 'sub' }, el('a', { href: '#/workers' }, 'All workers'))));
}

function log(events) {
  const last = events.slice(-LOG_SHOWN).reverse();
  return section('log', 'Log', null, el('div', { class: 'card w12', key: 'card' }, last.length === 0 ? empty('Nothing happened yet.')
    : el('ol', { class: 'log', tabindex: 0, 'aria-label': 'What happened, the newest first' }, last.map(e => el('li', { key: String(e.number), class: e.level },
      el('time', { datetime: e.at, title: clock(e.at) }, clock(e.at, false)), el('span', null, e.level === 'warning' && el('b', null, 'Warning: '), e.text))))));
}

function about({ request: r }) {
  const s = r.sampling;
  const which = s.framesPerSecond ? `at most ${s.framesPerSecond} frames a second` : s.every > 1 ? `every ${int(s.every)} frames` : 'every frame';
  return section('about', 'What was asked for', null, el('div', { class: 'card w12', key: 'card' }, el('p', { class: 'run-facts' },
    el('span', null, `labels ${which}`), (s.startSeconds ?? s.endSeconds) !== null && el('span', null, `from ${duration(s.startSeconds ?? 0)} to ${s.endSeconds === null ? 'the end' : duration(s.endSeconds)}`),
    el('span', null, `model ${r.models.join(' + ') || 'default'}`), el('span', null, `detector ${r.detector ?? 'default'}`),
    el('span', null, r.smoothing ? `smoothed over ${duration(r.smoothing.windowSeconds)}` : 'not smoothed'), el('span', null, `priority ${r.priority}, weight ${r.weight}`),
    r.requires && el('span', null, `needs ${r.requires}`))));
}
