'use strict';
// Puts the page together; heat maps depend on the theme, so a change of theme draws again.

const report = JSON.parse(document.getElementById('data').textContent);
const dark = matchMedia('(prefers-color-scheme: dark)');
let chosen = null;

function draw(theme = chosen ?? (dark.matches ? 'dark' : 'light')) {
  document.documentElement.dataset.theme = theme;
  printHooks.length = 0;
  const main = document.getElementById('main');
  const sections = [overview, faces, affectAndExpressions, actionUnits, evaluation, videos, failures, provenance].map(make => make(report)).filter(Boolean);
  main.replaceChildren(...sections);
  const links = sections.map(s => el('a', { href: `#${s.id}` }, s.dataset.nav));
  const toggle = el('button', { type: 'button', id: 'theme', onclick: () => { chosen = isDark() ? 'light' : 'dark'; draw(); document.getElementById('theme').focus(); } }, isDark() ? 'Light' : 'Dark');
  toggle.setAttribute('aria-label', `Switch to the ${isDark() ? 'light' : 'dark'} theme`);
  document.getElementById('nav').replaceChildren(el('div', null, links, toggle));
  watch(sections, links);
}

let observer = null;
function watch(sections, links) {
  observer?.disconnect();
  observer = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (entry.isIntersecting) links.forEach((a, i) => a.classList.toggle('here', sections[i] === entry.target));
    }
  }, { rootMargin: '-20% 0px -70% 0px' });
  sections.forEach(s => observer.observe(s));
}

document.title = `Affect report: ${report.run.corpus}`;
document.getElementById('top').replaceChildren(...pageHeader(report).flat(Infinity).filter(Boolean));
document.getElementById('foot').append(`Format ${report.format} ${report.version}. The figures on this page are those of report.json, which is inside this file. Labels describe what a face shows, not what a person feels.`);
dark.addEventListener('change', () => { if (chosen === null) draw(); });
addEventListener('beforeprint', () => {
  if (isDark()) draw('light');
  printHooks.forEach(hook => hook());
});
addEventListener('afterprint', () => draw());
draw();
