// What a user can tell a run: pause, resume, cancel, retry; and its report.

import { hasToken, post } from './api.js';
import { askCancel, askRetry } from './dialogs.js';
import { announce, el } from './dom.js';
import { nameOf, plural } from './format.js';
import { reasonsOf } from './failures.js';
import { isEnded } from './progress.js';

// The buttons that fit the run's phase. Pause and resume are one button, which keeps the focus. Told calls back with the new status, or with an error in words.
export function actions(state, told) {
  const { status, report, busy } = state;
  const { job, progress } = status;
  const ended = isEnded(job);
  const button = (key, text, run, kind) => el('button', { key, type: 'button', class: kind, disabled: busy, onclick: () => act(state, told, run) }, text);
  const command = (name, past) => async () => {
    const now = await post(`/runs/${job.id}/${name}`);
    return [now, past];
  };
  // A server that was started after the run's end has no figures of its chunks: then the report's failures say whether there may be something.
  const canRetry = job.phase === 'Failed' || (progress ? progress.quarantined > 0 : report?.failures.some(f => f.chunk) ?? false);
  return el('div', { class: 'actions', key: 'actions', role: 'group', 'aria-label': 'What to do with the run' },
    job.phase === 'Done' && el('a', { key: 'report', class: 'button primary', href: `/api/v1/runs/${job.id}/report`, target: '_blank', rel: 'noopener' }, 'Open the report'),
    job.phase === 'Done' && el('a', { key: 'json', class: 'button', href: `/api/v1/runs/${job.id}/report.json`, download: `report-${job.run}.json` }, 'Save report.json'),
    !ended && !job.isPaused && button('hold', 'Pause', command('pause', 'Paused: chunks in work are finished, nothing new is begun.')),
    !ended && job.isPaused && button('hold', 'Resume', command('resume', 'The run goes on.'), 'primary'),
    job.phase === 'Cancelled' && button('hold', 'Resume', command('resume', 'The run goes on.'), 'primary'),
    !ended && button('cancel', 'Cancel …', async () => await askCancel(nameOf(job)) === null ? null : command('cancel', 'Cancelled. What is labelled stays.')(), 'danger'),
    canRetry && job.phase !== 'Cancelled' && button('retry', job.phase === 'Failed' ? 'Retry' : 'Retry …', () => retry(job, report)));
}

async function retry(job, report) {
  const reasons = reasonsOf(report?.failures ?? []);
  const reason = job.phase === 'Failed' ? '' : await askRetry(reasons);
  if (reason === null) return null;
  const { result, chunks } = await post(`/runs/${job.id}/retry${reason ? `?reason=${encodeURIComponent(reason)}` : ''}`);
  return [null, result === 'Changed' || chunks > 0 ? chunks > 0 ? `${plural(chunks, 'chunk')} put back.` : 'The run is taken up again.'
    : result === 'NotNow' ? 'Not in this phase of the run.' : 'There was nothing to put back: no chunk was given up for that.'];
}

async function act(state, told, run) {
  try {
    const done = await run();
    if (done === null) return;
    announce(done[1]);
    told({ status: done[0], said: done[1], error: null });
  } catch (error) {
    told({ status: null, said: null, error: error.message });
  }
}

// A browser that opens a report itself sends no token, but a cookie that the token was exchanged for; a reloaded tab may have lost it.
export const refreshReportAccess = () => hasToken() ? post('/session').catch(() => null) : null;
