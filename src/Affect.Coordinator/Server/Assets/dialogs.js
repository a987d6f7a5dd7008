// Questions to the user, as modal dialogs: the browser keeps the focus inside and gives it back.

import { el } from './dom.js';

// Resolves to the form's data when it is confirmed, to null when it is closed.
function ask(title, content, confirm, { cancel = 'Close', danger = false } = {}) {
  return new Promise(resolve => {
    const form = el('form', { method: 'dialog' }, el('h2', { id: 'dialog-title' }, title), content,
      el('div', { class: 'buttons' },
        cancel && el('button', { type: 'button', onclick: () => dialog.close() }, cancel),
        el('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, confirm)));
    const dialog = el('dialog', { 'aria-labelledby': 'dialog-title' }, form);
    let answer = null;
    form.onsubmit = () => { answer = new FormData(form); };
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    // What cannot be taken back is never under the finger that is already on the key.
    (dialog.querySelector('input, select') ?? dialog.querySelector(danger ? 'button[type=button]' : 'button[type=submit]')).focus();
  });
}

export async function askToken(wasWrong) {
  for (;;) {
    const data = await ask('This server asks for a token', [
      el('p', null, wasWrong ? el('b', { role: 'alert' }, 'The server did not take that token. ') : null, el('span', null, 'It says at its start where the token is: in a file of its own, or in ', el('code', null, 'AFFECT_TOKEN'), '.')),
      el('label', { for: 'token' }, 'Token'),
      el('input', { id: 'token', name: 'token', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false' }),
      el('p', { class: 'sub' }, 'It is kept until this tab is closed.'),
    ], 'Continue', { cancel: null });
    const text = data?.get('token').trim();
    if (text) return text;
  }
}

export const askCancel = name => ask(`Cancel ${name}?`, el('p', null,
  'Chunks in work are dropped. What is labelled stays, and the run can be resumed later.'), 'Cancel the run', { cancel: 'Keep it', danger: true });

// What to retry: everything, or only what failed for one reason.
export async function askRetry(reasons) {
  const data = await ask('Retry what failed', [
    el('p', null, 'Chunks that were given up are leased again, each with its full number of attempts.'),
    el('label', { for: 'reason' }, 'Which'),
    el('select', { id: 'reason', name: 'reason' }, el('option', { value: '' }, 'All of them'),
      reasons.map(({ reason, text, count }) => el('option', { value: reason }, `${text} (${count})`))),
  ], 'Retry', { cancel: 'Close' });
  return data === null ? null : data.get('reason');
}
