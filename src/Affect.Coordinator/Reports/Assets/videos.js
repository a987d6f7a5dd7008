'use strict';
// The table of videos: sorted and filtered in memory, drawn a page at a time, so that thousands of videos stay quick.

function videos(r) {
  const PAGE = 50;
  const scored = r.videos.some(v => v.scores);
  const value = m => m ? m.value : null;
  const searched = v => v.framesWithFace + v.framesWithoutFace;
  const fold = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  const score = (name, key) => ({ name, n: true, sort: v => value(v.scores?.[key]), cell: v => measure(v.scores?.[key]) });
  const cols = [
    { name: 'Video', sort: v => v.id, cell: null },
    { name: 'Status', sort: v => ['failed', 'partial', 'pending', 'complete'].indexOf(v.status), cell: v => el('span', { class: `pill ${v.status}` }, v.status) },
    { name: 'Course', key: true, cell: v => v.series ? spark(v.series) : NONE },
    { name: 'Faces a frame', cell: v => v.series ? sparkFaces(v.series) : NONE },
    { name: 'Length', n: true, sort: v => v.durationSeconds, cell: v => duration(v.durationSeconds) },
    { name: 'Frames', n: true, sort: v => v.framesIn, cell: v => int(v.framesIn) },
    { name: 'With face', n: true, sort: v => searched(v) ? v.framesWithFace / searched(v) : null, cell: v => part(v.framesWithFace, searched(v)) },
    { name: 'Failed', n: true, sort: v => v.framesFailed, cell: v => int(v.framesFailed), hide: r.videos.every(v => v.framesFailed === 0) },
    { name: 'Faces', n: true, sort: v => v.faces, cell: v => int(v.faces) },
    { name: 'Tracks', n: true, sort: v => v.tracks, cell: v => int(v.tracks), hide: r.videos.every(v => v.tracks === null) },
    { name: 'Valence', n: true, sort: v => value(v.valence), cell: v => measure(v.valence) },
    { name: 'Arousal', n: true, sort: v => value(v.arousal), cell: v => measure(v.arousal) },
    { name: 'Most often', sort: v => v.topExpression, cell: v => v.topExpression ?? NONE },
    ...(scored ? [score('CCC val.', 'cccValence'), score('CCC aro.', 'cccArousal'), score('Expr. F1', 'expressionMacroF1'), score('AU F1', 'actionUnitMeanF1')] : []),
  ].filter(c => !c.hide);

  const texts = r.videos.map(v => [v.id, v.status, v.codec, v.topExpression, v.split, v.group].filter(Boolean).join('\n').toLowerCase());
  let sorted = 0, down = false, page = 0, wanted = '', status = '', rows = r.videos.map((_, i) => i);

  const body = el('tbody');
  const heads = cols.map((c, i) => el('th', { scope: 'col', class: c.n ? 'n' : null },
    c.sort ? el('button', { type: 'button', onclick: () => { down = sorted === i ? !down : Boolean(c.n); sorted = i; update(); } }, c.name, el('span', { class: 'arrow', 'aria-hidden': 'true' }, ''))
      : el('span', { class: 'plain' }, c.key ? [el('span', { class: 'key v' }, el('span', null, 'valence ')), el('span', { class: 'key a' }, el('span', null, 'arousal'))] : c.name)));
  const count = el('span', { class: 'count', role: 'status' });
  const back = el('button', { type: 'button', class: 'pager', onclick: () => { page--; draw(); } }, 'Previous');
  const next = el('button', { type: 'button', class: 'pager', onclick: () => { page++; draw(); } }, 'Next');
  const filter = el('input', { type: 'search', id: 'video-filter', placeholder: 'Filter by name, codec, expression, split …', 'aria-label': 'Filter the videos', oninput: event => { wanted = event.target.value.toLowerCase(); update(); } });
  const choice = el('select', { id: 'video-status', 'aria-label': 'Status', onchange: event => { status = event.target.value; update(); } },
    el('option', { value: '' }, 'All'), ['complete', 'partial', 'failed', 'pending'].filter(s => r.videos.some(v => v.status === s)).map(s => el('option', { value: s }, s)));

  function update() {
    const key = cols[sorted].sort;
    const words = wanted.split(/\s+/).filter(Boolean);
    const keys = r.videos.map(key);
    rows = r.videos.map((_, i) => i).filter(i => (!status || r.videos[i].status === status) && words.every(w => texts[i].includes(w)));
    rows.sort((a, b) => {
      const [x, y] = [keys[a], keys[b]];
      // What is absent comes last, whichever way the rest is sorted.
      if (x === null || x === undefined || y === null || y === undefined) return (x === null || x === undefined) - (y === null || y === undefined) || a - b;
      const order = typeof x === 'string' ? fold.compare(x, y) : x - y;
      return (down ? -order : order) || a - b;
    });
    heads.forEach((th, i) => {
      if (!cols[i].sort) return;
      th.setAttribute('aria-sort', i === sorted ? (down ? 'descending' : 'ascending') : 'none');
      th.querySelector('.arrow').textContent = i === sorted ? (down ? '↓' : '↑') : '';
    });
    page = 0;
    draw();
  }

  function draw(size = PAGE) {
    const pages = Math.max(1, Math.ceil(rows.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const shown = rows.slice(page * size, (page + 1) * size);
    body.replaceChildren(...shown.map(i => line(r.videos[i])));
    if (shown.length === 0) body.append(el('tr', null, el('td', { colspan: cols.length }, empty(r.videos.length ? 'No video fits the filter.' : 'The corpus holds no video.'))));
    count.textContent = rows.length === 0 ? `0 of ${plural(r.videos.length, 'video')}` : `${int(page * size + 1)} to ${int(page * size + shown.length)} of ${plural(rows.length, 'video')}`;
    back.disabled = page === 0;
    next.disabled = page >= pages - 1;
    back.hidden = next.hidden = pages === 1;
  }

  function line(v) {
    const name = el('button', { type: 'button', 'aria-expanded': 'false', title: v.id, onclick: () => {
      const open = name.getAttribute('aria-expanded') === 'true';
      name.setAttribute('aria-expanded', String(!open));
      if (open) row.nextSibling.remove();
      else row.after(el('tr', { class: 'more' }, el('td', { colspan: cols.length }, more(v))));
    } }, v.id);
    const small = [v.codec, v.width && `${v.width}×${v.height}`, v.framesPerSecond && `${+v.framesPerSecond.toFixed(2)} fps${v.variableFrameRate ? ' (variable)' : ''}`].filter(Boolean).join(', ');
    const row = el('tr', null, cols.map((c, i) => el('td', { class: i === 0 ? 'name' : c.n ? 'n' : null }, i === 0 ? [name, small && el('small', null, small)] : c.cell(v))));
    return row;
  }

  function more(v) {
    const failed = r.failures.filter(f => f.video === v.id);
    return [
      v.series && [el('div', { class: 'sub' }, el('span', { class: 'key v' }, el('span', null, 'valence  ')), el('span', { class: 'key a' }, el('span', null, 'arousal  ')), el('span', { class: 'key f' }, el('span', null, 'faces a frame (right axis)'))), course(v.series, v.durationSeconds)],
      el('p', { class: 'sub' }, [`${int(v.framesWithFace)} frames with a face, ${int(v.framesWithoutFace)} without, ${int(v.framesSkipped)} skipped, ${int(v.framesFailed)} failed`, bytes(v.sizeBytes), v.split && `split ${v.split}`, v.group && `group ${v.group}`].filter(Boolean).join('; ')),
      failed.slice(0, 20).map(failure),
    ];
  }

  printHooks.push(() => draw(500));
  update();
  return section('videos', 'Videos', 'Choose a video’s name to see its course over time.', el('div', { class: 'cards' }, el('section', { class: 'card w12' },
    el('div', { class: 'toolbar' }, filter, choice, count, back, next),
    el('div', { class: 'scroll' }, el('table', { id: 'videos-table' }, el('thead', null, el('tr', null, heads)), body)))));
}
