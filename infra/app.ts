import { App } from 'aws-cdk-lib'
import { createConnectorStack } from './connector-stack.ts'
import { readStackSettings } from './settings.ts'

/** `--context name=…` deploys a second instance into the same account; nothing else is needed but credentials. */
const app = new App()
createConnectorStack(app, readStackSettings(app.node))
app.synth()
