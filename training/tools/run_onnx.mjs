// Runs an ONNX model with ONNX Runtime and prints outputs and speed as JSON.
//
// node run_onnx.mjs ONNXRUNTIME_NODE_FOLDER MODEL.onnx INPUT.f32 SIDE
//   INPUT.f32: float32 [N, 3, SIDE, SIDE], as the model takes it.
//   Output: {"outputs": {tensor: [values, row by row]}, "milliseconds_per_face": best of 20 batches of 16 on one thread}.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [modulePath, modelPath, inputPath, sideText] = process.argv.slice(2);
const ort = createRequire(import.meta.url)(modulePath);
const side = Number(sideText), faceValues = 3 * side * side;
const bytes = readFileSync(inputPath);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();

const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const run = batch => session.run({ input: new ort.Tensor('float32', batch, [batch.length / faceValues, 3, side, side]) });
const results = await run(values);
const batch = values.slice(0, 16 * faceValues);
let best = Infinity;
for (let i = 0; i < 20; i++) {
  const start = performance.now();
  await run(batch);
  best = Math.min(best, performance.now() - start);
}
const outputs = Object.fromEntries(session.outputNames.map(name => [name, Array.from(results[name].data)]));
console.log(JSON.stringify({ outputs, milliseconds_per_face: best / 16 }));
