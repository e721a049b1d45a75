// The dependency direction of the house (docs/architecture.md). Rooms may only look downwards; a test proves that the rules saw modules.
const room = (name) => `^lib/${name}/`
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-is-pure',
      comment: 'lib/core imports nothing outside itself, not even Node',
      severity: 'error',
      from: { path: room('core') },
      to: { pathNot: room('core') },
    },
    {
      name: 'protocols-see-ports-only',
      comment: 'scim, provisioning, console and events get store, platforms and the way out handed in',
      severity: 'error',
      from: { path: '^lib/(scim|saml|hooks|console|provisioning|events)/' },
      to: { path: '^(lib/(?!core/)|functions/|infra/)', pathNot: ['^lib/$1/'] },
    },
    {
      name: 'adapters-implement-ports',
      severity: 'error',
      from: { path: '^lib/(store|platforms|config|lambda)/' },
      to: { path: '^(lib/(?!core/)|functions/|infra/)', pathNot: ['^lib/$1/'] },
    },
    {
      name: 'lib-never-looks-up',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/cli/' },
      to: { path: '^(functions|infra|test)/' },
    },
    {
      name: 'functions-never-import-infra',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(infra|test|lib/cli)/' },
    },
    {
      name: 'simulators-stand-alone',
      comment: 'a simulator that shares code with the adapter proves nothing',
      severity: 'error',
      from: { path: '^infra/local/simulators/' },
      to: { path: '^(lib|functions)/' },
    },
    {
      name: 'stack-reads-data-only',
      comment:
        'the stack shares the table definition and the due prefix with the store, and nothing that runs',
      severity: 'error',
      from: { path: '^infra/(?!local/)' },
      to: { path: '^(lib|functions)/', pathNot: '^lib/(store/(table|keys)|core/ids)' },
    },
    {
      name: 'production-without-dev-dependencies',
      severity: 'error',
      from: { path: '^(lib|functions)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
