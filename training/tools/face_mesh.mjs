// Runs MediaPipe's face landmark and blendshape networks on prepared crops: the neural half of face_mesh.py.
//
// node face_mesh.mjs LANDMARKS.onnx BLENDSHAPES.onnx CROPS.bin OUT.bin
//   CROPS.bin: uint8 [N, 256, 256, 3], RGB.
//   OUT.bin: float32 [N, 1 + 52 + 1434]: score of a face, blendshapes in [0, 1], 478 landmarks (x, y, z; pixels of the crop).
// Needs the npm package onnxruntime-node; set ORT_NODE to its folder where it is not installed beside this file.
import { createRequire } from 'node:module';
import { openSync, readSync, closeSync, statSync, writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const ort = require(process.env.ORT_NODE ?? 'onnxruntime-node');
const [meshPath, blendPath, cropPath, outPath] = process.argv.slice(2);
const side = 256, bytesPerCrop = side * side * 3, values = 1 + 52 + 478 * 3;

// The landmarks that the blendshape network reads (MediaPipe, face_blendshapes_graph.cc).
const subset = [
  0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133,
  136, 144, 145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270,
  276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379,
  380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477];

const options = { intraOpNumThreads: 1, logSeverityLevel: 3 };
const mesh = await ort.InferenceSession.create(meshPath, options), blend = await ort.InferenceSession.create(blendPath, options);
const meshInput = mesh.inputNames[0], blendInput = blend.inputNames[0];
const input = new Float32Array(bytesPerCrop), pixels = Buffer.alloc(bytesPerCrop), points = new Float32Array(146 * 2);
const count = statSync(cropPath).size / bytesPerCrop, result = new Float32Array(count * values), file = openSync(cropPath, 'r');
for (let n = 0; n < count; n++) {
  readSync(file, pixels, 0, bytesPerCrop, n * bytesPerCrop);
  for (let i = 0; i < bytesPerCrop; i++) input[i] = pixels[i] / 255;
  const found = Object.values(await mesh.run({ [meshInput]: new ort.Tensor('float32', input, [1, side, side, 3]) }));
  const landmarks = found.find(t => t.data.length === 1434).data, score = found.filter(t => t.data.length === 1)[0].data[0];
  subset.forEach((p, k) => { points[2 * k] = landmarks[3 * p]; points[2 * k + 1] = landmarks[3 * p + 1]; });
  const shapes = Object.values(await blend.run({ [blendInput]: new ort.Tensor('float32', points, [1, 146, 2]) }))[0].data;
  result.set([1 / (1 + Math.exp(-score))], n * values);
  result.set(shapes, n * values + 1);
  result.set(landmarks, n * values + 53);
}
closeSync(file);
writeFileSync(outPath, Buffer.from(result.buffer));
console.log(`${count} crops`);
