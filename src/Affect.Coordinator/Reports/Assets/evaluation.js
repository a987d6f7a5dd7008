'use strict';
// Comparison with annotations, when the report holds one.

const interval = s => s.interval ? `95 % interval ${fixed(s.interval.low, 3)} to ${fixed(s.interval.high, 3)}` : 'no interval: too few videos';
const three = v => fixed(v, 3);

function coverage(c, what) {
  const missing = c.annotated - c.evaluated;
  return [el('p', { class: 'sub', style: { marginTop: '12px' } }, `${int(c.annotated)} ${what} annotated, ${int(c.evaluated)} compared, ${int(missing)} without a prediction (left out of the figures), ${int(c.masked)} masked.`),
    c.missing.length > 0 && table(['Without a prediction because', '#Count', '#Share'], c.missing.map(m => [m.reason, int(m.count), part(m.count, c.annotated)]))];
}

function evaluation(r) {
  const e = r.evaluation;
  if (!e) return null;
  const { affect, expressions: x, actionUnits: u } = e;
  const tiles = [
    affect && tile(measure(affect.score.score, three), 'mean CCC of valence and arousal', interval(affect.score)),
    x && tile(measure(x.macroF1.score, three), 'expression macro-F1', interval(x.macroF1)),
    x && tile(measure(x.accuracy, three), 'expression accuracy'),
    u && tile(measure(u.meanF1.score, three), 'action unit mean F1', interval(u.meanF1)),
  ];
  const scored = r.videos.some(v => v.scores);
  return section('evaluation', 'Evaluation', `Against the annotations of ${e.truth}, over ${plural(e.videos, 'video')}. Scores of single videos are in the table of videos.`,
    el('div', { class: 'tiles' }, tiles),
    e.unmatchedAnnotations > 0 && el('p', { class: 'callout' }, `${plural(e.unmatchedAnnotations, 'annotation')} of videos that this run does not hold: not evaluated.`),
    e.ignoredColumns.length > 0 && el('p', { class: 'callout' }, `Not evaluated, as the labels have no such column: ${e.ignoredColumns.join(', ')}.`),
    el('div', { class: 'cards' },
      affect && card('w6', 'Valence and arousal', 'CCC with population moments; all frames pooled.', el('div', { class: 'chart top' },
        el('div', { class: 'scroll' }, table(['', '#CCC', '#PCC', '#RMSE', '#Same sign', '#n'], affect.dimensions.map(d => [d.name, measure(d.result.ccc, three), measure(d.result.pcc, three), measure(d.result.rmse, three), measure(d.result.sagr, percent), int(d.result.n)]))),
        el('div', { class: 'scroll' }, table(['', '#Mean true', '#Mean predicted', '#Std. dev. true', '#predicted'], affect.dimensions.map(d => [d.name, measure(d.result.meanTruth, three), measure(d.result.meanPrediction, three), measure(d.result.deviationTruth, three), measure(d.result.deviationPrediction, three)]))),
        coverage(affect.coverage, 'frames'))),
      u && card('w6', 'Action units', 'F1 of the active class at the model’s thresholds.', el('div', { class: 'chart top' },
        bars(u.units.map(k => k.result.f1.value === null ? { name: k.name, absent: `no F1: ${k.result.f1.reason}` } : {
          name: k.name, value: k.result.f1.value, text: three(k.result.f1.value), tip: `${k.name}\n${int(k.result.positives)} truly active of ${int(k.result.n)}\n${int(k.result.predictedPositives)} predicted active\naccuracy ${measureText(k.result.accuracy, percent)}` }), 1),
        coverage(u.coverage, 'unit labels'))),
      x && card('w7', 'Expression confusion', 'Rows: truth. Columns: prediction. Percent of the row.', el('div', { class: 'chart top' }, square(x.classes.map(c => c.name), x.classes.map(c => c.name), (i, j) => {
        const n = x.confusion[i].reduce((sum, c) => sum + c, 0);
        if (n === 0) return null;
        const p = x.confusion[i][j] / n;
        return { t: p, text: String(Math.round(100 * p)), tip: `${x.classes[i].name} taken for ${x.classes[j].name}\n${int(x.confusion[i][j])} of ${int(n)} (${percent(p)})` };
      }, 'Confusion of expressions, percent of the truth'), legend('0 %', '100 %'))),
      x && card('w5', 'Expression classes', 'Macro-F1 is over the classes that are in the truth or predicted.', el('div', { class: 'chart top' },
        el('div', { class: 'scroll' }, table(['', '#F1', '#Precision', '#Recall', '#n'], x.classes.map(c => [c.name, measure(c.result.f1, three), measure(c.result.precision, three), measure(c.result.recall, three), int(c.result.support)]))), coverage(x.coverage, 'frames'))),
      e.problemCount > 0 && card('w12', 'Problems in the annotations', `${plural(e.problemCount, 'problem')}${e.problemCount > e.problems.length ? `, the first ${int(e.problems.length)} shown` : ''}.`,
        el('details', null, el('summary', null, 'Show'), el('div', { class: 'scroll' }, table(['File', '#Line', 'Problem'], e.problems.map(p => [p.file, int(p.line), p.message])))))),
    !scored && el('p', { class: 'muted' }, 'No video could be scored by itself.'));
}
