// Runs MediaPipe's face mesh on prepared crops: the neural half of face_mesh.py.
//
// node face_mesh.mjs MODEL.onnx CROPS.bin OUT.bin
//   MODEL.onnx: input [1, 256, 256, 3] in [0, 1]; first output 478 x (x, y, z), pixels of the crop.   CROPS.bin: uint8 [N, 256, 256, 3], RGB.   OUT.bin: float32 [N, 478, 2].
// Needs the npm package onnxruntime-node; set ORT_NODE to its folder where it is not installed beside this file.
import { createRequire } from 'node:module';
import { openSync, readSync, closeSync, statSync, writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const ort = require(process.env.ORT_NODE ?? 'onnxruntime-node');
const [modelPath, cropPath, outPath] = process.argv.slice(2);
const side = 256, bytes = side * side * 3, points = 478;
const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1 });
const count = statSync(cropPath).size / bytes;
const result = new Float32Array(count * points * 2), input = new Float32Array(bytes), pixels = Buffer.alloc(bytes);
const file = openSync(cropPath, 'r');
for (let n = 0; n < count; n++) {
  readSync(file, pixels, 0, bytes, n * bytes);
  for (let i = 0; i < bytes; i++) input[i] = pixels[i] / 255;
  const run = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, [1, side, side, 3]) });
  const found = run[session.outputNames[0]].data;
  if (found.length !== points * 3) throw new Error(`${modelPath}: ${found.length} values, not ${points} x 3`);
  for (let k = 0; k < points; k++) {
    result[(n * points + k) * 2] = found[3 * k];
    result[(n * points + k) * 2 + 1] = found[3 * k + 1];
  }
}
closeSync(file);
writeFileSync(outPath, Buffer.from(result.buffer));
