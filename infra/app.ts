import { App } from 'aws-cdk-lib'
import { createConnectorStack } from './connector-stack.ts'

/** `--context name=…` deploys a second instance into the same account; nothing else is needed but credentials. */
const app = new App()
const name: unknown = app.node.tryGetContext('name')
createConnectorStack(app, typeof name === 'string' ? name : 'rolecall')
app.synth()
