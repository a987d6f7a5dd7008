// objects.mjs NODE_MODULES < manifest.yaml: prints {objects, problems}: the objects as JSON, and what the Kubernetes API would not take (by its schemas) or would drop
// (fields that it does not know, which the schemas let pass: they are read from the type declarations beside the schemas).
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const modules = process.argv[2];
const load = (file) => import(pathToFileURL(join(modules, file)));
const { parseAllDocuments } = (await load("yaml/dist/index.js")).default;
const problems = [];
const objects = [];

for (const document of parseAllDocuments(readFileSync(0, "utf8"))) {
  const object = document.toJS();
  problems.push(...document.errors.map((e) => e.message));
  if (object === null) continue;
  objects.push(object);
  // Long values are broken into lines, which the API takes and the schema's pattern does not.
  if (object.kind === "Secret") for (const [key, value] of Object.entries(object.data ?? {})) object.data[key] = value.replaceAll("\n", "");
  const where = `${object.kind}/${object.metadata?.name}`;
  const file = `kubernetes-models/${object.apiVersion}/${object.kind}`;
  if (!existsSync(join(modules, `${file}.js`))) {
    problems.push(`${where}: the API has no ${object.apiVersion} ${object.kind}`);
    continue;
  }
  try {
    new (await load(`${file}.js`))[object.kind](object).validate();
  } catch (error) {
    problems.push(`${where}: ${error.message}`);
  }
  walk(object, join(modules, `${file}.d.ts`), where);
}
console.log(JSON.stringify({ objects, problems }));

function walk(value, file, where) {
  const fields = fieldsOf(file);
  if (fields === null || value === null || typeof value !== "object") return;
  for (const [name, child] of Object.entries(value)) {
    const type = fields.get(name);
    if (type === undefined) problems.push(`${where}.${name}: the API does not know this field`);
    else if (type !== "") for (const one of Array.isArray(child) ? child : [child]) walk(one, type, `${where}.${name}`);
  }
}

// Field names of the interface that a declaration file exports, each with the declaration file of its type (or of its elements' type), or "" for plain values and maps.
function fieldsOf(file) {
  const text = readFileSync(file, "utf8");
  const start = text.search(/^export interface /m);
  if (start < 0) return null;
  const imports = new Map([...text.matchAll(/^import \{ (\w+) \} from "([^"]+)"/gm)].map(([, name, from]) => {
    const path = from.startsWith(".") ? resolve(dirname(file), from) : join(modules, from);
    return [name, `${path.replace(/\.js$/, "")}.d.ts`];
  }));
  const body = text.slice(start, text.indexOf("\n}", start));
  return new Map([...body.matchAll(/^    "([^"]+)"\??: (?:Array<)?(\w+)?/gm)].map(([, name, type]) => [name, imports.get(type) ?? ""]));
}
