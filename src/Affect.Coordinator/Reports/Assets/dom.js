'use strict';
// Elements, numbers as text, and the one tooltip. Text always becomes text nodes or attributes, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'tip') addTip(node, value);
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// What sections do before the page is printed: show more than a page of their lists.
const printHooks = [];

const tipBox = document.getElementById('tip');
function placeTip(event) {
  const { offsetWidth: w, offsetHeight: h } = tipBox;
  tipBox.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - w - 8))}px`;
  tipBox.style.top = `${event.clientY + 18 + h > innerHeight ? event.clientY - h - 10 : event.clientY + 16}px`;
}
function addTip(node, text) {
  node.addEventListener('pointermove', event => {
    const shown = typeof text === 'function' ? text(event) : text;
    tipBox.hidden = !shown;
    if (shown) { tipBox.textContent = shown; placeTip(event); }
  });
  node.addEventListener('pointerleave', () => { tipBox.hidden = true; });
}

const NONE = '–';
const integers = new Intl.NumberFormat('en-US');
const int = n => n === null || n === undefined ? NONE : integers.format(n);
const fixed = (x, digits = 2) => x === null || x === undefined ? NONE : x.toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1').replace('-', '−');
function percent(x) {
  if (x === null || x === undefined) return NONE;
  const p = 100 * x;
  if (p > 0 && p < 0.1) return '<0.1\u00a0%';
  if (p < 100 && p > 99.9) return '>99.9\u00a0%';
  return `${p === 0 || p === 100 ? p : p.toFixed(1)}\u00a0%`;
}
const part = (n, of) => of > 0 ? percent(n / of) : NONE;
// 'NotAVideo' as words.
const words = name => name.replace(/(?<=[a-z])(?=[A-Z])|(?<=A)(?=V)/g, ' ').toLowerCase().replace(/^./, c => c.toUpperCase());
const plural = (n, one, many = one + 's') => `${int(n)} ${n === 1 ? one : many}`;

function duration(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 60) return `${seconds > 0 && seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)}\u00a0s`;
  const s = Math.round(seconds);
  return s < 3600 ? `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}\u00a0min`
    : `${Math.floor(s / 3600)}:${String(Math.floor(s % 3600 / 60)).padStart(2, '0')}\u00a0h`;
}
function bytes(n) {
  if (n === null || n === undefined) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let u = 0;
  while (n >= 1000 && u < units.length - 1) { n /= 1000; u++; }
  return `${u === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)}\u00a0${units[u]}`;
}
const short = n => n >= 1e6 ? `${+(n / 1e6).toPrecision(3)}\u00a0M` : n >= 1e4 ? `${+(n / 1e3).toPrecision(3)}\u00a0k` : int(n);
// A figure that may be absent: its value, or a dash that says why.
const measure = (m, format = fixed) => m && m.value !== null ? format(m.value) : el('span', { class: 'muted', title: m?.reason ?? 'not measured' }, NONE);
const measureText = (m, format = fixed) => m && m.value !== null ? format(m.value) : `${NONE} (${m?.reason ?? 'not measured'})`;

function table(heads, rows, attributes) {
  const numeric = heads.map(h => h.startsWith('#'));
  const cls = i => numeric[i] ? 'n' : null;
  return el('table', attributes,
    el('thead', null, el('tr', null, heads.map((h, i) => el('th', { class: cls(i), scope: 'col' }, h.replace(/^#/, ''))))),
    el('tbody', null, rows.map(row => el('tr', null, row.map((cell, i) => el('td', { class: cls(i) }, cell))))));
}
const facts = pairs => el('table', { class: 'facts' }, el('tbody', null,
  pairs.map(([key, value]) => el('tr', null, el('th', { scope: 'row' }, key), el('td', null, value)))));

// A card with a chart and, folded away, the numbers behind it.
function card(width, title, sub, chart, data) {
  return el('section', { class: `card ${width}` }, el('h3', null, title), el('p', { class: 'sub' }, sub), chart,
    data && el('details', { class: 'data' }, el('summary', null, 'Numbers'), el('div', null, data)));
}
const empty = text => el('div', { class: 'empty' }, text);
const section = (id, title, sub, ...children) =>
  el('section', { id, 'data-nav': title }, el('h2', null, title), sub && el('p', { class: 'lead' }, sub), children);
