// Numbers and times as text, with their units, as the report writes them.

export const NONE = '–';
const integers = new Intl.NumberFormat('en-US');
export const int = n => n === null || n === undefined ? NONE : integers.format(n);
export const fixed = (x, digits = 2) => x === null || x === undefined ? NONE : x.toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1').replace('-', '−');
export const plural = (n, one, many = one + 's') => `${int(n)} ${n === 1 ? one : many}`;

export function percent(x) {
  if (x === null || x === undefined) return NONE;
  const p = 100 * x;
  if (p > 0 && p < 0.1) return '<0.1\u00a0%';
  if (p < 100 && p > 99.9) return '>99.9\u00a0%';
  return `${p === 0 || p === 100 ? p : p.toFixed(1)}\u00a0%`;
}
export const part = (n, of) => of > 0 ? percent(n / of) : NONE;

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 60) return `${seconds > 0 && seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)}\u00a0s`;
  const s = Math.round(seconds);
  if (s < 3600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}\u00a0min`;
  const hours = Math.floor(s / 3600);
  return hours < 48 ? `${hours}:${String(Math.floor(s % 3600 / 60)).padStart(2, '0')}\u00a0h` : `${(hours / 24).toFixed(1)}\u00a0days`;
}

// A TimeSpan of the API, [d.]hh:mm:ss[.fffffff], in seconds.
export function seconds(span) {
  const found = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(span ?? '');
  return found ? ((Number(found[1] ?? 0) * 24 + Number(found[2])) * 60 + Number(found[3])) * 60 + Number(found[4]) : null;
}

// How long ago a time of the API, or of this browser's clock, was.
export function ago(time, now = Date.now()) {
  const s = Math.max(0, (now - new Date(time)) / 1000);
  if (s < 5) return 'just now';
  if (s < 60) return `${Math.round(s)} s ago`;
  if (s < 3600) return `${Math.round(s / 60)} min ago`;
  return s < 48 * 3600 ? `${Math.round(s / 3600)} h ago` : `${Math.round(s / 86400)} days ago`;
}

// 2026-11-25 14:03:12 in the viewer's own time zone.
export function clock(time, withDate = true) {
  const d = new Date(time);
  const two = n => String(n).padStart(2, '0');
  const hours = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return withDate ? `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${hours}` : hours;
}

const rates = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
export const rate = x => x > 0 ? `${x < 10 ? x.toFixed(1) : rates.format(x)} frames/s` : NONE;

// 'NotAVideo' as words, and as the stable word of failures.jsonl and of retry.
const split = (name, by) => name.replace(/(?<=[a-z])(?=[A-Z])|(?<=A)(?=V)/g, by).toLowerCase();
export const words = name => split(name, ' ').replace(/^./, c => c.toUpperCase());
export const reasonOf = kind => split(kind, '_');

// The last part of a path, for titles.
export const nameOf = job => job.request.name ?? job.request.corpus.replace(/\/+$/, '').split('/').pop() ?? job.request.corpus;

// A figure that may be absent: its value, or a dash.
export const measure = (m, format = fixed) => m && m.value !== null ? format(m.value) : NONE;
