// The figures of what is labelled so far: the same sums as those of the final report, from GET …/metrics.

import { card, el, empty, section, table, tile } from './dom.js';
import { NONE, fixed, int, measure, part, percent, plural } from './format.js';

const PARTS = [['With a face', 'framesWithFace', 'c-blue'], ['Searched, no face', 'framesWithoutFace', 'c-pale'], ['Skipped on purpose', 'framesSkipped', 'c-hatch'], ['Failed', 'framesFailed', 'c-red']];

export function figures(report, isFinal) {
  const a = report.accounting;
  const searched = a.framesWithFace + a.framesWithoutFace;
  const pending = a.videosPending;
  return section('figures', 'Figures', isFinal ? 'These are the figures of the report.' : 'Of the chunks that are done now; the report will hold the same sums over all of them.',
    el('div', { class: 'tiles', key: 'tiles' },
      tile(int(a.framesIn), 'frames accounted for', a.balanced ? 'every one has its place' : 'they do not add up', 'frames-in'),
      tile(int(a.faces), 'faces labelled', searched ? `${fixed(a.faces / searched)} a searched frame` : null, 'faces'),
      tile(part(a.framesWithFace, searched), 'of searched frames hold a face'),
      tile(int(a.videos), a.videos === 1 ? 'video' : 'videos', [a.videosFailed && `${int(a.videosFailed)} failed`, a.videosPartial && `${int(a.videosPartial)} in part`, pending && `${int(pending)} to come`].filter(Boolean).join(', ') || 'all complete')),
    el('div', { class: 'cards', key: 'cards' }, coverage(a), affect(report.affect), expressions(report.expressions), units(report.actionUnits)));
}

function coverage(a) {
  return card('w6', 'Where every frame went', null,
    a.framesIn === 0 ? empty('No frame is done yet.') : [
      el('div', { class: 'stack', 'aria-hidden': 'true' }, PARTS.filter(([, field]) => a[field] > 0).map(([, field, colour]) => el('div', { class: colour, style: { flex: String(a[field]) } }))),
      table(['', '#Frames', '#Share'], PARTS.map(([name, field, colour]) => [[el('span', { class: `swatch ${colour}` }), name], int(a[field]), part(a[field], a.framesIn)]), { id: 'coverage' })]);
}

function affect(a) {
  const line = (name, m) => [name, measure(m.mean), measure(m.deviation), measure(m.minimum), measure(m.maximum)];
  return card('w6', 'Valence and arousal', a.n === 0 ? null : `In [−1, 1], over ${plural(a.n, 'face')}; correlation ${measure(a.correlation)}.`,
    a.n === 0 ? empty('No face holds valence and arousal.')
      : [el('div', { class: 'scroll' }, table(['', '#Mean', '#Std. dev.', '#Lowest', '#Highest'], [line('Valence', a.valence), line('Arousal', a.arousal)], { id: 'affect' })),
        el('div', { class: 'axis', 'aria-hidden': 'true' }, [['Valence', a.valence], ['Arousal', a.arousal]].map(([name, m]) => band(name, m)))]);
}

// Mean with one standard deviation to both sides, on the axis from -1 to 1.
function band(name, { mean, deviation }) {
  if (mean.value === null) return null;
  const at = x => `${50 + 50 * Math.max(-1, Math.min(1, x))}%`;
  const d = deviation.value ?? 0;
  return el('div', { key: name }, el('span', null, name), el('div', { class: 'track' }, el('i', { class: 'zero' }),
    el('i', { class: 'spread', style: { left: at(mean.value - d), right: `${50 - 50 * Math.min(1, mean.value + d)}%` } }), el('i', { class: 'mean', style: { left: at(mean.value) } })));
}

function expressions(e) {
  const present = e.classes.filter(c => c.support > 0);
  return card('w6', 'Expressions', present.length ? `Part of ${plural(e.n, 'face')} that each class wins.` : null,
    present.length === 0 ? empty('No face holds an expression.')
      : bars(e.classes.map(c => [c.name, c.support > 0 ? c.share.value : null, c.support > 0 ? percent(c.share.value) : NONE]), 'expressions'));
}

function units({ units: all }) {
  const present = all.filter(u => u.support > 0);
  return card('w6', 'Action units', present.length ? 'Part of the faces with the unit active.' : null,
    present.length === 0 ? empty('The labels of this run hold no action units.')
      : bars(all.map(u => [u.name, u.support > 0 ? u.baseRate.value : null, u.support > 0 ? percent(u.baseRate.value) : NONE]), 'units'));
}

function bars(rows, id) {
  const top = 1.04 * Math.max(0.05, ...rows.map(([, value]) => value ?? 0));
  return el('dl', { class: 'hbars', id }, rows.map(([name, value, text]) => [
    el('dt', null, name), el('dd', { class: 'track', 'aria-hidden': 'true' }, value !== null && el('div', { class: 'fill', style: { width: `${100 * value / top}%` } })),
    el('dd', { class: 'num' }, text)]));
}
