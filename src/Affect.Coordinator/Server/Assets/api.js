// Calls of the server's API. Everything that goes wrong is a Problem with words for people; the token lives as long as the browser's tab.

const BASE = '/api/v1';
const STORED = 'affect-token';
const SILENCE_MS = 10_000;
const LONGEST_PAUSE_MS = 8_000;

let token = sessionStorage.getItem(STORED);
let asking = null;
let askForToken = async () => null;
const listeners = new Set();
let connection = { state: 'pending', since: Date.now() };

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const connectionState = () => connection;
export const onConnection = listener => listeners.add(listener);
export const hasToken = () => token !== null;
export const useTokenPrompt = prompt => { askForToken = prompt; };

// 'live', 'lost' (the server does not answer), or 'away': it answers that what stands behind it, its cluster or its storage, does not; its words say which.
function connected(state, words = null) {
  if (connection.state === state && connection.words === words) return;
  const wasDown = connection.state === 'lost' || connection.state === 'away';
  connection = { state, words, since: wasDown && state !== 'live' ? connection.since : Date.now() };
  listeners.forEach(listener => listener(connection));
}

// What follows the server's state and was refused says more of the connection than one question that was.
function refused(error) {
  if (error instanceof Problem && error.status >= 500) connected('away', error.message);
}

export function forgetToken() {
  sessionStorage.removeItem(STORED);
  token = null;
}

// The server's answer; a token is asked for where one is needed, as often as it is wrong.
async function send(path, options = {}) {
  for (let refused = false; ; refused = true) {
    const used = token;
    const headers = { ...options.headers, ...(used === null ? {} : { Authorization: `Bearer ${used}` }) };
    let response;
    try {
      response = await fetch(BASE + path, { ...options, headers, cache: 'no-store', credentials: 'same-origin', redirect: 'error' });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      connected('lost');
      throw new Problem(0, 'The server does not answer.');
    }
    if (response.status < 500) connected('live');
    if (response.status !== 401) return response;
    if (used === token) await newToken(refused || used !== null);
  }
}

function newToken(wasWrong) {
  asking ??= (async () => {
    try {
      token = await askForToken(wasWrong);
      sessionStorage.setItem(STORED, token);
      // Reports are opened by the browser itself, which sends no header: a cookie that is good for them alone.
      await fetch(`${BASE}/session`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } }).catch(() => null);
    } finally {
      asking = null;
    }
  })();
  return asking;
}

async function checked(response) {
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Problem(response.status, problem.detail ?? problem.title ?? `The server answered ${response.status}.`);
}

export async function get(path, signal) {
  return (await checked(await send(path, { signal }))).json();
}

export async function post(path, body) {
  const options = body === undefined ? { method: 'POST' } : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return (await checked(await send(path, options))).json();
}

export const pause = (milliseconds, signal) => new Promise(resolve => {
  const timer = setTimeout(resolve, milliseconds);
  signal?.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
});

// Asks again and again until the view is left; a tab that nobody sees asks nothing.
export async function poll(path, periodMs, show, signal) {
  for (let failures = 0; !signal.aborted;) {
    if (!document.hidden) {
      try {
        show(await get(path, signal), null);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        refused(error);
        failures++;
        show(null, error);
      }
    }
    await pause(Math.min(periodMs * 2 ** Math.min(failures, 3), LONGEST_PAUSE_MS), signal);
  }
}

// Follows server-sent events to their 'end'. EventSource cannot send a token, so the stream is read here; a stream that breaks or falls silent is opened again.
export async function follow(path, on, signal) {
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    const alive = () => { clearTimeout(timer); timer = setTimeout(() => silence.abort(), SILENCE_MS); };
    try {
      const response = await checked(await send(path, { signal: AbortSignal.any([signal, silence.signal]) }));
      for await (const { name, data } of events(response.body, alive)) {
        wait = 500;
        connected('live');
        on(name, JSON.parse(data));
        if (name === 'end') return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status >= 400 && error.status < 500) throw error;
      if (error instanceof Problem) refused(error);
      else connected('lost');
    } finally {
      clearTimeout(timer);
    }
    // A stream that the server ended is no loss yet: opening it again shows what became of the server.
    await pause(wait, signal);
  }
}

async function* events(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const event = { name: 'message', data: '' };
      for (const line of block.split('\n')) {
        if (line.startsWith('event: ')) event.name = line.slice(7);
        else if (line.startsWith('data: ')) event.data += line.slice(6);
      }
      yield event;
    }
  }
}
