// `prisma generate` asks for a schema-engine binary that it never runs; naming any executable spares the download.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default { schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } };
