'use strict';
// Heat maps in the "mako" map (perceptually uniform, readable with every colour vision): light means few in the light theme, dark means few in the dark one.

const MAKO = ['#0B0405', '#28192F', '#3B2F5E', '#40498E', '#366A9F', '#348AA6', '#38AAAC', '#54C9AD', '#A0DFB9', '#DEF5E5']
  .map(c => [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16)));
const isDark = () => document.documentElement.dataset.theme === 'dark';

// Colour of t in [0, 1]; the ends nearest to black and to white are left out, so that cells stand off both backgrounds.
function heat(t) {
  const at = (isDark() ? 0.09 + 0.91 * t : 0.985 - 0.86 * t) * (MAKO.length - 1);
  const i = Math.min(MAKO.length - 2, Math.floor(at));
  return MAKO[i].map((c, k) => Math.round(c + (MAKO[i + 1][k] - c) * (at - i)));
}
const css = rgb => `rgb(${rgb.join(' ')})`;
function inkOn(rgb) {
  const [r, g, b] = rgb.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.19 ? '#10161c' : '#ffffff';
}
const legend = (low, high, note) => el('div', { class: 'legend' }, el('span', null, low),
  el('div', { class: 'ramp', style: { background: `linear-gradient(90deg, ${Array.from({ length: 11 }, (_, i) => css(heat(i / 10))).join(', ')})` } }), el('span', null, high), note && el('span', null, note));

// Valence and arousal with marginals. Colours follow the logarithm of the count, as counts span decades.
function affectMap(affect) {
  const { cells, density } = affect;
  const size = 400, left = 46, top = 62, side = 56;
  const step = size / cells;
  const max = Math.max(...density);
  const byV = Array(cells).fill(0), byA = Array(cells).fill(0);
  density.forEach((count, i) => { byV[i % cells] += count; byA[Math.floor(i / cells)] += count; });
  const x = v => left + (v + 1) / 2 * size, y = a => top + (1 - a) / 2 * size;
  const root = svg('svg', { viewBox: `0 0 ${left + size + side + 6} ${top + size + 40}`, role: 'img', 'aria-label':
    `Density of valence and arousal over ${int(affect.n)} faces; mean valence ${measureText(affect.valence.mean)}, mean arousal ${measureText(affect.arousal.mean)}` });
  root.append(svg('rect', { x: left, y: top, width: size, height: size, rx: 3, style: { fill: 'var(--soft)' } }));
  const grid = svg('g', { 'shape-rendering': 'crispEdges' });
  density.forEach((count, i) => {
    if (count > 0) {
      grid.append(svg('rect', { x: left + (i % cells) * step, y: top + size - (Math.floor(i / cells) + 1) * step, width: step, height: step, fill: css(heat(max === 1 ? 1 : Math.log(count) / Math.log(max))) }));
    }
  });
  root.append(grid);
  const edge = i => fixed(-1 + 2 * i / cells);
  const topV = Math.max(...byV), topA = Math.max(...byA);
  byV.forEach((c, i) => root.append(svg('rect', { class: 'bar', x: left + i * step + 0.6, width: step - 1.2, y: top - 6 - 46 * c / topV, height: 46 * c / topV, tip: `valence ${edge(i)} to ${edge(i + 1)}\n${int(c)} faces` })));
  byA.forEach((c, i) => root.append(svg('rect', { class: 'bar', x: left + size + 6, width: 46 * c / topA, y: top + size - (i + 1) * step + 0.6, height: step - 1.2, tip: `arousal ${edge(i)} to ${edge(i + 1)}\n${int(c)} faces` })));
  root.append(svg('line', { class: 'zero', x1: x(0), x2: x(0), y1: top, y2: top + size }), svg('line', { class: 'zero', x1: left, x2: left + size, y1: y(0), y2: y(0) }));
  for (const v of [-1, -0.5, 0, 0.5, 1]) {
    root.append(svg('text', { x: x(v), y: top + size + 16, 'text-anchor': 'middle' }, fixed(v, 1)), svg('text', { x: left - 7, y: y(v) + 4, 'text-anchor': 'end' }, fixed(v, 1)));
  }
  root.append(svg('text', { class: 'strong', x: left + size / 2, y: top + size + 34, 'text-anchor': 'middle' }, 'Valence: negative to positive'),
    svg('text', { class: 'strong', 'text-anchor': 'middle', transform: `translate(12 ${top + size / 2}) rotate(-90)` }, 'Arousal: calm to excited'));
  root.append(svg('rect', { x: left, y: top, width: size, height: size, fill: 'transparent', tip: event => {
    const box = event.target.getBoundingClientRect();
    const i = Math.min(cells - 1, Math.floor((event.clientX - box.left) / box.width * cells)), j = Math.min(cells - 1, cells - 1 - Math.floor((event.clientY - box.top) / box.height * cells));
    const c = density[j * cells + i];
    return `valence ${edge(i)} to ${edge(i + 1)}\narousal ${edge(j)} to ${edge(j + 1)}\n${int(c)} faces (${part(c, affect.n)})`;
  } }));
  const [mx, my] = [x(affect.valence.mean.value), y(affect.arousal.mean.value)];
  root.append(svg('g', { tip: `mean: valence ${fixed(affect.valence.mean.value)}, arousal ${fixed(affect.arousal.mean.value)}` },
    svg('circle', { cx: mx, cy: my, r: 7, style: { fill: 'none', stroke: 'var(--card)', strokeWidth: 4.5 } }), svg('circle', { cx: mx, cy: my, r: 7, style: { fill: 'transparent', stroke: 'var(--orange)', strokeWidth: 2.5 } })));
  return el('div', { class: 'chart' }, root, legend('1', int(max), 'faces a cell, logarithmic; the ring marks the mean'));
}

// A square table of parts of its row's total, with the number in each cell. value(i, j): {t, text, tip} or null for absent.
function square(names, columnNames, value, caption) {
  return el('div', { class: 'scroll' }, el('table', { class: 'heat', 'aria-label': caption },
    el('thead', null, el('tr', null, el('td'), columnNames.map(n => el('th', { scope: 'col' }, n)))),
    el('tbody', null, names.map((name, i) => el('tr', null, el('th', { scope: 'row' }, name), columnNames.map((_, j) => {
      const cell = value(i, j);
      if (!cell) return el('td', { class: 'none' }, NONE);
      const rgb = heat(cell.t);
      return el('td', { style: { background: css(rgb), color: inkOn(rgb) }, tip: cell.tip }, cell.text);
    }))))));
}
