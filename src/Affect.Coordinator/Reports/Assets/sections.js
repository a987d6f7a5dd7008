'use strict';
// The sections about the whole run.

const COLOURS = { complete: 'c-blue', partial: 'c-pale', failed: 'c-red', pending: 'c-hatch' };

function runState(r) {
  const a = r.accounting;
  if (!r.run.finished) return ['pending', 'Still running'];
  if (a.videos === 0) return ['pending', 'The corpus holds no video'];
  if (!a.balanced || a.videosPending > 0) return ['failed', 'Incomplete'];
  if (a.videos > 0 && a.videosFailed === a.videos) return ['failed', 'All videos failed'];
  return a.videosFailed + a.videosPartial > 0 ? ['partial', 'Complete, with failures'] : ['complete', 'Complete'];
}

function pageHeader(r) {
  const [state, words] = runState(r);
  return [
    el('h1', null, 'Facial affect labels: ', r.run.corpus),
    el('div', null, el('span', { class: `pill ${state}`, id: 'run-state' }, words)),
    el('div', { class: 'meta' }, el('span', null, 'Run ', el('code', null, r.run.id)), el('span', null, 'Report of ', r.run.created.replace('T', ' ').replace('Z', ' UTC')),
      el('span', null, 'Affect.Distributed ', r.run.projectVersion), r.run.models.map(m => el('span', null, m.name, ' ', m.version))),
    r.notices.map(n => el('p', { class: 'callout', role: 'note' }, el('b', null, 'Before you use these labels: '), n)),
  ];
}

function tile(value, label, note) {
  return el('div', { class: 'tile' }, el('b', null, value), el('span', null, label), note && el('small', null, note));
}

function overview(r) {
  const a = r.accounting;
  const searched = a.framesWithFace + a.framesWithoutFace;
  const parts = [['With a face', a.framesWithFace, 'c-blue'], ['Searched, no face', a.framesWithoutFace, 'c-pale'], ['Skipped on purpose', a.framesSkipped, 'c-hatch'], ['Failed', a.framesFailed, 'c-red']];
  const lost = a.framesIn - parts.reduce((sum, p) => sum + p[1], 0);
  const videos = [['complete', 'Complete', a.videosComplete], ['partial', 'Partly labelled', a.videosPartial], ['failed', 'Failed', a.videosFailed], ['pending', 'Not done yet', a.videosPending]];
  const stack = (items, total, what) => total === 0 ? empty(`No ${what} yet.`) : el('div', { class: 'stack', 'aria-hidden': 'true' }, items.filter(p => p.n > 0).map(p =>
    el('div', { class: p.colour, style: { flex: String(p.n) }, tip: `${p.name}\n${int(p.n)} (${part(p.n, total)})` })));
  const row = (name, n, total, colour) => [[el('span', { class: `swatch ${colour}` }), name], int(n), part(n, total)];
  const why = (title, reasons) => reasons.length > 0 && el('div', null, el('h3', null, title), table(['Reason', '#Frames'], reasons.map(x => [x.reason, int(x.count)])));
  const t = r.throughput;
  return section('overview', 'Coverage', null,
    el('div', { class: 'tiles' },
      tile(int(a.videos), a.videos === 1 ? 'video' : 'videos', a.videos === 0 ? null : a.videosFailed ? `${int(a.videosFailed)} failed` : 'none failed'),
      tile(duration(a.durationSeconds), 'of video'),
      tile(int(a.framesIn), 'frames', a.framesSkipped ? `${int(searched)} searched` : null),
      tile(int(a.faces), 'faces labelled', searched ? `${fixed(a.faces / searched)} a searched frame` : null),
      tile(part(a.framesWithFace, searched), 'of searched frames hold a face'),
      t && tile(measure(t.framesPerSecond, v => int(Math.round(v))), 'frames a second', t.realTimeFactor.value !== null ? `${fixed(t.realTimeFactor.value, 1)} × real time` : null)),
    !a.balanced && el('p', { class: 'callout bad', role: 'alert' }, `The frames do not add up: ${int(a.framesIn)} in, ${int(a.framesIn - lost)} accounted for. This run is not complete.`),
    el('div', { class: 'cards' },
      card('w7', 'Where every frame went', a.framesIn === 0 ? 'No frame was read.' : a.balanced ? `All ${int(a.framesIn)} frames are accounted for.` : `${int(Math.abs(lost))} frames are ${lost > 0 ? 'missing' : 'too many'}.`,
        el('div', { class: 'chart top' }, stack(parts.map(([name, n, colour]) => ({ name, n, colour })), a.framesIn, 'frames'),
          table(['', '#Frames', '#Share'], parts.map(([name, n, colour]) => row(name, n, a.framesIn, colour))), el('div', { class: 'pair' }, why('Skipped because', a.skipped), why('Failed because', a.failed)))),
      card('w5', 'Videos', 'Partly labelled: some of its frames failed. Reasons are under Failures.',
        el('div', { class: 'chart top' }, stack(videos.map(([s, name, n]) => ({ name, n, colour: COLOURS[s] })), a.videos, 'videos'),
          table(['', '#Videos', '#Share'], videos.map(([s, name, n]) => row(name, n, a.videos, COLOURS[s])))))));
}

function faces(r) {
  const f = r.faces;
  const searched = f.perFrame.reduce((sum, n) => sum + n, 0);
  if (searched === 0) return section('faces', 'Faces', null, el('div', { class: 'cards' }, el('section', { class: 'card w12' }, empty('No frame was searched for faces.'))));
  const shown = Array.from({ length: Math.max(5, f.perFrame.length) }, (_, i) => f.perFrame[i] ?? 0);
  const perFrame = card('w4', 'Faces in a frame', `Over ${int(searched)} searched frames.`, columns(
    shown.map((n, i) => ({ value: n, tip: `${plural(i, 'face')}\n${int(n)} frames (${part(n, searched)})` })),
    { label: 'Number of faces in a frame', gap: 0.3, ticks: shown.map((_, i) => ({ at: i + 0.5, text: i })).filter((_, i) => shown.length < 13 || i % 4 === 0) }),
  table(['#Faces', '#Frames'], shown.map((n, i) => [i, int(n)])));
  if (r.accounting.faces === 0) return section('faces', 'Faces', null, el('div', { class: 'cards' }, perFrame, el('section', { class: 'card w8' }, empty('No face was found in any frame.'))));
  const degrees = { tickEvery: 6, format: v => fixed(v, 0) };
  return section('faces', 'Faces', null, el('div', { class: 'cards' }, perFrame,
    histogram('w4', 'Face size', 'Square root of the box area.', f.size, { trim: true, format: v => fixed(v, 0), tickEvery: 2 }),
    histogram('w4', 'Detection score', 'The detector’s confidence.', f.detectionScore, { tickEvery: 4 }),
    histogram('w3', 'Sharpness', 'Variance of the Laplacian.', f.sharpness, { trim: true, format: v => fixed(v, 0), tickEvery: 2 }),
    histogram('w3', 'Yaw', 'Positive: to the subject’s left.', f.yaw, degrees), histogram('w3', 'Pitch', 'Positive: up.', f.pitch, degrees),
    histogram('w3', 'Roll', 'Positive: clockwise.', f.roll, { ...degrees, trim: true, tickEvery: 3 })));
}

function affectAndExpressions(r) {
  const a = r.affect, e = r.expressions;
  const line = (name, m) => [name, measure(m.mean), measure(m.deviation), measure(m.minimum), measure(m.maximum)];
  const present = e.classes.filter(c => c.support > 0);
  const top = 1.04 * Math.max(0.05, ...present.map(c => Math.max(c.share.value, c.meanProbability.value)));
  const confidence = histogram('w12', 'Confidence', 'Probability of the winning class.', e.confidence, { tickEvery: 4, height: 230 });
  return section('affect', 'Affect', null, el('div', { class: 'cards' },
    card('w7', 'Valence and arousal', a.n === 0 ? 'No face holds valence and arousal.' : `${int(a.n)} faces; correlation ${measureText(a.correlation)}.`,
      a.n === 0 ? empty('No valence and arousal to show.') : el('div', { class: 'chart top' }, affectMap(a), el('div', { style: { marginTop: '12px' } }, table(['', '#Mean', '#Std. dev.', '#Lowest', '#Highest'], [line('Valence', a.valence), line('Arousal', a.arousal)])))),
    el('div', { class: 'card-column w5' },
      card('w12', 'Expressions', present.length ? el('span', null, 'Bar: part of the faces that the class wins. Ring: its mean probability.') : 'No face holds an expression.',
        present.length === 0 ? empty('No expressions to show.') : bars(e.classes.map(c => c.support === 0 ? { name: c.name, absent: `absent: ${c.share.reason}` } : {
          name: c.name, value: c.share.value, mark: c.meanProbability.value, text: percent(c.share.value),
          tip: `${c.name}\nwins ${int(c.winners)} of ${int(e.n)} faces\nmean probability ${fixed(c.meanProbability.value, 3)}` }), top),
        table(['Class', '#Faces won', '#Share', '#Mean probability', '#Support'], e.classes.map(c => [c.name, int(c.winners), measure(c.share, percent), measure(c.meanProbability, v => fixed(v, 3)), int(c.support)]))),
      e.n > 0 && confidence)));
}

function actionUnits(r) {
  const { units, together } = r.actionUnits;
  const present = units.filter(u => u.support > 0);
  if (present.length === 0) return section('units', 'Action units', null, el('div', { class: 'cards' }, el('section', { class: 'card w12' }, empty('The labels of this run hold no action units.'))));
  const top = 1.04 * Math.max(0.05, ...present.map(u => Math.max(u.baseRate.value, u.meanProbability.value)));
  const index = units.map((u, i) => i).filter(i => units[i].support > 0);
  const names = index.map(i => units[i].name);
  return section('units', 'Action units', null, el('div', { class: 'cards' },
    card('w5', 'Base rates', 'Bar: part of the faces with the unit active. Ring: its mean probability.',
      bars(units.map(u => u.support === 0 ? { name: u.name, absent: `absent: ${u.baseRate.reason}` } : {
        name: u.name, value: u.baseRate.value, mark: u.meanProbability.value, text: percent(u.baseRate.value),
        tip: `${u.name}\nactive in ${int(u.active)} of ${int(u.support)} faces\nmean probability ${fixed(u.meanProbability.value, 3)}\nthreshold ${fixed(u.threshold)}` }), top),
      table(['Unit', '#Threshold', '#Active', '#Base rate', '#Mean probability', '#Support'], units.map(u => [u.name, fixed(u.threshold), int(u.active), measure(u.baseRate, percent), measure(u.meanProbability, v => fixed(v, 3)), int(u.support)]))),
    card('w7', 'Co-occurrence', 'Of the faces with the row’s unit active, the percentage with the column’s unit active as well.',
      el('div', { class: 'chart top' }, square(names, names, (i, j) => {
        const [u, v] = [index[i], index[j]];
        if (units[u].active === 0) return null;
        const p = together[u][v] / units[u].active;
        return { t: p, text: String(Math.round(100 * p)), tip: `${names[j]} given ${names[i]}: ${percent(p)}\n${int(together[u][v])} of ${int(units[u].active)} faces` };
      }, 'Co-occurrence of action units in percent'), legend('0 %', '100 %')),
      table(['Both active', ...names.map(n => '#' + n)], index.map(i => [units[i].name, ...index.map(j => int(together[i][j]))])))));
}

function failures(r) {
  const PAGE = 50;
  const box = el('section', { class: 'card w12' });
  if (r.failures.length === 0) box.append(empty(r.accounting.videos ? 'Nothing failed.' : 'There was nothing to do.'));
  const kinds = new Map();
  for (const f of r.failures) kinds.set(f.kind, (kinds.get(f.kind) ?? 0) + 1);
  if (kinds.size) box.append(el('div', { class: 'scroll', style: { marginBottom: '8px' } }, table(['Kind', '#Failures'], [...kinds].sort((x, y) => y[1] - x[1]).map(([k, n]) => [words(k), int(n)]))));
  let shown = 0;
  const more = el('button', { type: 'button', class: 'pager', onclick: () => show() }, '');
  const show = (count = PAGE) => {
    for (const f of r.failures.slice(shown, shown + count)) more.before(failure(f));
    shown = Math.min(shown + count, r.failures.length);
    more.hidden = shown >= r.failures.length;
    more.textContent = `Show more (${int(r.failures.length - shown)} left)`;
  };
  box.append(more);
  show();
  printHooks.push(() => show(1000));
  return section('failures', 'Failures', null, el('div', { class: 'cards' }, box));
}

function failure(f) {
  return el('article', { class: 'failure' },
    el('div', { class: 'head' }, el('b', null, f.video), f.chunk && el('code', null, f.chunk), el('span', { class: 'pill failed' }, words(f.kind)), el('span', { class: 'muted' }, plural(f.attempts, 'attempt'))),
    el('div', null, f.message),
    f.command && el('div', { class: 'command' }, el('pre', null, f.command), el('button', { type: 'button', onclick: event => copy(event.currentTarget, f.command) }, 'Copy command')),
    f.detail && el('details', null, el('summary', null, 'What the tool said'), el('pre', null, f.detail)));
}

async function copy(button, text) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    // Not allowed on this page or by this browser: the old way needs a selection.
    const area = el('textarea', { 'aria-hidden': 'true', style: { position: 'fixed', opacity: 0 } });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand('copy');
    area.remove();
    button.focus();
  }
  button.textContent = done ? 'Copied' : 'Not copied: select it by hand';
  setTimeout(() => { button.textContent = 'Copy command'; }, 2000);
}

function provenance(r) {
  const t = r.throughput;
  const busiest = t && Math.max(1e-9, ...t.stages.map(s => s.busySeconds));
  return section('provenance', 'Provenance', null, el('div', { class: 'cards' },
    card(t ? 'w7' : 'w12', 'Configuration', 'What changes the output is part of the run’s identity.', el('div', { class: 'chart top' }, facts([['Run', el('code', null, r.run.id)], ['Corpus', r.run.corpus], ['Version', r.run.projectVersion], ...r.run.configuration.map(c => [c.key, c.value])]))),
    t && card('w5', 'Throughput', `${t.machine}.`, el('div', { class: 'chart top' },
      facts([['Time', duration(t.wallSeconds)], ['CPU time', duration(t.cpuSeconds)], ['Peak memory', bytes(t.peakMemoryBytes)], ['Workers', int(t.workers)], ['Device', t.device], ['Frames a second', measure(t.framesPerSecond, v => fixed(v, 1))], ['Faces a second', measure(t.facesPerSecond, v => fixed(v, 1))]]),
      t.stages.length > 0 && [el('h3', { style: { margin: '14px 0 8px' } }, 'Busy time of the stages'), bars(t.stages.map(s => ({ name: s.name, value: s.busySeconds, text: duration(s.busySeconds) })), busiest)])),
    r.run.models.map(model)));
}

// What was measured with an interval leads; a description can hold hundreds of figures, and all of them are folded away below.
function model(m) {
  const HEADLINES = 8;
  const leading = m.quality.length <= HEADLINES ? m.quality : m.quality.filter(q => q.value.includes('(95\u00a0%') || q.value.includes('(95 %')).slice(0, HEADLINES);
  return card('w6', `${m.name} ${m.version}`, m.kind === 'detector' ? 'Face detector' : m.kind === 'affect' ? 'Affect model' : m.kind, el('div', { class: 'chart top' },
    facts([['SHA-256', el('code', null, m.sha256)], ['Licence', m.licence], ['Source', m.source], ...leading.map(q => [q.key, q.value]), ...(m.notice ? [['Notice', m.notice]] : [])]),
    leading.length < m.quality.length && el('details', { class: 'data' }, el('summary', null, `All ${int(m.quality.length)} measured figures`), el('div', null, facts(m.quality.map(q => [q.key, q.value]))))));
}
