'use strict';
// Bars, histograms and lines as inline SVG. Sizes are in user units of the view box; the browser scales them.

function niceTop(max) {
  if (max <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(max));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map(k => k * power).find(t => t >= max * 0.9999);
}

// bars: [{label, value, tip}], equally wide; ticks: [{at: position in bars, text}].
function columns(bars, { label, ticks, lines = [], height = 170, width = 380, gap = 0.12 }) {
  const left = 44, bottom = 22, top = 16;
  const w = width - left - 6, h = height - top - bottom;
  const max = niceTop(Math.max(...bars.map(b => b.value)));
  const x = i => left + w * i / bars.length;
  const y = v => top + h * (1 - v / max);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
  for (const v of [0, max / 2, max]) {
    root.append(svg('line', { class: 'axis', x1: left, x2: left + w, y1: y(v), y2: y(v) }),
      svg('text', { x: left - 6, y: y(v) + 4, 'text-anchor': 'end' }, short(v)));
  }
  bars.forEach((b, i) => {
    const band = w / bars.length;
    const hit = svg('g', { tip: b.tip }, svg('rect', { x: x(i), y: top, width: band, height: h, fill: 'transparent' }));
    if (b.value > 0) {
      const tall = Math.max(1.2, top + h - y(b.value));
      hit.append(svg('rect', { class: 'bar', x: x(i) + band * gap / 2, y: top + h - tall, width: Math.max(0.8, band * (1 - gap)), height: tall, rx: Math.min(2, band / 6) }));
    }
    root.append(hit);
  });
  for (const { at, text } of lines) {
    // A label in the middle of its line would hang over the chart's edge where the line is near it.
    const half = 3.2 * text.length;
    root.append(svg('line', { class: 'quantile', x1: x(at), x2: x(at), y1: top - 2, y2: top + h }),
      svg('text', { x: Math.min(Math.max(x(at), left + half), left + w + 6 - half), y: top - 5, 'text-anchor': 'middle' }, text));
  }
  for (const { at, text } of ticks) root.append(svg('text', { x: x(at), y: height - 5, 'text-anchor': 'middle' }, text));
  return el('div', { class: 'chart' }, root);
}

const edgeText = e => e >= 1000 ? `${+(e / 1000).toFixed(1)}k` : String(+e.toFixed(e < 10 ? 2 : 0)).replace('-', '−');

// A histogram of report.json; the outer counters are named below the chart, never hidden.
function histogram(width, title, sub, h, { tickEvery, format = v => fixed(v, 2), trim = false, height }) {
  if (h.total === 0) return card(width, title, sub, empty('Nothing was measured.'));
  let first = 0, last = h.counts.length - 1;
  if (trim) {
    while (first < last && h.counts[first] === 0) first++;
    while (last > first && h.counts[last] === 0) last--;
    first = Math.max(0, Math.min(first - 1, last - 5));
    last = Math.min(h.counts.length - 1, Math.max(last + 1, first + 5));
  }
  const unit = !h.unit ? '' : h.unit === '°' ? h.unit : `\u00a0${h.unit}`;
  const range = i => `${edgeText(h.edges[i])} to ${edgeText(h.edges[i + 1])}${unit}`;
  const bars = [];
  for (let i = first; i <= last; i++) bars.push({ value: h.counts[i], tip: `${range(i)}\n${int(h.counts[i])} faces (${part(h.counts[i], h.total)})` });
  const ticks = [];
  const every = tickEvery ?? Math.max(1, Math.ceil((last - first + 1) / 8));
  for (let i = first; i <= last + 1; i++) if (i % every === 0) ticks.push({ at: i - first, text: edgeText(h.edges[i]) });
  const place = v => {
    let i = h.edges.findIndex(e => e > v) - 1;
    if (i < 0) i = h.edges.length - 2;
    const [a, b] = [h.edges[i], h.edges[i + 1]];
    return i - first + (h.logarithmic ? Math.log(v / a) / Math.log(b / a) : (v - a) / (b - a));
  };
  const median = h.p50.value;
  const lines = median === null ? [] : [{ at: place(median), text: `median ${format(median)}${unit}` }];
  const outside = [h.below > 0 && `${int(h.below)} below ${edgeText(h.edges[0])}${unit}`, h.above > 0 && `${int(h.above)} above ${edgeText(h.edges.at(-1))}${unit}`].filter(Boolean);
  const note = `${sub} 5\u00a0% lie below ${measureText(h.p05, format)}${unit}, 95\u00a0% below ${measureText(h.p95, format)}${unit}.${outside.length ? ` Not drawn: ${outside.join(', ')}.` : ''}`;
  const rows = [[`below ${edgeText(h.edges[0])}`, int(h.below)], ...h.counts.map((c, i) => [range(i), int(c)]), [`above ${edgeText(h.edges.at(-1))}`, int(h.above)]];
  return card(width, title, note, columns(bars, { label: `${title}: histogram, median ${measureText(h.p50, format)}${unit}`, ticks, lines, height, width: { w3: 290, w12: 460 }[width] }), table(['Range', '#Faces'], rows));
}

// rows: [{name, value, mark, text, absent, tip}]; value and mark in parts of the axis, which ends at max.
function bars(rows, max) {
  return el('div', { class: 'chart top hbars' }, rows.map(r => [
    el('div', null, r.name),
    r.absent ? el('div', { class: 'absent' }, r.absent)
      : el('div', { class: 'track', tip: r.tip }, el('div', { class: 'fill', style: { width: `${100 * r.value / max}%` } }),
        r.mark !== undefined && el('div', { class: 'dot', style: { left: `${100 * Math.min(1, r.mark / max)}%` } })),
    el('div', { class: 'num' }, r.absent ? NONE : r.text)]));
}

// A line over the parts of a video; short gaps (sparse sampling) are bridged, long ones are not, and a lone value is a dot.
function linePath(values, x, y) {
  const known = values.reduce((n, v) => n + (v !== null), 0);
  const bridge = known ? Math.max(2, 2.5 * values.length / known) : 0;
  let path = '', previous = -Infinity;
  values.forEach((v, i) => {
    if (v === null) return;
    const at = `${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
    path += i - previous <= bridge ? `L${at}` : `M${at}h.01`;
    previous = i;
  });
  return path;
}

function spark(series, width = 150, height = 34) {
  const x = i => 2 + (width - 4) * i / (series.valence.length - 1);
  const y = v => 2 + (height - 4) * (100 - v) / 200;
  return svg('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    svg('line', { class: 'zero', x1: 0, x2: width, y1: height / 2, y2: height / 2 }),
    svg('path', { class: 'line line-a', d: linePath(series.arousal, x, y) }),
    svg('path', { class: 'line line-v', d: linePath(series.valence, x, y) }));
}

function sparkFaces(series, width = 96, height = 34) {
  const top = Math.max(100, ...series.faces.map(v => v ?? 0));
  const x = i => 2 + (width - 4) * i / (series.faces.length - 1);
  const y = v => height - 2 - (height - 4) * v / top;
  return svg('svg', { class: 'spark small', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    svg('line', { class: 'axis', x1: 0, x2: width, y1: height - 1.5, y2: height - 1.5 }),
    svg('path', { class: 'line line-f', d: linePath(series.faces, x, y) }));
}

// The large form of a video's course, with axes.
function course(series, seconds) {
  const width = 900, height = 190, left = 34, right = 40, top = 10, bottom = 22;
  const n = series.valence.length;
  const x = i => left + (width - left - right) * (i + 0.5) / n;
  const y = v => top + (height - top - bottom) * (100 - v) / 200;
  const most = niceTop(Math.max(100, ...series.faces.map(v => v ?? 0)) / 100);
  const f = v => top + (height - top - bottom) * (1 - v / 100 / most);
  const root = svg('svg', {
    viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'Valence, arousal and faces a frame over time',
    tip: event => {
      const box = root.getBoundingClientRect();
      const i = Math.floor(((event.clientX - box.left) / box.width * width - left) / (width - left - right) * n);
      if (i < 0 || i >= n) return '';
      const value = v => v === null ? NONE : fixed(v / 100);
      return `${seconds ? duration(seconds * (i + 0.5) / n) : `part ${i + 1} of ${n}`}\nvalence ${value(series.valence[i])}\narousal ${value(series.arousal[i])}\nfaces a frame ${value(series.faces[i])}`;
    },
  }, svg('rect', { x: 0, y: 0, width, height, fill: 'transparent' }));
  for (const v of [-100, 0, 100]) {
    root.append(svg('line', { class: v ? 'axis' : 'zero', x1: left, x2: width - right, y1: y(v), y2: y(v) }), svg('text', { x: left - 6, y: y(v) + 4, 'text-anchor': 'end' }, fixed(v / 100, 0)));
  }
  for (const v of [0, most]) root.append(svg('text', { x: width - right + 6, y: f(100 * v) + 4 }, String(v)));
  for (let t = 0; t <= 4; t++) {
    root.append(svg('text', { x: left + (width - left - right) * t / 4, y: height - 4, 'text-anchor': t === 0 ? 'start' : t === 4 ? 'end' : 'middle' }, seconds ? duration(seconds * t / 4) : `${25 * t} %`));
  }
  root.append(svg('path', { class: 'line line-f', d: linePath(series.faces, x, f) }), svg('path', { class: 'line line-a', d: linePath(series.arousal, x, y) }), svg('path', { class: 'line line-v', d: linePath(series.valence, x, y) }));
  return root;
}
