// Reads a Parquet file with hyparquet, which shares no code with DuckDB, and prints all of it as JSON.
// node read.mjs NODE_MODULES FILE [footer]; with 'footer' without the rows
import { pathToFileURL } from 'node:url'

const [modules, file, part] = process.argv.slice(2)
const load = name => import(pathToFileURL(`${modules}/${name}`))
const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await load('hyparquet/src/node.js')
const { compressors } = await load('hyparquet-compressors/src/index.js')

const buffer = await asyncBufferFromFile(file)
const metadata = await parquetMetadataAsync(buffer)
const rows = part === 'footer' ? [] : await parquetReadObjects({ file: buffer, metadata, compressors, utf8: false })
const plain = value =>
  typeof value === 'bigint' ? value.toString()
    : value instanceof Uint8Array ? Buffer.from(value).toString('hex')
      : typeof value === 'number' && !Number.isFinite(value) ? `not finite: ${value}`
        : value ?? null
process.stdout.write(JSON.stringify({
  pairs: Object.fromEntries(metadata.key_value_metadata.map(p => [p.key, p.value])),
  codecs: [...new Set(metadata.row_groups.flatMap(g => g.columns.map(c => c.meta_data.codec)))],
  rowGroups: metadata.row_groups.map(g => Number(g.num_rows)),
  dictionaries: [...new Set(metadata.row_groups.flatMap(g => g.columns
    .filter(c => c.meta_data.encodings.some(e => e.includes('DICTIONARY'))).map(c => c.meta_data.path_in_schema[0])))],
  schema: metadata.schema.slice(1).map(c => `${c.name} ${c.type} ${c.repetition_type} ${c.converted_type ?? '-'}`),
  rows: rows.map(row => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, plain(v)]))),
}))
