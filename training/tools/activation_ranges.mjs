// Histograms of a model's outputs over many faces, for the calibration of an int8 model.
//
// node activation_ranges.mjs ONNXRUNTIME_NODE_FOLDER MODEL.onnx INPUT.f32 SIDE BINS
//   INPUT.f32: float32 [N, 3, SIDE, SIDE]. Two passes: the first finds each output's smallest and largest value, the second counts.
//   Output: {tensor: {"low": number, "high": number, "counts": [BINS integers over low..high]}}.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [modulePath, modelPath, inputPath, sideText, binsText] = process.argv.slice(2);
const ort = createRequire(import.meta.url)(modulePath);
const side = Number(sideText), bins = Number(binsText), batchValues = 16 * 3 * side * side;
const bytes = readFileSync(inputPath);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();
const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });

async function eachOutput(use) {
  for (let start = 0; start < values.length; start += batchValues) {
    const batch = values.subarray(start, Math.min(values.length, start + batchValues));
    const results = await session.run({ input: new ort.Tensor('float32', batch, [batch.length / (3 * side * side), 3, side, side]) });
    for (const name of session.outputNames) use(name, results[name].data);
  }
}

const ranges = Object.fromEntries(session.outputNames.map(name => [name, { low: Infinity, high: -Infinity, counts: new Array(bins).fill(0) }]));
await eachOutput((name, data) => {
  const range = ranges[name];
  for (let i = 0; i < data.length; i++) {
    if (data[i] < range.low) range.low = data[i];
    if (data[i] > range.high) range.high = data[i];
  }
});
await eachOutput((name, data) => {
  const { low, high, counts } = ranges[name], scale = high > low ? bins / (high - low) : 0;
  for (let i = 0; i < data.length; i++) counts[Math.min(bins - 1, Math.floor((data[i] - low) * scale))]++;
});
console.log(JSON.stringify(ranges));
