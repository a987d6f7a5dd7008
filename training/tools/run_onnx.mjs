// Runs an ONNX model with ONNX Runtime on one thread and prints outputs and speed as JSON.
//
// node run_onnx.mjs ONNXRUNTIME_NODE_FOLDER MODEL.onnx INPUT.f32 SIDE [TIMED_BATCHES]
//   INPUT.f32: float32 [N, 3, SIDE, SIDE], as the model takes it; run in batches of 16.
//   Output: {"outputs": {tensor: [values, row by row]}, "milliseconds_per_face": best and "median_milliseconds_per_face": median of TIMED_BATCHES (20) batches of 16}.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [modulePath, modelPath, inputPath, sideText, timedText = '20'] = process.argv.slice(2);
const ort = createRequire(import.meta.url)(modulePath);
const side = Number(sideText), faceValues = 3 * side * side, batchFaces = 16;
const bytes = readFileSync(inputPath);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();

const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const run = batch => session.run({ input: new ort.Tensor('float32', batch, [batch.length / faceValues, 3, side, side]) });
const outputs = Object.fromEntries(session.outputNames.map(name => [name, []]));
for (let start = 0; start < values.length; start += batchFaces * faceValues) {
  const results = await run(values.subarray(start, Math.min(values.length, start + batchFaces * faceValues)));
  for (const name of session.outputNames) for (const value of results[name].data) outputs[name].push(value);
}
const batch = values.slice(0, batchFaces * faceValues), times = [];
for (let i = 0; i < Number(timedText); i++) {
  const start = performance.now();
  await run(batch);
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const aFace = time => time === undefined ? null : time / (batch.length / faceValues);
console.log(JSON.stringify({ outputs, milliseconds_per_face: aFace(times[0]), median_milliseconds_per_face: aFace(times[times.length >> 1]) }));
