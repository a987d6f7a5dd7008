// The form that gives the server a corpus.

import { get, post } from './api.js';
import { announce, el, render } from './dom.js';

export function showSubmit(page, _, signal) {
  const form = el('form', { class: 'submit', novalidate: true }, ...fields());
  const problem = el('p', { class: 'callout bad', role: 'alert', tabindex: -1, hidden: true });
  form.append(problem, el('div', { class: 'buttons' }, el('button', { type: 'submit', class: 'primary' }, 'Start the run')));
  form.onsubmit = event => {
    event.preventDefault();
    send(form, problem);
  };
  render(page, el('h1', null, 'New run'), el('p', { class: 'lead' }, 'The same corpus with the same options goes on where it was; nothing is computed twice.'), form);
  showRoots(form, signal);
}

async function showRoots(form, signal) {
  try {
    const { corpusRoots } = await get('/work/workplace', signal);
    if (corpusRoots.length > 0) {
      render(form.querySelector('#corpus-hint'), HINT, ' It must lie below ', corpusRoots.map((root, i) => [i > 0 && ' or ', el('code', null, root)]), '.');
    }
  } catch {
    // The form works without the hint; the connection is shown elsewhere.
  }
}

const HINT = 'A folder (searched recursively), a video, a manifest (.jsonl, .csv) or az://container/prefix, as the workers see it.';

function field(id, label, hint, input) {
  input.id = id;
  input.name = id;
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  return el('div', { class: 'field' }, el('label', { for: id }, label), input, hint && el('p', { class: 'hint', id: `${id}-hint` }, hint));
}

const text = attributes => el('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes });
const number = attributes => el('input', { type: 'number', inputmode: 'decimal', step: 'any', ...attributes });

function fields() {
  const sampling = (value, label, input) => el('div', { class: 'choice' },
    el('input', { type: 'radio', name: 'sampling', id: `sampling-${value}`, value, checked: value === 'all' }), el('label', { for: `sampling-${value}` }, label), input);
  return [
    el('div', { class: 'card w12' },
      field('corpus', 'Corpus', HINT, text({ required: true, placeholder: '/data/videos' })),
      field('name', 'Name', 'For people; empty: the last part of the corpus.', text({ maxlength: 200 })),
      el('fieldset', null, el('legend', null, 'Which frames'),
        sampling('all', 'Every frame'),
        sampling('every', 'Every Nth frame:', number({ name: 'every', min: 1, step: 1, value: 5, 'aria-label': 'N' })),
        sampling('fps', 'At most, frames a second:', number({ name: 'fps', min: 0, value: 5, 'aria-label': 'Frames a second' })))),
    el('details', { class: 'card w12' }, el('summary', null, 'More options'),
      el('div', { class: 'columns' },
        field('start', 'From', 'Seconds from the first frame.', number({ min: 0 })),
        field('end', 'To', 'Seconds from the first frame.', number({ min: 0 })),
        field('models', 'Affect models', 'By name, with spaces between; their outputs are averaged. Empty: the default one.', text()),
        field('detector', 'Face detector', 'By name. Empty: the default one.', text()),
        field('smoothing', 'Smoothing', 'Seconds along each track. Empty: none.', number({ min: 0, max: 60 })),
        field('chunkFrames', 'Frames a chunk', 'About. Empty: by corpus and workers.', number({ min: 1, max: 1000000, step: 1 })),
        field('priority', 'Priority', '−100 to 100. Higher ones are served first.', number({ min: -100, max: 100, step: 1, value: 0 })),
        field('weight', 'Weight', '0.01 to 100. Share of the workers among runs of one priority.', number({ min: 0.01, max: 100, value: 1 })),
        field('requires', 'Workers must offer', 'Such as device:cuda. Empty: nothing special.', text())),
      el('div', { class: 'choice' }, el('input', { type: 'checkbox', id: 'retryFailed', name: 'retryFailed' }), el('label', { for: 'retryFailed' }, 'Try again what earlier runs of it gave up'))),
  ];
}

// A number that was typed, null where the field is empty.
const numeric = (data, name) => data.get(name)?.trim() ? Number(data.get(name)) : null;

function requestOf(data) {
  const chosen = data.get('sampling');
  const smoothing = numeric(data, 'smoothing');
  return {
    corpus: data.get('corpus').trim(), name: data.get('name').trim() || null,
    sampling: { every: chosen === 'every' ? numeric(data, 'every') ?? 1 : 1, framesPerSecond: chosen === 'fps' ? numeric(data, 'fps') : null, startSeconds: numeric(data, 'start'), endSeconds: numeric(data, 'end') },
    models: data.get('models').split(/\s+/).filter(Boolean), detector: data.get('detector').trim() || null,
    smoothing: smoothing === null ? null : { windowSeconds: smoothing }, chunkFrames: numeric(data, 'chunkFrames'),
    priority: numeric(data, 'priority') ?? 0, weight: numeric(data, 'weight') ?? 1, requires: data.get('requires').trim().replace(/\s+/g, ' '), retryFailed: data.get('retryFailed') === 'on',
  };
}

// The field that the browser finds wrong, in words; the server checks the rest.
function firstProblem(form) {
  const wrong = [...form.elements].find(input => input.willValidate && !input.checkValidity());
  if (!wrong) return null;
  const closed = wrong.closest('details');
  if (closed) closed.open = true;
  return { wrong, words: `${wrong.labels?.[0]?.textContent ?? wrong.getAttribute('aria-label')}: ${wrong.validationMessage}` };
}

async function send(form, problem) {
  const button = form.querySelector('button[type=submit]');
  for (const input of form.elements) input.removeAttribute('aria-invalid');
  const found = firstProblem(form);
  if (found) {
    found.wrong.setAttribute('aria-invalid', 'true');
    problem.textContent = found.words;
    problem.hidden = false;
    found.wrong.focus();
    return;
  }
  button.disabled = true;
  try {
    const status = await post('/runs', requestOf(new FormData(form)));
    announce('Submitted.');
    location.hash = `#/runs/${status.job.id}`;
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    problem.focus();
  } finally {
    button.disabled = false;
  }
}
