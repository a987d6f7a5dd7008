// Runs BlazeFace (front, 128x128) on prepared canvases: the neural half of landmarks.py.
//
// node landmarks.mjs MODEL.onnx CANVASES.bin OUT.bin
//   CANVASES.bin: uint8 [N, 128, 128, 3], RGB.
//   OUT.bin: float32 [N, 13]: score in [0, 1], then x, y of right eye, left eye, nose, mouth, right ear, left ear
//   (the subject's), pixels of the canvas, corner origin.
// Needs the npm package onnxruntime-node; set ORT_NODE to its folder where it is not installed beside this file.
import { createRequire } from 'node:module';
import { openSync, readSync, closeSync, statSync, writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const ort = require(process.env.ORT_NODE ?? 'onnxruntime-node');
const [modelPath, canvasPath, outPath] = process.argv.slice(2);
const side = 128, bytesPerCanvas = side * side * 3;

// SSD anchors of BlazeFace front: 2 per cell of a 16x16 grid, then 6 per cell of an 8x8 grid, unit size.
const anchors = [];
for (const [grid, perCell] of [[16, 2], [8, 6]])
  for (let y = 0; y < grid; y++)
    for (let x = 0; x < grid; x++)
      for (let k = 0; k < perCell; k++) anchors.push([(x + 0.5) / grid * side, (y + 0.5) / grid * side]);

const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1 });
const outputs = session.outputNames; // scores 512, scores 384, regressors 512x16, regressors 384x16
const input = new Float32Array(bytesPerCanvas);
const pixels = Buffer.alloc(bytesPerCanvas);
const count = statSync(canvasPath).size / bytesPerCanvas;
const result = new Float32Array(count * 13);
const file = openSync(canvasPath, 'r');

for (let n = 0; n < count; n++) {
  readSync(file, pixels, 0, bytesPerCanvas, n * bytesPerCanvas);
  for (let i = 0; i < bytesPerCanvas; i++) input[i] = pixels[i] / 127.5 - 1;
  const run = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, [1, side, side, 3]) });
  const pieces = outputs.map(name => run[name].data);
  const score = i => 1 / (1 + Math.exp(-(i < 512 ? pieces[0][i] : pieces[1][i - 512])));
  const values = i => i < 512 ? pieces[2].subarray(i * 16, i * 16 + 16) : pieces[3].subarray((i - 512) * 16, (i - 512) * 16 + 16);

  let best = 0;
  for (let i = 1; i < anchors.length; i++) if (score(i) > score(best)) best = i;
  const centre = i => [values(i)[0] + anchors[i][0], values(i)[1] + anchors[i][1]];
  // Anchors that agree with the best one vote for the keypoints, weighted by score (as MediaPipe's blending does).
  const [bx, by] = centre(best), reach = values(best)[2] * 0.25;
  let weight = 0;
  const points = new Float64Array(12);
  for (let i = 0; i < anchors.length; i++) {
    const s = score(i), [cx, cy] = centre(i);
    if (i !== best && (s < 0.5 || Math.hypot(cx - bx, cy - by) > reach)) continue;
    weight += s;
    const v = values(i);
    for (let k = 0; k < 6; k++) {
      points[2 * k] += s * (v[4 + 2 * k] + anchors[i][0]);
      points[2 * k + 1] += s * (v[5 + 2 * k] + anchors[i][1]);
    }
  }
  result[n * 13] = score(best);
  for (let k = 0; k < 12; k++) result[n * 13 + 1 + k] = points[k] / weight;
}
closeSync(file);
writeFileSync(outPath, Buffer.from(result.buffer));
console.log(`${count} canvases, ${[...Array(count).keys()].filter(n => result[n * 13] >= 0.5).length} with a face`);
