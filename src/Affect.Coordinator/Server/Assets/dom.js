// Elements, and their update in place: focus, selection and scrolling survive what changes every second. Text always becomes text nodes, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node[name] = value;
    else if (name === 'key') node.dataset.key = value;
    else if (name === 'style') for (const [property, text] of Object.entries(value)) node.style.setProperty(property, text);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// Makes the children of a host those given, keeping every node that can stay. Nodes with a key are found again wherever they moved.
export function render(host, ...children) {
  const nodes = children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false)
    .map(child => child instanceof Node ? child : document.createTextNode(String(child)));
  patchChildren(host, nodes);
}

function patchChildren(host, nodes) {
  const keyed = new Map([...host.children].filter(child => child.dataset.key).map(child => [child.dataset.key, child]));
  let at = host.firstChild;
  for (const node of nodes) {
    const key = node.dataset?.key;
    const old = key ? keyed.get(key) : at && !at.dataset?.key ? at : null;
    if (!old || old.nodeName !== node.nodeName) {
      host.insertBefore(node, at);
      continue;
    }
    if (old === at) at = at.nextSibling;
    else host.insertBefore(old, at);
    patch(old, node);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

const HANDLERS = ['onclick', 'onsubmit', 'oninput', 'onchange'];

function patch(old, node) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== node.data) old.data = node.data;
    return;
  }
  for (const { name, value } of node.attributes) {
    if (name !== 'style' && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    // What the user opened stays open. Styles go through the object model: the page's policy forbids the attribute.
    if (name !== 'style' && name !== 'open' && !node.hasAttribute(name)) old.removeAttribute(name);
  }
  if (old.style.cssText !== node.style.cssText) old.style.cssText = node.style.cssText;
  for (const name of HANDLERS) old[name] = node[name];
  patchChildren(old, [...node.childNodes]);
}

export function table(heads, rows, attributes) {
  const numeric = heads.map(head => head.startsWith('#'));
  return el('table', attributes,
    el('thead', null, el('tr', null, heads.map((head, i) => el('th', { class: numeric[i] ? 'n' : null, scope: 'col' }, head.replace(/^#/, ''))))),
    el('tbody', null, rows.map(row => el('tr', null, row.map((cell, i) => el('td', { class: numeric[i] ? 'n' : null }, cell))))));
}

export const facts = pairs => el('table', { class: 'facts' }, el('tbody', null,
  pairs.filter(Boolean).map(([name, value]) => el('tr', { key: name }, el('th', { scope: 'row' }, name), el('td', null, value)))));
export const tile = (value, label, note, id) =>
  el('div', { class: 'tile', key: label, id }, el('b', null, value), el('span', null, label), note && el('small', null, note));
export const pill = (state, words) => el('span', { class: `pill ${state}` }, words);
export const empty = (...children) => el('div', { class: 'empty' }, children);
export const card = (width, title, sub, ...children) =>
  el('section', { class: `card ${width}`, key: title }, el('h3', null, title), sub && el('p', { class: 'sub' }, sub), children);
export const section = (id, title, lead, ...children) =>
  el('section', { id, key: id, 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title` }, title), lead && el('p', { class: 'lead' }, lead), children);

// Says something to who cannot see the page change.
export function announce(text) {
  document.getElementById('announce').textContent = text;
}
