import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { median } from './numbers.ts'

export type Bundle = {
  readonly name: string
  readonly kilobytes: number
  readonly gzipped: number
  /** Milliseconds until the module is there, in a process that was just started. */
  readonly import: number
  /** Of what verifies assertions. */
  readonly ofSaml: readonly string[]
}
const names = ['scim', 'saml', 'hooks', 'console', 'dispatch', 'provision', 'reconcile'] as const
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** As infra/function.ts asks for; that these are the deployed files' contents, too, is asserted in test/infra/bundles.test.ts. */
const bundled = async (name: string, outfile: string): Promise<readonly string[]> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`functions/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    keepNames: true,
    mainFields: ['module', 'main'],
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    logLevel: 'error',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  })
  return Object.keys(metafile.inputs)
}

const importOnce = (file: string): number =>
  Number(
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        'const started = performance.now(); await import(process.argv[1]); console.log(performance.now() - started); process.exit(0)',
        file,
      ],
      {
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          LOG_LEVEL: 'SILENT',
          TABLE_NAME: 'bench',
          AWS_REGION: 'eu-west-1',
          WAKE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/bench.fifo',
        },
      },
    )
      .trim()
      .split('\n')
      .at(-1),
  )

export const benchBundles = async (times: number): Promise<readonly Bundle[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-bench-saml-'))
  try {
    const bundles: Bundle[] = []
    for (const name of names) {
      const file = join(folder, `${name}.mjs`)
      const inputs = await bundled(name, file)
      const code = readFileSync(file)
      const imports = Array.from({ length: times }, () => importOnce(file))
      bundles.push({
        name,
        kilobytes: code.length / 1024,
        gzipped: gzipSync(code).length / 1024,
        import: median(imports),
        ofSaml: inputs.filter((input) => /node_modules\/(samlify|libxml2-wasm)\//.test(input)),
      })
    }
    return bundles
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
