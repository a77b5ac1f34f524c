'use strict';
// The page can be read without this: it folds the clauses, filters, and follows links into them.
document.documentElement.className = 'js';

document.addEventListener('DOMContentLoaded', () => {
  const matrix = document.getElementById('matrix');
  const toolbar = document.querySelector('.toolbar');
  const bodies = Array.from(matrix.querySelectorAll('.body'));
  const points = matrix.dataset.points.split(' ');

  function setOpen(body, open) {
    body.classList.toggle('open', open);
    body.querySelector('.toggle').setAttribute('aria-expanded', open);
  }

  function addToggle(body) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'toggle';
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-label', 'Cases of ' + body.id);
    body.querySelector('.clause > th').prepend(button);
  }

  // The run that a mark stands for: of several, the first with the mark's verdict.
  function runOf(mark) {
    const point = points[Array.from(mark.parentNode.children).indexOf(mark)];
    const row = mark.closest('tr');
    const body = mark.closest('.body');
    const cases = row.matches('.case') ? [row.id] : casesOf(body);
    const runs = cases
      .map((id) => document.getElementById(`${id}.${mark.closest('td').dataset.d}.${point}`))
      .filter((run) => run !== null);
    return runs.find((run) => run.closest('.run').classList.contains(mark.className)) || runs[0];
  }

  function casesOf(body) {
    const own = Array.from(body.querySelectorAll('.case'), (row) => row.id);
    const also = Array.from(body.querySelectorAll('.also a'), (link) => idIn(link.hash));
    return own.concat(also);
  }

  function idIn(hash) {
    try {
      return decodeURIComponent(hash.slice(1));
    } catch (malformed) {
      return '';
    }
  }

  function reveal() {
    const target = document.getElementById(idIn(location.hash));
    const body = target && target.closest('.body');
    if (!body) {
      return;
    }
    if (target.closest('[hidden]')) {
      toolbar.reset();
      filter();
    }
    setOpen(body, true);
    for (let run = target.closest('.run'); run; run = run.parentNode.closest('.run')) {
      run.open = true;
    }
    show(target);
  }

  // With the case's own line above it, where both fit.
  function show(target) {
    const runs = target.closest('.runs');
    (runs ? runs.previousElementSibling : target).scrollIntoView();
    if (target.getBoundingClientRect().top > innerHeight / 2) {
      target.scrollIntoView();
    }
  }

  function follow(id) {
    if (idIn(location.hash) === id) {
      reveal();
    } else {
      location.hash = encodeURIComponent(id);
    }
  }

  matrix.addEventListener('click', (event) => {
    const mark = event.target.closest('.g i:not(:empty)');
    const run = mark && runOf(mark);
    if (run) {
      event.preventDefault();
      follow(run.id);
    } else if (!event.target.closest('a') && event.target.closest('.clause')) {
      const body = event.target.closest('.body');
      setOpen(body, !body.classList.contains('open'));
    }
  });

  matrix.addEventListener('mouseover', (event) => {
    const mark = event.target.closest('.g i:not(:empty)');
    if (mark && !mark.title) {
      const point = points[Array.from(mark.parentNode.children).indexOf(mark)];
      mark.title = `${mark.closest('td').dataset.d}.${point}: ${mark.className.toUpperCase()}`;
    }
  });

  // What a case is found by: its verdicts by driver, and its words, transcripts not among them.
  const cases = bodies.flatMap((body) => Array.from(body.querySelectorAll('.case'), (row) => ({
    body, row, runs: row.nextElementSibling, verdicts: null, words: null,
  })));

  function verdictsOf(item) {
    item.verdicts = item.verdicts || Array.from(item.row.querySelectorAll('td'), (cell) => ({
      driver: cell.dataset.d,
      verdicts: new Set(Array.from(cell.querySelectorAll('i'), (mark) => mark.className)),
    }));
    return item.verdicts;
  }

  function wordsOf(item) {
    const parts = item.runs.querySelectorAll('summary, .why, pre:not(.transcript)');
    item.words = item.words || [item.body.querySelector('.clause > th'), item.row, ...parts]
      .map((part) => part.textContent).join(' ').toLowerCase();
    return item.words;
  }

  function checked(name) {
    return Array.from(toolbar.querySelectorAll(`[name=${name}]:checked`), (box) => box.value);
  }

  function isFound(item, words, verdicts, drivers) {
    const has = verdictsOf(item).some((cell) =>
      (drivers.length === 0 || drivers.includes(cell.driver)) &&
      (verdicts.length === 0 || verdicts.some((verdict) => cell.verdicts.has(verdict))));
    return has && words.every((word) => wordsOf(item).includes(word));
  }

  function isEmptyFound(body, words, verdicts) {
    const text = body.querySelector('.clause > th').textContent.toLowerCase();
    return body.querySelector('.case') === null &&
      verdicts.every((verdict) => verdict === 'untested') &&
      words.every((word) => text.includes(word));
  }

  function filter() {
    const words = toolbar.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = checked('verdict');
    const drivers = checked('driver');
    const found = new Set(bodies.filter((body) => isEmptyFound(body, words, verdicts)));
    let count = 0;
    for (const item of cases) {
      const shown = isFound(item, words, verdicts, drivers);
      item.row.hidden = item.runs.hidden = !shown;
      count += shown ? 1 : 0;
      if (shown) {
        found.add(item.body);
      }
    }
    const isNarrow = words.length + verdicts.length > 0 && found.size <= 12;
    bodies.forEach((body) => {
      body.hidden = !found.has(body);
      setOpen(body, isNarrow && found.has(body));
    });
    matrix.className = verdicts.map((verdict) => 'only-' + verdict).join(' ');
    hideHeadings();
    hideDrivers(drivers);
    showCount(found.size, count);
  }

  function showCount(found, count) {
    toolbar.querySelector('output').value =
      `${found} of ${bodies.length} clauses, ${count} of ${cases.length} cases`;
  }

  function hideHeadings() {
    let heading = null;
    for (const body of matrix.tBodies) {
      if (body.matches('.heading')) {
        heading = body;
        heading.hidden = true;
      } else if (!body.hidden && heading) {
        heading.hidden = false;
      }
    }
  }

  function hideDrivers(drivers) {
    matrix.querySelectorAll('[data-d]').forEach((part) => {
      part.hidden = drivers.length > 0 && !drivers.includes(part.dataset.d);
    });
  }

  function openAll() {
    const open = bodies.some((body) => !body.hidden && !body.classList.contains('open'));
    bodies.forEach((body) => setOpen(body, open && !body.hidden));
  }

  bodies.forEach(addToggle);
  toolbar.addEventListener('input', filter);
  toolbar.addEventListener('submit', (event) => event.preventDefault());
  toolbar.elements.all.addEventListener('click', openAll);
  new ResizeObserver(() => {
    const height = getComputedStyle(toolbar).position === 'sticky' ? toolbar.offsetHeight : 0;
    document.documentElement.style.setProperty('--bar', height + 'px');
  }).observe(toolbar);
  addEventListener('hashchange', reveal);
  // After the browser has followed the link its own way.
  addEventListener('load', () => setTimeout(reveal));
  showCount(bodies.length, cases.length);
  reveal();
});
