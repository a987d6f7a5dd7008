// How far a run is: its state in a word, its bar, its workers' lanes.

import { el, pill } from './dom.js';
import { duration, int, part, plural, rate, seconds } from './format.js';

const PHASES = {
  Planning: ['pending', 'Planning'], Running: ['running', 'Running'], Finalising: ['running', 'Finalising'],
  Done: ['complete', 'Done'], Failed: ['failed', 'Failed'], Cancelled: ['pending', 'Cancelled'],
};
export const isEnded = job => ['Done', 'Failed', 'Cancelled'].includes(job.phase);

export function stateOf({ job }) {
  if (job.isPaused && !isEnded(job)) return ['partial', 'Paused'];
  if (job.phase === 'Done' && job.outcome?.failures > 0) return ['partial', 'Done, with failures'];
  return PHASES[job.phase] ?? ['pending', job.phase];
}
export const statePill = (status, id) => {
  const mark = pill(...stateOf(status));
  if (id) mark.id = id;
  return mark;
};

// Frames that are accounted for: of chunks that are done, and of those given up, which the report counts as failed.
export const framesDone = progress => progress.counts.frames + progress.givenUpFrames;

// Their part of all frames of the plan; null before there is one.
export function doneShare({ job, progress }) {
  if (job.phase === 'Done') return 1;
  if (!progress) return null;
  return progress.totalFrames > 0 ? Math.min(1, framesDone(progress) / progress.totalFrames) : progress.chunks === 0 ? 1 : 0;
}

export function bar(status) {
  const share = doneShare(status);
  const p = status.progress;
  const [state, words] = stateOf(status);
  const known = share !== null;
  // Of the bar's length by chunks: what failed for good and what is in hand follow what is done.
  const width = (n, of) => `${of > 0 ? 100 * n / of : 0}%`;
  return el('div', {
    class: `bar ${state}${known ? '' : ' unknown'}`, role: 'progressbar', 'aria-label': 'Frames done', 'aria-valuemin': 0, 'aria-valuemax': 100,
    'aria-valuenow': known ? Math.floor(100 * share) : null, 'aria-valuetext': known ? `${part(share, 1)} of the frames, ${words}` : words,
  },
  known && el('div', { class: 'done', style: { width: `${100 * share}%` } }),
  p && status.job.phase !== 'Done' && p.quarantined > 0 && el('div', { class: 'given-up', style: { width: width(p.quarantined, p.chunks) } }),
  p && !isEnded(status.job) && p.leased > 0 && el('div', { class: 'in-work', style: { width: width(p.leased, p.chunks) } }));
}

export function timeLeft({ job, remaining }) {
  if (isEnded(job)) return null;
  if (!remaining) return job.phase === 'Running' && !job.isPaused ? 'time left not yet known' : null;
  return `${duration(seconds(remaining.expected))} left`;
}
export const timeRange = remaining => remaining ? `${duration(seconds(remaining.earliest))} to ${duration(seconds(remaining.latest))}` : null;

const STAGES = [['fetchSeconds', 'fetching'], ['decodeWaitSeconds', 'decoding'], ['detectSeconds', 'finding faces'], ['labelSeconds', 'labelling'], ['writeSeconds', 'writing']];

// Where the lanes of these workers spent their time, the most first: [['labelling', seconds, share], …].
export function stages(workers) {
  const sums = STAGES.map(([field, name]) => [name, workers.reduce((sum, w) => sum + (w.announcement.timings[field] ?? 0), 0)]);
  const all = sums.reduce((sum, [, s]) => sum + s, 0);
  return all > 0 ? sums.map(([name, s]) => [name, s, s / all]).sort((a, b) => b[1] - a[1]) : [];
}
export const bottleneck = workers => stages(workers.filter(w => !w.isLost))[0]?.[0] ?? null;

export function workerState(worker) {
  if (worker.isLost) return ['failed', 'Lost'];
  if (worker.announcement.isDraining) return ['partial', 'Leaving'];
  return worker.announcement.lanes.some(lane => lane.work) ? ['running', 'Working'] : ['pending', 'Idle'];
}

const STAGE_WORK = { planning: 'Planning the corpus', finalising: 'Making tracks, final labels and the report' };

// What a lane has in hand, as a line of text and a bar.
export function laneLine(lane, number, isLost = false) {
  const busy = lane.work !== null && !isLost;
  const stage = STAGE_WORK[lane.work];
  return el('li', { key: `lane-${number}`, class: busy ? null : 'idle' },
    el('span', { class: 'lane-name' }, `Lane ${number + 1}`),
    el('span', { class: 'lane-work' }, isLost ? 'Not heard of' : !busy ? 'Idle' : stage ?? [el('b', null, lane.video ?? ''), ' ', el('code', null, lane.work)]),
    el('span', { class: 'lane-frames' }, busy && !stage && lane.framesTotal > 0 ? `${int(lane.framesDone)} of ${plural(lane.framesTotal, 'frame')}` : ''),
    el('div', { class: 'bar thin', 'aria-hidden': 'true' }, el('div', { class: 'done', style: { width: busy && lane.framesTotal > 0 ? `${100 * lane.framesDone / lane.framesTotal}%` : '0' } })));
}

export const rateText = status => isEnded(status.job) ? null : status.framesPerSecond > 0 ? rate(status.framesPerSecond) : null;
