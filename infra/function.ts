import { fileURLToPath } from 'node:url'
import { type Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

const root = fileURLToPath(new URL('..', import.meta.url))

export type FunctionProperties = {
  /** File below `functions/`, which exports `handler`. */
  readonly entry: string
  readonly timeout: Duration
  readonly memory: number
  readonly description: string
  readonly environment: Readonly<Record<string, string>>
}

/** Every function of the house: same runtime, same bundle settings, its own log group with retention. */
export const addFunction = (scope: Construct, id: string, properties: FunctionProperties): NodejsFunction => {
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  // A role of its own: AWS's basic execution policy would let it write into every log group of the account.
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  logGroup.grantWrite(role)
  return new NodejsFunction(scope, id, {
    entry: `${root}functions/${properties.entry}`,
    handler: 'handler',
    description: properties.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: properties.timeout,
    memorySize: properties.memory,
    environment: { NODE_OPTIONS: '--enable-source-maps', ...properties.environment },
    logGroup,
    role,
    depsLockFilePath: `${root}package-lock.json`,
    projectRoot: root,
    bundling: {
      format: OutputFormat.ESM,
      target: 'node24',
      minify: true,
      // Minified names would make log lines and error names unreadable.
      keepNames: true,
      sourceMap: true,
      sourceMapMode: SourceMapMode.DEFAULT,
      sourcesContent: false,
      mainFields: ['module', 'main'],
      // The SDK is bundled: the tested version runs, and one file loads faster than the runtime's own tree.
      externalModules: [],
      // CommonJS dependencies inside an ES module bundle call `require` for Node's own modules.
      banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
  })
}
